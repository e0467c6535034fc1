"""What happens while a resident waits for a person and nobody takes the talk?

Reminded, then passed up to the subdistrict or town, then reminded every working day; the resident is told the truth
each time and can stop waiting.
"""

from __future__ import annotations

from gridwhistle.services import org, timers
from gridwhistle.services.calendar import after_office_time
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.outbox import Button, Letter, post
from gridwhistle.services.rules import TALK_AGAIN_AFTER, TALK_PASS_UP_AFTER
from gridwhistle.services.schema import HumanTalk
from gridwhistle.services.talks import call, first_called


def unanswered(desk: Desk, talk_id: str, times: int, words: str) -> None:
    """Call again, from the second time on a level higher, and tell the resident so. The system's act.

    ``times`` counts the calls after the first, ``words`` is what the resident asked for a person with.
    """
    talk = desk.session.get(HumanTalk, (desk.region, talk_id))
    if talk is None or talk.coordinator_id is not None or talk.ended_at is not None:
        return
    grid = org.person(desk, talk.resident_id).grid
    called, level = first_called(desk, grid), org.above_community(desk, grid) if times > 1 else None
    if level is not None:
        called = (*called, level.holder)
    text = "talks.waiting" if words else "talks.waiting_by_button"
    for person_id in dict.fromkeys(called):
        call(desk, talk, person_id, text, words, times=times)
    post(
        desk,
        Letter(
            to=talk.resident_id,
            text="talks.called_again" if level is None else "talks.passed_up",
            params={"level": level.name if level else ""},
            key=f"talk:{talk.id}:waiting:{times}",
            buttons=(Button(label="talks.give_up", press={"open": "give_up_talk", "with": {"talk": talk.id}}),),
            matters=times > 1,
        ),
    )
    again = after_office_time(desk.now, TALK_PASS_UP_AFTER) if times == 1 else TALK_AGAIN_AFTER.after(desk.now)
    timers.put(desk, "talk_waiting", talk.id, again, times=times + 1, words=words)


def give_up(desk: Desk, talk_id: str) -> None:
    """The resident waits no longer. Raises ``Refused`` where it is not theirs or is not waiting any more."""
    talk = desk.session.get(HumanTalk, (desk.region, talk_id))
    if talk is None or talk.resident_id != desk.me or talk.coordinator_id is not None or talk.ended_at is not None:
        raise Refused("refused.not_waiting")
    talk.ended_at = desk.now
    desk.writes += 1
    timers.cancel(desk, talk.id)
