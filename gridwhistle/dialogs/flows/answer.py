"""What does the resident answer to the worker's question?"""

from __future__ import annotations

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.slots import FreeText, TicketSlot
from gridwhistle.dialogs.ticket_options import options
from gridwhistle.services import deadlines, tickets
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import Status


class Answer(Flow):
    """Opened by the button under the question."""

    ticket = TicketSlot()
    text = FreeText()

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Take the answer and let the work go on."""
        found = [ticket for ticket in tickets.mine(desk) if ticket.status is Status.AWAITING_INFORMATION]
        ticket = tickets.get(desk, ask(self.ticket, among=options(desk, found), only=True))
        text = ask(self.text, number=ticket.number)
        deadlines.answer(desk, ticket, text)
        return Say("answer.done", number=ticket.number)
