"""Does a card's new form take the place of the old one, or come at the end of the chat, where it is seen?

A message that is changed where it stands makes no sound. So a form that asks for something comes as a new message, and
so does the answer to somebody's words; only the answer to a press, which is looked at, and mere news stay in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from gridwhistle.services.desk import Desk
from gridwhistle.services.prepared import fetch
from gridwhistle.services.schema import InboxRow, LetterRow, LetterState, table_of

_LETTERS, _INBOX = table_of(LetterRow), table_of(InboxRow)
_SHOWN = (
    select(_LETTERS.c.id, _LETTERS.c.message_id, _LETTERS.c.attachments)
    .where(
        _LETTERS.c.region == bindparam("here"),
        _LETTERS.c.person_id == bindparam("person"),
        _LETTERS.c.card == bindparam("of_card"),
        _LETTERS.c.channel == bindparam("of_channel"),
        _LETTERS.c.address == bindparam("of_chat"),
        _LETTERS.c.state == LetterState.SENT,
        _LETTERS.c.message_id.is_not(None),
    )
    .order_by(_LETTERS.c.id.desc())
    .limit(1)
)
_LAST_SAID = (
    select(_INBOX.c.content)
    .where(
        _INBOX.c.region == bindparam("here"),
        _INBOX.c.channel == bindparam("of_channel"),
        _INBOX.c.address == bindparam("of_chat"),
    )
    .order_by(_INBOX.c.received_at.desc())
    .limit(1)
)


def shown_form(desk: Desk, channel: str, address: str, letter: Any) -> Any | None:
    """The card's form that the chat shows now (``id``, ``message_id``, ``attachments``), if there is one."""
    if letter.card is None:
        return None
    chat = {"here": desk.region, "of_channel": channel, "of_chat": address}
    found = fetch(desk.session, _SHOWN, {**chat, "person": letter.person_id, "of_card": letter.card})
    return found[0] if found else None


def stays_in_place(desk: Desk, channel: str, address: str, letter: Any, shown: Any) -> bool:
    """Whether a letter of the outbox is to take the place of the form that the chat shows."""
    if not letter.reply:
        return not letter.buttons
    chat = {"here": desk.region, "of_channel": channel, "of_chat": address}
    said: Sequence[Any] = fetch(desk.session, _LAST_SAID, chat)
    return bool(said) and said[0].content.get("letter") == shown.id
