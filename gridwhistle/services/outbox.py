"""What has to be said to whom, and when may it go out?

The one place where it is decided who is written to, in which language and chat, and whether quiet hours hold it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from sqlalchemy import bindparam, func, select, update

from gridwhistle.services.calendar import after_quiet_hours
from gridwhistle.services.desk import Address, Desk
from gridwhistle.services.prepared import fetch
from gridwhistle.services.schema import Account, JsonObject, LetterRow, LetterState, Person, table_of
from gridwhistle.services.sending import OutgoingLetter, SendReport, SendResult
from gridwhistle.services.store import Insertion, change_later, insert_later, new_id, waiting

LEASE = timedelta(seconds=60)
NOWHERE = Address(channel="none", address="")

# Every turn runs these: built once, without the ORM.
_LETTERS, _A, _P = (table_of(model) for model in (LetterRow, Account, Person))
_LETTER = Insertion(table=_LETTERS, conflict=("region", "key"))
_CHATS = (
    select(_A.c.channel, _A.c.address, _A.c.blocked, _P.c.language)
    .select_from(_P)
    .outerjoin(_A, (_A.c.region == _P.c.region) & (_A.c.person_id == _P.c.id))
    .where(_P.c.region == bindparam("here"), _P.c.id == bindparam("person"))
    .order_by(_A.c.last_heard_at.desc())
)
_PRESSED = select(_LETTERS.c.person_id, _LETTERS.c.buttons).where(
    _LETTERS.c.region == bindparam("here"), _LETTERS.c.id == bindparam("letter")
)
_REPLACED = (
    update(_LETTERS)
    .where(
        _LETTERS.c.region == bindparam("here"),
        _LETTERS.c.person_id == bindparam("person"),
        _LETTERS.c.card == bindparam("of_card"),
        _LETTERS.c.state == LetterState.WAITING,
    )
    .values(state=LetterState.REPLACED)
)


class Priority(IntEnum):
    """Which letters go first when many are due."""

    EMERGENCY = 0
    REPLY = 1
    PERSONAL = 2
    BULK = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Button:
    """A button: its label and what a press does.

    ``press`` is ``{"open": flow, "with": {slot: value}}`` or ``{"answer": value, "slot": name, "token": question}``.
    """

    label: str
    press: JsonObject


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """Something to say: a text key with its values, never a sentence."""

    to: str
    text: str
    params: Mapping[str, object] = field(default_factory=dict)
    key: str = ""
    """Natural key; empty for a reply, which belongs to its turn."""
    buttons: tuple[Button, ...] = ()
    card: str | None = None
    attachments: tuple[str, ...] = ()
    priority: Priority = Priority.PERSONAL


def post(desk: Desk, letter: Letter) -> None:
    """Put a letter into the outbox, unless its natural key is there already.

    A button's label is a text key, or a literal text that begins with ``=``. Somebody without a chat gets a dead row
    that an operator sees. A letter of a card takes the place of the card's unsent predecessors.
    """
    where, language = addressee(desk, letter.to)
    reply = where is not None and where == desk.here
    key = letter.key or f"turn:{desk.turn}:{desk.letters}"
    desk.letters += 1
    urgent = reply or letter.priority is Priority.EMERGENCY
    if letter.card is not None:
        _replace(desk, letter.to, letter.card)
    to = where or NOWHERE
    insert_later(
        desk.session,
        _LETTER,
        {
            "region": desk.region,
            "id": new_id(),
            "key": key,
            "person_id": letter.to,
            "channel": to.channel,
            "address": to.address,
            "text_key": letter.text,
            "text": desk.wording.text(letter.text, language, letter.params),
            "buttons": [
                {"label": _label(desk, button, language, letter.params), "press": button.press}
                for button in letter.buttons
            ],
            "attachments": list(letter.attachments),
            "card": letter.card,
            "reply": reply,
            "priority": Priority.REPLY if reply else letter.priority,
            "created_at": desk.now,
            "not_before": desk.now if urgent else after_quiet_hours(desk.now),
            "state": LetterState.DEAD if where is None else LetterState.WAITING,
            "attempts": 0,
            "leased_until": None,
            "sent_at": None,
            "message_id": None,
            "problem": "" if where else "no chat is bound to this person",
        },
    )
    desk.writes += 1


def addressee(desk: Desk, person_id: str) -> tuple[Address | None, str]:
    """The chat a person was heard in last (the present one for the acting person) and the person's language."""
    if person_id not in desk.addressees:
        rows = fetch(desk.session, _CHATS, {"here": desk.region, "person": person_id})
        if not rows:
            raise LookupError(f"no person {person_id}")
        open_chats = [
            Address(channel=row.channel, address=row.address) for row in rows if row.channel and not row.blocked
        ]
        here = desk.here if desk.here in open_chats else None
        desk.addressees[person_id] = (here or next(iter(open_chats), None), rows[0].language)
    return desk.addressees[person_id]


def find_press(desk: Desk, letter_id: str, index: int) -> JsonObject | None:
    """What a button of a letter to the acting person does; ``None`` for forged or foreign button data."""
    row = next(iter(fetch(desk.session, _PRESSED, {"here": desk.region, "letter": letter_id})), None)
    if row is None or row.person_id != desk.actor.person_id or not isinstance(row.buttons, list):
        return None
    if not 0 <= index < len(row.buttons):
        return None
    return row.buttons[index]["press"]  # type: ignore[no-any-return]


