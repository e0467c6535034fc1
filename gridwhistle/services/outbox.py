"""What has to be said to whom, and when may it go out?

The one place where it is decided who is written to, in which language and chat, and whether quiet hours hold it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from sqlalchemy import bindparam, select, update

from gridwhistle.services import timers
from gridwhistle.services.calendar import after_quiet_hours
from gridwhistle.services.desk import Address, Desk
from gridwhistle.services.prepared import fetch
from gridwhistle.services.schema import Account, JsonObject, Lane, LetterRow, LetterState, Person, table_of
from gridwhistle.services.sending import Wants
from gridwhistle.services.store import Insertion, at_commit, change_later, insert_later, new_id, waiting

NOWHERE = Address(channel="none", address="")

# Every turn runs these: built once, without the ORM.
_LETTERS, _LANES, _A, _P = (table_of(model) for model in (LetterRow, Lane, Account, Person))
_LETTER = Insertion(table=_LETTERS, conflict=("region", "key"))
_LANE = Insertion(
    table=_LANES,
    conflict=("region", "channel", "address", "priority"),
    update=("due_at", "head_id"),
    # Whoever has leased the lane looks for new letters before giving it back.
    only_if=lambda new: _LANES.c.lease.is_(None) & (new.due_at < _LANES.c.due_at),
)
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
    """Which letters go first when many are due; a chat's letters of one priority keep their order."""

    EMERGENCY = 0
    REPLY = 1
    PERSONAL = 2
    BULK = 3


URGENT = (Priority.EMERGENCY, Priority.REPLY)
"""These know no quiet hours, and always find a free sender."""


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
    wants: Wants | None = None
    priority: Priority = Priority.PERSONAL
    once: bool = False
    """A second copy would do more harm than none: not repeated when nobody knows whether it arrived. So is all bulk."""
    matters: bool = False
    """Somebody has to be told by telephone if it cannot be delivered."""


def post(desk: Desk, letter: Letter) -> None:
    """Put a letter into the outbox, unless its natural key is there already.

    A button's label is a text key, or a literal text that begins with ``=``. Somebody without a chat gets a dead row
    that an operator sees. A letter of a card takes the place of the card's unsent predecessors.
    """
    where, language = addressee(desk, letter.to)
    reply = where is not None and where == desk.here
    key = letter.key or f"turn:{desk.turn}:{desk.letters}"
    desk.letters += 1
    priority = Priority.REPLY if reply else letter.priority
    not_before = desk.now if priority in URGENT else after_quiet_hours(desk.now)
    if letter.card is not None:
        _replace(desk, letter.to, letter.card)
    to = where or NOWHERE
    letter_id = new_id()
    if where is not None:
        wake(desk, where, priority, not_before, letter_id)
    elif letter.matters:
        timers.put(desk, "call_instead", letter_id, desk.now)
    insert_later(
        desk.session,
        _LETTER,
        {
            "region": desk.region,
            "id": letter_id,
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
            "wants": letter.wants,
            "card": letter.card,
            "reply": reply,
            "priority": priority,
            "once": letter.once or priority is Priority.BULK,
            "matters": letter.matters,
            "created_at": desk.now,
            "not_before": not_before,
            "state": LetterState.DEAD if where is None else LetterState.WAITING,
            "attempts": 0,
            "called_at": None,
            "doubts": 0,
            "sent_at": None,
            "message_id": None,
            "first_number": None,
            "problem": "" if where else "no chat is bound to this person",
        },
    )
    desk.writes += 1


def wake(desk: Desk, where: Address, priority: int, due_at: datetime, letter_id: str) -> None:
    """Let a chat's lane be looked at when a letter of it is due."""
    lanes = at_commit(desk.session, _LANE)
    key = (where.channel, where.address, str(priority))
    if key not in lanes or due_at < lanes[key]["due_at"]:
        lanes[key] = {
            "region": desk.region,
            "channel": where.channel,
            "address": where.address,
            "priority": int(priority),
            "due_at": due_at,
            "head_id": letter_id,
            "lease": None,
        }


def look_up(desk: Desk, people: Iterable[str]) -> None:
    """Read chats and languages of many people at once, for the letters that this transaction will write to them."""
    unknown = sorted(set(people) - desk.addressees.keys())
    if not unknown:
        return
    rows = desk.session.execute(
        select(_P.c.id, _P.c.language, _A.c.channel, _A.c.address)
        .outerjoin(_A, (_A.c.region == _P.c.region) & (_A.c.person_id == _P.c.id) & _A.c.blocked.is_(False))
        .where(_P.c.region == desk.region, _P.c.id.in_(unknown))
        .order_by(_A.c.last_heard_at.desc())
    )
    for person_id, language, channel, address in rows:
        where = Address(channel=channel, address=address) if channel else None
        desk.addressees.setdefault(person_id, (where, language))


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


def _replace(desk: Desk, person_id: str, card: str) -> None:
    for row in waiting(desk.session, _LETTER):
        if row["person_id"] == person_id and row["card"] == card and row["state"] is LetterState.WAITING:
            row["state"] = LetterState.REPLACED
    change_later(desk.session, _REPLACED, {"here": desk.region, "person": person_id, "of_card": card})


def _label(desk: Desk, button: Button, language: str, params: Mapping[str, object]) -> str:
    if button.label.startswith("="):
        return button.label[1:]
    return desk.wording.text(button.label, language, params)
