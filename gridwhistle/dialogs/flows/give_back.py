"""How does a worker return a ticket that is not theirs?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK, brief, spoken, which_ticket
from gridwhistle.dialogs.flow import Ask, Flow, Result
from gridwhistle.dialogs.slots import Option, TicketSlot
from gridwhistle.dialogs.slots.told import Told
from gridwhistle.dialogs.slots.unit import UNSURE, UnitSlot, unit_options
from gridwhistle.services import assignments
from gridwhistle.services.cards import matter_of
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import UNACCEPTED, WORKING
from gridwhistle.services.schema import Ticket, UnitKind


class GiveBack(Flow):
    """A return needs its reason and, as far as the worker knows, the unit that it belongs to (不推诿)."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_return"})
    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    ticket = TicketSlot()
    reason = Told(r"退回去?|退单|退掉|退|申请|派错了|return", at_least=5, limit=300)
    proposed = UnitSlot(UnitKind.DEPARTMENT, UnitKind.GRID, owner=True)

    def allowed(self, desk: Desk) -> bool:
        """For everybody who may own a ticket."""
        return assignments.is_post_holder(desk)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The card that follows says who decides."""
        found = [ticket for ticket in assignments.my_list(desk) if ticket.status in UNACCEPTED | WORKING]
        ticket = which_ticket(ask, self.ticket, desk, found, none="give_back.none")
        about = brief(desk, ticket)
        reasons = spoken(desk, "give_back.reason.other_grid", "give_back.reason.other_unit")
        reason = ask(self.reason, among=reasons, **about)
        proposed = ask(self.proposed, among=likely_units(desk, ticket), **about)
        assignments.give_back(desk, ticket, reason, None if proposed == UNSURE else proposed)
        return ()


def likely_units(desk: Desk, ticket: Ticket) -> tuple[Option, ...]:
    """The catalogue's departments and the neighbouring grids, with “I cannot say”."""
    matter = matter_of(desk, ticket)
    community = desk.city.community_of(ticket.grid)
    neighbours = [
        grid.code
        for grid in desk.city.grids
        if community is not None and grid.parent == community.code and grid.code != ticket.grid
    ]
    departments = (matter.department, *matter.assist[:1])
    return unit_options(desk.city, (*departments, *neighbours), unsure="unit.unsure")