def latest_buttons(desk: Desk, limit: int = 5) -> list[tuple[str, JsonObject]]:
    """Labels and presses of the last letters with buttons in this chat, newest first (for typed labels)."""
    if desk.here is None:
        return []
    rows = desk.session.scalars(
        select(LetterRow)
        .where(
            LetterRow.region == desk.region,
            LetterRow.channel == desk.here.channel,
            LetterRow.address == desk.here.address,
        )
        .order_by(LetterRow.id.desc())
        .limit(limit)
    )
    return [
        (button["label"], button["press"]) for row in rows if isinstance(row.buttons, list) for button in row.buttons
    ]


def claim(desk: Desk, channels: tuple[str, ...], batch: int = 100) -> list[OutgoingLetter]:
    """Lease the next due letters of these channels, the most urgent first, each chat's in order."""
    table = LetterRow
    rows = list(
        desk.session.scalars(
            select(table)
            .where(
                table.region == desk.region,
                table.state.in_((LetterState.WAITING, LetterState.SENDING)),
                table.not_before <= desk.now,
                (table.leased_until.is_(None)) | (table.leased_until <= desk.now),
                table.channel.in_(channels),
            )
            .order_by(table.priority, table.id)
            .limit(batch)
            .with_for_update(skip_locked=True)
        )
    )
    for row in rows:
        row.state = LetterState.SENDING
        row.leased_until = desk.now + LEASE
        row.attempts += 1
    return [
        OutgoingLetter(
            id=row.id,
            person_id=row.person_id,
            channel=row.channel,
            address=row.address,
            text=row.text,
            labels=tuple(button["label"] for button in row.buttons) if isinstance(row.buttons, list) else (),
            attachments=tuple(row.attachments),
            card=row.card,
            reply=row.reply,
            replaces=_shown(desk, row),
        )
        for row in rows
    ]


def next_due(desk: Desk) -> datetime | None:
    """When the next letter that is held back may go out; a dead sender's one, when its lease runs out.

    What could go out now already, but waits for a channel that nobody serves, is not coming.
    """
    moment = func.coalesce(LetterRow.leased_until, LetterRow.not_before)
    return desk.session.execute(
        select(func.min(moment)).where(
            LetterRow.region == desk.region,
            LetterRow.state.in_((LetterState.WAITING, LetterState.SENDING)),
            moment > desk.now,
        )
    ).scalar_one_or_none()


def settle(desk: Desk, letter_id: str, report: SendReport) -> None:
    """Write down what became of a send."""
    row = desk.session.get(LetterRow, (desk.region, letter_id))
    if row is None:
        return
    row.leased_until = None
    row.problem = report.problem
    match report.result:
        case SendResult.SENT:
            row.state = LetterState.SENT
            row.sent_at = desk.now
            row.message_id = report.message_id
        case SendResult.STOPPED:
            row.state = LetterState.DEAD
            account = desk.session.get(Account, (desk.region, row.channel, row.address))
            if account is not None:
                account.blocked = True
        case SendResult.REFUSED:
            row.state = LetterState.DEAD
        case _ if _has_successor(desk, row):
            # Sent again it would come after the card's newer form, and take its place.
            row.state = LetterState.REPLACED
        case SendResult.RETRY | SendResult.LATER | SendResult.MISCONFIGURED | SendResult.UNKNOWN:
            row.state = LetterState.WAITING
            row.not_before = desk.now + (report.retry_after or timedelta(seconds=min(2**row.attempts, 3600)))


def _shown(desk: Desk, row: LetterRow) -> str | None:
    """The platform's id of the card's form that the chat shows now."""
    if row.card is None:
        return None
    return desk.session.scalars(
        select(LetterRow.message_id)
        .where(
            LetterRow.region == desk.region,
            LetterRow.person_id == row.person_id,
            LetterRow.card == row.card,
            LetterRow.channel == row.channel,
            LetterRow.address == row.address,
            LetterRow.state == LetterState.SENT,
            LetterRow.message_id.is_not(None),
        )
        .order_by(LetterRow.id.desc())
        .limit(1)
    ).first()


def _replace(desk: Desk, person_id: str, card: str) -> None:
    for row in waiting(desk.session, _LETTER):
        if row["person_id"] == person_id and row["card"] == card and row["state"] is LetterState.WAITING:
            row["state"] = LetterState.REPLACED
    change_later(desk.session, _REPLACED, {"here": desk.region, "person": person_id, "of_card": card})


def _has_successor(desk: Desk, row: LetterRow) -> bool:
    if row.card is None:
        return False
    newer = select(LetterRow.id).where(
        LetterRow.region == desk.region,
        LetterRow.person_id == row.person_id,
        LetterRow.card == row.card,
        LetterRow.id > row.id,
    )
    return desk.session.scalars(newer.limit(1)).first() is not None


def _label(desk: Desk, button: Button, language: str, params: Mapping[str, object]) -> str:
    if button.label.startswith("="):
        return button.label[1:]
    return desk.wording.text(button.label, language, params)
