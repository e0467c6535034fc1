"""How does a coordinator put a ticket under the right matter?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK, brief, which_ticket
from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.slots import Confirm, TicketSlot
from gridwhistle.dialogs.slots.matter import MatterSlot
from gridwhistle.services import corrections
from gridwhistle.services.desk import LEADER_ROLES, Desk, Refused


class CorrectMatter(Flow):
    """The understanding learns from it, once somebody trains and activates a new model."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_correct_matter"})
    keeps: ClassVar[frozenset[str]] = FIELD_TALK | {"report", "policy_question", "correct"}
    ticket = TicketSlot()
    matter = MatterSlot(which="correct_matter.matter.which")
    sure = Confirm()

    def allowed(self, desk: Desk) -> bool:
        """For those who lead a grid or above."""
        return desk.actor.has(*LEADER_ROLES)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The handler and the residents are told."""
        found = corrections.correctable(desk)
        ticket = which_ticket(ask, self.ticket, desk, found, none="correct_matter.none")
        about = brief(desk, ticket)
        spec = desk.city.matters.get(ask(self.matter, **about))
        if spec is None:
            raise Refused("refused.matter")
        if not ask(self.sure, right=spec, **about):
            return Say("correct_matter.dropped", **about)
        corrections.correct_matter(desk, ticket, spec.code)
        return Say("correct_matter.done", number=ticket.number, matter=spec)
