"""How does a department object to a whistle (派单异议)?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK, brief, which_whistle
from gridwhistle.dialogs.flow import Ask, Flow, Open, Result, Say
from gridwhistle.dialogs.slots import TicketSlot
from gridwhistle.dialogs.slots.told import Told
from gridwhistle.dialogs.slots.unit import UNSURE, UnitSlot, unit_options
from gridwhistle.services import assignments, objections, whistles
from gridwhistle.services.cards import matter_of
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import Role, UnitKind, WhistleState


class Dispute(Flow):
    """An objection needs its reason and the unit that is responsible; the coordination centre decides."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_return"})
    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    whistle = TicketSlot()
    reason = Told(r"退回去?|退单|退掉|退|申请|派错了|提?异议|return", at_least=5, limit=300)
    proposed = UnitSlot(UnitKind.DEPARTMENT, owner=True)

    def allowed(self, desk: Desk) -> bool:
        """For the staff of departments."""
        return desk.actor.has(Role.DEPARTMENT_STAFF)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The card shows it; a colleague of whoever signed is told in a letter of their own."""
        found = whistles.of_my_department(desk, WhistleState.BLOWN, WhistleState.SIGNED)
        if not found and ask.known(self.whistle) is None and assignments.is_post_holder(desk):
            return Open(flow="give_back", sentence=True)
        whistle = which_whistle(ask, self.whistle, desk, found, none="dispute.none")
        ticket = whistles.ticket_of(desk, whistle)
        matter, about = matter_of(desk, ticket), brief(desk, ticket)
        reason = ask(self.reason, **about)
        others = tuple(code for code in (matter.department, *matter.assist) if code != whistle.department)
        proposed = ask(self.proposed, among=unit_options(desk.city, others, unsure="unit.unsure"), **about)
        objections.dispute(desk, whistle, reason, None if proposed == UNSURE else proposed)
        return () if whistle.clerk_id in (None, desk.me) else Say("dispute.done", **about)
