"""How does a coordinator tell a resident honestly that a matter belongs elsewhere by law?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK, brief, spoken, which_ticket
from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.slots import FreeText, TicketSlot
from gridwhistle.services import assignments, tickets
from gridwhistle.services.desk import LEADER_ROLES, Desk
from gridwhistle.services.lifecycle import OPEN

ROUTES = ("refuse.route.court", "refuse.route.labour", "refuse.route.review", "refuse.route.petition")


class Refuse(Flow):
    """Only with the reason and the legal route (国办函〔2025〕66号)."""

    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    ticket = TicketSlot()
    reason = FreeText(limit=300)
    route = FreeText(limit=300)

    def allowed(self, desk: Desk) -> bool:
        """For those who lead a grid or above."""
        return desk.actor.has(*LEADER_ROLES)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The residents are told both."""
        found = [ticket for ticket in assignments.my_list(desk) if ticket.status in OPEN]
        ticket = which_ticket(ask, self.ticket, desk, found, none="refuse.none", only=False)
        about = brief(desk, ticket)
        reason = ask(self.reason, **about)
        route = ask(self.route, among=spoken(desk, *ROUTES), **about)
        tickets.refuse(desk, ticket, reason, route)
        return Say("refuse.done", **about)
