"""What does the resident answer to the worker's question?"""

from __future__ import annotations

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.slots import FreeText, TicketSlot
from gridwhistle.dialogs.ticket_options import options
from gridwhistle.services import deadlines, tickets
from gridwhistle.services.desk import Desk


class Answer(Flow):
    """Opened by the button under the question."""

    ticket = TicketSlot()
    text = FreeText()

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Take the answer and let the work go on."""
        among = options(desk, tickets.asked_of_me(desk))
        ticket = tickets.get(desk, ask(self.ticket, among=among, only=True))
        text = ask(self.text, number=ticket.number)
        deadlines.answer(desk, ticket, text)
        return Say("answer.done", number=ticket.number)
