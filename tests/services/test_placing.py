"""Is a card's new form where the person sees it?"""

from __future__ import annotations

import pytest
from bureau import Bureau
from postbox import Postbox

from gridwhistle.dialogs.message import Press, Text, dump_content
from gridwhistle.services import inbox, outbox
from gridwhistle.services.outbox import Button, Letter
from gridwhistle.services.sending import OutgoingLetter, SendResult

BUTTON = Button(label="=好的", press={"open": "help"})
OTHER = "0193f0c0a1b2c3d4e5f60718293a4b5c"
"""A letter that is not the card."""


def next_form(bureau: Bureau, said: str | None, buttons: tuple[Button, ...]) -> OutgoingLetter:
    """What becomes of a card that zhangmin's chat shows when it changes after something that they said there."""
    box = Postbox(bureau)
    box.post("1", card="ticket:7")
    [first] = box.claim()
    box.settle(first, SendResult.SENT, message_id="4711")
    contents = {"words": Text(text="我接了"), "press": Press(letter=first.letters[0].id, index=0),
                "other press": Press(letter=OTHER, index=0)}  # fmt: skip
    with bureau.desk("zhangmin", heard=said is not None) as desk:
        if said is not None and desk.here is not None:
            content = dump_content(contents[said])
            inbox.take_in(desk.session, desk.region, desk.here, "1", desk.now, content, desk.now)
        outbox.post(
            desk, Letter(to=bureau.ids["zhangmin"], text="talks.ended", key="2", card="ticket:7", buttons=buttons)
        )
    [errand] = box.claim()
    return errand.letters[0]


@pytest.mark.parametrize(
    ("said", "buttons", "in_place"),
    [
        (None, (), True),
        (None, (BUTTON,), False),
        ("press", (BUTTON,), True),
        ("press", (), True),
        ("other press", (BUTTON,), False),
        ("words", (BUTTON,), False),
        ("words", (), False),
    ],
)
def test_a_form_stays_in_place_that_asks_nothing_or_answers_a_press_on_the_card(
    bureau: Bureau, said: str | None, buttons: tuple[Button, ...], in_place: bool
) -> None:
    letter = next_form(bureau, said, buttons)

    assert letter.replaces == "4711"
    assert letter.in_place is in_place
