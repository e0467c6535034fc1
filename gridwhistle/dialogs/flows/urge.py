"""Why has nobody come yet?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.slots import TicketSlot
from gridwhistle.dialogs.ticket_options import check_named, options
from gridwhistle.services import tickets
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import OPEN
from gridwhistle.services.org import name_of


class Urge(Flow):
    """Tells the handler that the resident is waiting, and counts it."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"urge"})

    ticket = TicketSlot()

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Urge the one open ticket, or the one that is chosen."""
        found = [ticket for ticket in tickets.mine(desk) if ticket.status in OPEN]
        check_named(ask, desk, found)
        if not found and ask.known(self.ticket) is None:
            return Say("urge.none")
        ticket = tickets.get(desk, ask(self.ticket, among=options(desk, found), only=True))
        count = tickets.urge(desk, ticket)
        return Say(
            "urge.done",
            number=ticket.number,
            worker=name_of(desk, ticket.handler_id),
            count=count,
            due=ticket.promised_at,
        )
