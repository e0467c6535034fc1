"""How does a leader take an escalated ticket on?"""

from __future__ import annotations

from gridwhistle.dialogs.candidates import which_ticket
from gridwhistle.dialogs.flow import Ask, Flow, Result
from gridwhistle.dialogs.slots import TicketSlot
from gridwhistle.services import assignments
from gridwhistle.services.desk import LEADER_ROLES, Desk
from gridwhistle.services.lifecycle import UNACCEPTED


class TakeOver(Flow):
    """Opened by the card of the escalation alone."""

    ticket = TicketSlot()

    def allowed(self, desk: Desk) -> bool:
        """For those who lead a grid or above."""
        return desk.actor.has(*LEADER_ROLES)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Taking it over is accepting it; the card that follows says the rest."""
        ticket = which_ticket(ask, self.ticket, desk, (), none="take_over.none")
        if ticket.handler_id != desk.me:
            assignments.hand_on(desk, ticket, desk.me, "escalated")
        if ticket.status in UNACCEPTED:
            assignments.accept(desk, ticket)
        return ()
