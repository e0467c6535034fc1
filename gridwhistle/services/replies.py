"""Which ticket is a letter about, so that an answer that quotes it lands on that ticket?"""

from __future__ import annotations

from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import LetterRow

CARD = "ticket:"


def ticket_of(desk: Desk, letter_id: str) -> str | None:
    """The id of the ticket that a letter to the acting person is about, by its card or one of its buttons."""
    row = desk.session.get(LetterRow, (desk.region, letter_id))
    if row is None or row.person_id != desk.actor.person_id:
        return None
    if row.card and row.card.startswith(CARD):
        return row.card.removeprefix(CARD)
    buttons = row.buttons if isinstance(row.buttons, list) else []
    found = {
        ticket
        for button in buttons
        if isinstance(given := button["press"].get("with"), dict) and isinstance(ticket := given.get("ticket"), str)
    }
    # A list of several tickets is about none of them.
    return found.pop() if len(found) == 1 else None
