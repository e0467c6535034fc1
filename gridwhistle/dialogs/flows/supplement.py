"""What else is there to say about a matter that was reported?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Open, Result, Say
from gridwhistle.dialogs.slots import FreeText, Option, PhotoSlot, TicketSlot
from gridwhistle.dialogs.ticket_options import check_named, options
from gridwhistle.services import deadlines, tickets
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import OPEN
from gridwhistle.services.tickets import attach

NEW = "new"
LONG_ENOUGH = 6


class Supplement(Flow):
    """Adds words or photos to an open ticket; never to one that was not named, quoted or chosen."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"supplement", "add_voice"})

    ticket = TicketSlot()
    photo = PhotoSlot().optional()
    text = FreeText()

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Find the ticket, take the words, tell the handler."""
        found = [ticket for ticket in tickets.mine(desk) if ticket.status in OPEN]
        check_named(ask, desk, found)
        if not found and ask.known(self.ticket) is None:
            return Say("supplement.none")
        chosen = ask(self.ticket, among=[*options(desk, found), Option(value=NEW, label="supplement.ticket.new")])
        if chosen == NEW:
            return Open(flow="report", sentence=True)
        photos = ask.known(self.photo) or ()
        asked = any(ticket.id == chosen for ticket in tickets.asked_of_me(desk))
        text = ask.known(self.text) or (ask.opened.text if asked else _said(ask))
        if not text and not photos:
            text = ask(self.text)
        ticket = tickets.get(desk, chosen)
        if asked and text:
            attach(desk, ticket, photos)
            deadlines.answer(desk, ticket, text)
            return Say("answer.done", number=ticket.number)
        tickets.supplement(desk, ticket, text or "", photos)
        return Say("supplement.done", number=ticket.number)


def _said(ask: Ask) -> str:
    """The opening sentence, if it says more than that there is something to add."""
    said = ask.opened.text
    return said if len(said) >= LONG_ENOUGH and "补充" not in said[-4:] else ""
