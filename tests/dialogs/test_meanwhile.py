"""Does a dialog that stands at a question bear what happens in the city meanwhile?"""

from __future__ import annotations

from hall import Hall
from sqlalchemy import update

from gridwhistle.services.schema import LetterRow, Status, Ticket


def test_words_after_the_last_ticket_has_ended_are_answered(hall: Hall) -> None:
    hall.report()
    assert hall.say("zhangmin", "补充", "supplement 0.95")
    with hall.stage.office.desk() as desk:
        desk.session.execute(update(Ticket).values(status=Status.REFUSED))

    # No other dialog, no answer to the question: it is looked for a correction in it.
    heard = hall.say("zhangmin", "隔壁那屋又吵起来了没完没了", "out_of_scope 0.2")

    assert heard
    with hall.stage.office.desk() as desk:
        keys = [row.text_key for row in desk.session.query(LetterRow).order_by(LetterRow.id)]
    assert "common.internal_error" not in keys
    assert keys[-1] == "supplement.none"
