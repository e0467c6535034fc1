"""Which number stands for which button, where a platform has no buttons and people type a number?

Letters that wait for an answer side by side have different numbers, so that a number means one button. Whatever a
person writes begins a new count, because the answer to it is what they look at then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from gridwhistle.services.desk import Desk
from gridwhistle.services.prepared import fetch
from gridwhistle.services.schema import Account, JsonObject, LetterRow, table_of

HIGHEST = 99
LOOK_BACK = 8
"""So many of a chat's letters with numbers are looked at."""

_L, _A = table_of(LetterRow), table_of(Account)
_OF_CHAT = (
    _L.c.region == bindparam("here"),
    _L.c.channel == bindparam("of_channel"),
    _L.c.address == bindparam("of_chat"),
    _L.c.first_number.is_not(None),
)
_SHOWN = select(_L.c.first_number, _L.c.buttons).where(*_OF_CHAT).order_by(_L.c.id.desc()).limit(LOOK_BACK)
_UNANSWERED = (
    select(_L.c.id, _L.c.first_number, _L.c.buttons)
    .join_from(
        _L,
        _A,
        (_A.c.region == _L.c.region) & (_A.c.channel == _L.c.channel) & (_A.c.address == _L.c.address),
    )
    .where(*_OF_CHAT, _L.c.called_at > _A.c.last_heard_at)
)


def first_number(desk: Desk, channel: str, address: str, letter_id: str, buttons: int) -> int:
    """The number of a letter's first button, behind those of all letters that nobody has answered yet."""
    rows = fetch(desk.session, _UNANSWERED, _names(desk, channel, address))
    kept = next((row.first_number for row in rows if row.id == letter_id), None)
    if kept is not None:
        return int(kept)
    free = max((_end(row) for row in rows), default=1)
    return free if free + buttons - 1 <= HIGHEST else 1


def pressed(desk: Desk, number: int) -> JsonObject | None:
    """What the button does that the newest letter of this chat with such a number shows under it."""
    if desk.here is None:
        return None
    for row in fetch(desk.session, _SHOWN, _names(desk, desk.here.channel, desk.here.address)):
        if row.first_number <= number < _end(row):
            press: JsonObject = row.buttons[number - row.first_number]["press"]
            return press
    return None


def _end(row: Any) -> int:
    buttons: Sequence[object] = row.buttons if isinstance(row.buttons, list) else ()
    return int(row.first_number) + len(buttons)


def _names(desk: Desk, channel: str, address: str) -> dict[str, str]:
    return {"here": desk.region, "of_channel": channel, "of_chat": address}
