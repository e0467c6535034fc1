"""Who telephones with what could not be delivered?"""

from __future__ import annotations

from gridwhistle.services import org, satisfaction, tickets
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.outbox import Letter, post
from gridwhistle.services.schema import LetterRow, LetterState


def call_instead(desk: Desk, letter_id: str) -> None:
    """Put a dead letter's person on the call-back list: of follow-ups, or by a letter to their community.

    The system's act. Nothing for a letter that an operator has sent again meanwhile.
    """
    row = desk.session.get(LetterRow, (desk.region, letter_id))
    if row is None or row.state is not LetterState.DEAD:
        return
    card, _, of = (row.card or "").partition(":")
    if card == satisfaction.CARD:
        try:
            satisfaction.undelivered(desk, tickets.get(desk, of.partition(":")[0]), row.person_id)
        except Refused:
            return
        return
    person = org.person(desk, row.person_id)
    post(
        desk,
        Letter(
            to=org.coordinator(desk, person.grid),
            text="letter.call_instead",
            params={"name": person.name or "—", "said": row.text},
            key=f"call-instead:{row.id}",
        ),
    )
