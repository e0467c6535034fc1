"""Which dialog does the understanding propose for a message?"""

from __future__ import annotations

from gridwhistle.dialogs import results
from gridwhistle.dialogs.flow import Flow
from gridwhistle.dialogs.heard import Heard
from gridwhistle.dialogs.nlu.understood import OUT_OF_SCOPE, POLICY_QUESTION, REPORT
from gridwhistle.dialogs.play import Play
from gridwhistle.dialogs.slots import FreeText
from gridwhistle.dialogs.slots.phone import is_number
from gridwhistle.dialogs.state import Frame
from gridwhistle.services import tickets

ADDING = frozenset({None, "supplement", "affirm", "deny", OUT_OF_SCOPE})
"""What an answer to a worker's question may look like."""
RESULT_LIKE = frozenset({None, REPORT, "supplement", "thank", "satisfied", "chitchat", OUT_OF_SCOPE})
"""What a worker's bare result may look like."""


class Proposals:
    """The dialogs that a message may open. ``intent`` is the sure one, ``None`` where there is none."""

    def __init__(self, play: Play, heard: Heard, intent: str | None) -> None:
        self.play = play
        self.heard = heard
        self.intent = intent

    def other_flow(self, frame: Frame | None, but: frozenset[str]) -> Flow | None:
        """The dialog of the sure intent, unless it is one of ``but``."""
        if self.intent is None or self.intent in but:
            return None
        flow = self.play.flows.for_intent(self.intent, self.play.desk)
        # The dialog that is open already gets corrections, never a second copy.
        return None if flow is None or (frame is not None and flow.name == frame.flow) else flow

    def adding(self) -> Flow | None:
        """The dialog that adds to a ticket: for a reply to a letter about it, or while a question to me is open."""
        desk, quoted = self.play.desk, self.heard.ticket
        if quoted is not None:
            if self.intent not in ADDING | {REPORT} or all(one.id != quoted for one in tickets.mine(desk)):
                return None
        else:
            # Without a place it is rather an answer than a new matter: “厨房的水下不去”.
            understood = self.heard.understood
            told = ADDING | {REPORT} if understood is None or understood.place is None else ADDING
            if self.intent not in told or not tickets.asked_of_me(desk):
                return None
        return self.play.flows.for_intent("supplement", desk)

    def finishing(self) -> Flow | None:
        """The dialog that asks a worker whether a sentence without a command is the result of a ticket."""
        desk, understood = self.play.desk, self.heard.understood
        if understood is None or self.intent not in RESULT_LIKE or not desk.actor.is_staff:
            return None
        return self.play.flows.named("looks_done", desk) if results.told_of(desk, understood) else None

    def finishing_another(self, frame: Frame) -> Flow | None:
        """The dialog that asks whether the answer to a question for one's own words is another ticket's result."""
        desk, understood, asked = (
            self.play.desk,
            self.heard.understood,
            self.play.flow(frame).slots.get(frame.asked or ""),
        )
        if understood is None or not isinstance(asked, FreeText) or not desk.actor.is_staff:
            return None
        about = [value for value in frame.answers.values() if isinstance(value, str)]
        another = results.told_of_another(desk, understood, about)
        return self.play.flows.named("looks_done", desk) if another else None

    def leaving_number(self) -> Flow | None:
        """The dialog that keeps a telephone number, for a message that is nothing else (a shared contact)."""
        understood = self.heard.understood
        bare = understood is not None and is_number(understood.text)
        return self.play.flows.named("leave_phone", self.play.desk) if bare else None

    def tells_again(self, flow: Flow) -> bool:
        """Whether the message tells the matter of the open dialog once more, without a place."""
        understood = self.heard.understood
        return self.intent in flow.opens_on and understood is not None and understood.place is None

    def nameable(self, guessed: Flow) -> bool:
        """Whether a guess can be offered by a name: its matters have one, a flow where the texts give it one."""
        understood = self.heard.understood
        if understood and understood.intent in (REPORT, POLICY_QUESTION) and understood.matters:
            return True
        try:
            self.play.label(f"clarify.flow.{guessed.name}")
        except KeyError:
            return False
        return True
