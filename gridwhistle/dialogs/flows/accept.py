"""How does a worker take a ticket on?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import which_ticket
from gridwhistle.dialogs.flow import Ask, Flow, Result
from gridwhistle.dialogs.slots import TicketSlot
from gridwhistle.services import assignments
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import UNACCEPTED


class Accept(Flow):
    """“3号那个下水道我接了”; the residents learn who it is."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_accept"})
    ticket = TicketSlot()

    def allowed(self, desk: Desk) -> bool:
        """For everybody who may own a ticket."""
        return assignments.is_post_holder(desk)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Ask which where several wait; the card that follows says the rest."""
        found = [ticket for ticket in assignments.my_list(desk) if ticket.status in UNACCEPTED]
        ticket = which_ticket(ask, self.ticket, desk, found, none="accept.none")
        assignments.accept(desk, ticket)
        return ()
