"""How does a department say what it has done (办理)?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK, brief, which_whistle
from gridwhistle.dialogs.flow import Ask, Flow, Open, Result, Say
from gridwhistle.dialogs.flows.resolve import DONE_WORDS
from gridwhistle.dialogs.slots import TicketSlot
from gridwhistle.dialogs.slots.told import Told
from gridwhistle.services import assignments, whistles
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import Role, WhistleState


class Act(Flow):
    """The grid worker checks it on the spot; only then the ticket is resolved."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_resolve"})
    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    whistle = TicketSlot()
    result = Told(DONE_WORDS, at_least=6)

    def allowed(self, desk: Desk) -> bool:
        """For the staff of departments."""
        return desk.actor.has(Role.DEPARTMENT_STAFF)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The card shows it; a colleague of whoever signed is told in a letter of their own."""
        found = whistles.of_my_department(
            desk, *whistles.ON_THE_WAY, WhistleState.ARRIVAL_CLAIMED, WhistleState.ARRIVED
        )
        if not found and ask.known(self.whistle) is None and assignments.is_post_holder(desk):
            return Open(flow="resolve", sentence=True)
        whistle = which_whistle(ask, self.whistle, desk, found, none="act.none")
        about = brief(desk, whistles.ticket_of(desk, whistle))
        whistles.act(desk, whistle, ask(self.result, **about))
        return () if whistle.clerk_id == desk.me else Say("act.done", **about)
