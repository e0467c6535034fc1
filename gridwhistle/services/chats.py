"""What does one chat look like from its first line to its last, and who sits at it?

For channels that show the chat themselves (the web page): letters from the outbox, the person's own lines from the
inbox. Reads only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from gridwhistle.services.desk import Actor, Address, Desk
from gridwhistle.services.schema import (
    Account,
    InboxRow,
    JsonObject,
    LetterRow,
    LetterState,
    Person,
    RoleGrant,
)

DUE_BEFORE = timedelta(minutes=10)
"""How much later than due a letter is usually sent at the latest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatButton:
    """A button of a letter; ``answers`` tells an answer to the open question from the opening of a dialog."""

    label: str
    answers: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatLetter:
    """A letter that has reached the chat."""

    id: str
    at: datetime
    text: str
    buttons: tuple[ChatButton, ...]
    attachments: tuple[str, ...]
    card: str | None
    reply: bool
    """Whether the person's own message caused it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatLine:
    """Something the person sent, as the inbox keeps it (``dialogs.message.load_content`` reads it)."""

    id: str
    at: datetime
    content: JsonObject


def letters(desk: Desk, where: Address, limit: int = 200) -> list[ChatLetter]:
    """The last letters that were sent to a chat, oldest first."""
    rows = desk.session.scalars(
        select(LetterRow)
        .where(
            LetterRow.region == desk.region,
            LetterRow.channel == where.channel,
            LetterRow.address == where.address,
            LetterRow.state == LetterState.SENT,
        )
        .order_by(LetterRow.id.desc())
        .limit(limit)
    ).all()
    found = [
        ChatLetter(
            id=row.id,
            at=row.sent_at or row.created_at,
            text=row.text,
            buttons=_buttons(row),
            attachments=tuple(row.attachments),
            card=row.card,
            reply=row.reply,
        )
        for row in rows
    ]
    return sorted(found, key=lambda letter: (letter.at, letter.id))


def reached_since(desk: Desk, channel: str, since: datetime) -> frozenset[tuple[str, str]]:
    """Addresses and letters of the chats of a channel that a letter has reached since then.

    Only among letters that were due shortly before: the index then leads to them, however many were ever sent.
    """
    rows = desk.session.execute(
        select(LetterRow.address, LetterRow.id).where(
            LetterRow.state == LetterState.SENT,
            LetterRow.not_before >= since - DUE_BEFORE,
            LetterRow.region == desk.region,
            LetterRow.channel == channel,
            LetterRow.sent_at >= since,
        )
    )
    return frozenset((row.address, row.id) for row in rows)


def lines(desk: Desk, where: Address, limit: int = 200) -> list[ChatLine]:
    """The last things that the person of a chat sent, oldest first."""
    rows = desk.session.scalars(
        select(InboxRow)
        .where(InboxRow.region == desk.region, InboxRow.channel == where.channel, InboxRow.address == where.address)
        .order_by(InboxRow.received_at.desc(), InboxRow.external_id.desc())
        .limit(limit)
    ).all()
    return [ChatLine(id=row.external_id, at=row.received_at, content=row.content) for row in reversed(rows)]


def has_line(desk: Desk, where: Address, line_id: str) -> bool:
    """Whether the person of a chat has sent this line already."""
    return desk.session.get(InboxRow, (desk.region, where.channel, where.address, line_id)) is not None


def is_known(desk: Desk, where: Address) -> bool:
    """Whether anybody was ever heard in this chat."""
    return desk.session.get(Account, (desk.region, where.channel, where.address)) is not None


def actor_at(desk: Desk, where: Address) -> Actor | None:
    """The person of a chat with all roles; ``None`` for a chat that was never heard."""
    rows = desk.session.execute(
        select(Person, RoleGrant.role, RoleGrant.unit)
        .join(Account, (Account.region == Person.region) & (Account.person_id == Person.id))
        .outerjoin(RoleGrant, (RoleGrant.region == Person.region) & (RoleGrant.person_id == Person.id))
        .where(Account.region == desk.region, Account.channel == where.channel, Account.address == where.address)
    ).all()
    if not rows:
        return None
    person = rows[0][0]
    return Actor(
        person_id=person.id,
        name=person.name,
        language=person.language,
        grid=person.grid,
        place=person.place,
        roles=frozenset((role, unit) for _, role, unit in rows if role is not None),
    )


def answering_label(desk: Desk, where: Address, letter_id: str, index: int) -> str | None:
    """The label of a button that answers a question of this chat, once; ``None`` for any other button."""
    row = desk.session.get(LetterRow, (desk.region, letter_id))
    if row is None or (row.channel, row.address) != (where.channel, where.address) or row.card is not None:
        return None
    buttons = _buttons(row)
    return buttons[index].label if 0 <= index < len(buttons) and buttons[index].answers else None


def has_letter_with(desk: Desk, attachment_id: str) -> bool:
    """Whether a letter to the acting person carries this attachment."""
    rows = desk.session.scalars(
        select(LetterRow.attachments).where(LetterRow.region == desk.region, LetterRow.person_id == desk.me)
    )
    return any(attachment_id in attachments for attachments in rows)


def _buttons(row: LetterRow) -> tuple[ChatButton, ...]:
    if not isinstance(row.buttons, list):
        return ()
    return tuple(ChatButton(label=one["label"], answers="token" in one["press"]) for one in row.buttons)
