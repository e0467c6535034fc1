"""What becomes of a dialog that is left open: a reminder once, and an end a day later?"""

from __future__ import annotations

from gridwhistle.dialogs.message import Wake
from gridwhistle.dialogs.play import Play
from gridwhistle.services import talks, timers
from gridwhistle.services.desk import Desk
from gridwhistle.services.outbox import Button

NUDGE = "draft_nudge"
"""The timers' job; the scheduler hands it on as a ``Wake`` of this name with the timer's payload."""
NUDGED = "nudged"
"""The given fact of a dialog whose person was reminded of it."""


def _chat(desk: Desk) -> str:
    return f"{desk.here.channel}:{desk.here.address}" if desk.here else ""


def watch(play: Play) -> None:
    """Set the reminder of a dialog that is left open, or take it back."""
    frame, chat = play.state.top, _chat(play.desk)
    waits = frame is not None and any(play.flow(one).keeps_draft for one in play.state.stack)
    if frame is not None and waits and chat:
        # Whoever was reminded of this draft once is not reminded again.
        stage = 2 if any(one.given.get(NUDGED) for one in play.state.stack) else 1
        wait = play.limits.nudge_after if stage == 1 else play.limits.draft_closes_after
        timers.put(play.desk, NUDGE, chat, play.desk.now + wait, chat=chat, token=frame.token, stage=stage)
    elif play.state.nudging and chat:
        timers.cancel(play.desk, chat, NUDGE)
    if chat:
        play.state.nudging = waits


def nudge(play: Play, wake: Wake) -> None:
    """Remind once of a dialog left open, and close it a day later; a reminder of another question does nothing.

    Not while the person talks with a coordinator: then it comes later.
    """
    frame, chat = play.state.top, str(wake.given.get("chat"))
    if frame is None or wake.given.get("token") != frame.token:
        return
    stage = wake.given.get("stage")
    if talks.active(play.desk) is not None:
        due = play.desk.now + play.limits.nudge_after
        timers.put(play.desk, NUDGE, chat, due, chat=chat, token=frame.token, stage=stage)
    elif stage == 1:
        for one in play.state.stack:
            one.given[NUDGED] = True
        play.say(
            "engine.draft_waiting",
            Button(label="engine.draft_go_on", press={"word": "repeat", "token": frame.token}),
            Button(label="engine.draft_drop", press={"word": "cancel", "token": frame.token}),
        )
        due = play.desk.now + play.limits.draft_closes_after - play.limits.nudge_after
        timers.put(play.desk, NUDGE, chat, due, chat=chat, token=frame.token, stage=2)
    else:
        play.state.stack.clear()
        play.state.nudging = False
        play.say("engine.draft_closed")
