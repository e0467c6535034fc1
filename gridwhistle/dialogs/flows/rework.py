"""It was called solved and is not: who comes again?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Open, Result, Say
from gridwhistle.dialogs.slots import FreeText, TicketSlot
from gridwhistle.dialogs.ticket_options import check_named, named, options
from gridwhistle.services import satisfaction, tickets
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import DONE, OPEN
from gridwhistle.services.org import name_of
from gridwhistle.services.rules import REWORK_WITHIN

LONG_ENOUGH = 6


class Rework(Flow):
    """Reopens a ticket on the resident's word, until ten days after it was archived."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"complain_handling"})

    ticket = TicketSlot()
    reason = FreeText(limit=500)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Find the ticket that was called solved; one that is still open is urged instead."""
        found = [
            ticket
            for ticket in tickets.mine(desk, open_only=False)
            if ticket.status in DONE and (ticket.closed_at is None or desk.now - ticket.closed_at <= REWORK_WITHIN)
        ]
        meant = named(ask, desk)
        if meant is not None and meant.status in OPEN:
            return Open(flow="urge", sentence=True)
        check_named(ask, desk, found)
        if not found and ask.known(self.ticket) is None:
            still_open = any(ticket.status in OPEN for ticket in tickets.mine(desk))
            return Open(flow="urge", sentence=True) if still_open else Say("rework.none")
        chosen = ask(self.ticket, among=options(desk, found), only=True)
        said = ask.opened.text
        reason = said if len(said) >= LONG_ENOUGH else ask(self.reason)
        ticket = tickets.get(desk, chosen)
        satisfaction.request_rework(desk, ticket, reason)
        return Say("rework.done", number=ticket.number, worker=name_of(desk, ticket.handler_id), due=ticket.promised_at)
