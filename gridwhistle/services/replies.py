"""Which ticket is a letter about, so that an answer that quotes it lands on that ticket?"""

from __future__ import annotations

import re

from gridwhistle.services import tickets
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import LetterRow

CARD = "ticket:"
_NUMBER = re.compile(r"(?<![\w-])[\w·]+-\d{6}-\d{3,}")  # not the tail of a wish's number: 心愿-幸福-261123-001


def ticket_of(desk: Desk, letter_id: str) -> str | None:
    """The id of the ticket that a letter to the acting person is about: by card, button, or the number it names."""
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
    if found:
        return found.pop() if len(found) == 1 else None
    named = [tickets.by_number(desk, number) for number in sorted(set(_NUMBER.findall(row.text)))]
    own = [ticket for ticket in named if ticket is not None and tickets.is_mine(desk, ticket)]
    return own[0].id if len(own) == 1 else None
