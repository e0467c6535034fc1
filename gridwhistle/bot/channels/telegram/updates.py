"""What has to be done about an update of the Bot API?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from gridwhistle.bot.channels.telegram.content import Said, said
from gridwhistle.bot.channels.telegram.letters import CHOSEN, SEPARATOR
from gridwhistle.bot.channels.telegram.reading import number, part, parts, words
from gridwhistle.dialogs.message import Photo, Press, Text, dump_content, storable
from gridwhistle.services.inbox import Arrival
from gridwhistle.services.schema import JsonObject

CHANNEL = "telegram"
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
"""What we ask for; other kinds are ignored and counted."""
EDITED_WITHIN = 600
"""Seconds within which an edited message counts as said anew; a late correction of an old one changes nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Me:
    """Who we are on Telegram; the name is not known before the platform was reached."""

    id: int
    username: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pressed:
    """A press that the platform wants answered, and the message that it was on."""

    callback: str
    chat: str
    message_id: int | None
    letter: str
    index: int


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupCall:
    """A message in a group that concerns us: its chat and id, to answer there that we go on in private."""

    chat: str
    message_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """Something for the inbox."""

    arrival: Arrival
    pressed: Pressed | None = None
    group: GroupCall | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """A press of a button that only shows what was chosen."""

    callback: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Blocked:
    """A person has blocked us, or let us in again."""

    address: str
    blocked: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Ignored:
    """Nothing for us; ``kind`` is counted."""

    kind: str


Reading: TypeAlias = Arrived | Chosen | Blocked | Ignored


def read(update: JsonObject, me: Me, now: datetime, concerns: Callable[[str], bool]) -> Reading:
    """What an update means; ``concerns`` tells whether words in a group are a matter for the city."""
    message = part(update, "message")
    edited = part(update, "edited_message")
    if query := part(update, "callback_query"):
        return _press(update, query, me, now)
    if message:
        return _message(update, message, me, now, concerns)
    if edited:
        if "location" in edited:
            # A live position that moves: where it was first is where the matter is.
            return Ignored(kind="live_location")
        age = (number(edited, "edit_date") or 0) - (number(edited, "date") or 0)
        if age > EDITED_WITHIN or part(edited, "chat").get("type") != "private":
            return Ignored(kind="late_edit")
        return _message(update, edited, me, now, concerns)
    if member := part(update, "my_chat_member"):
        if part(member, "chat").get("type") != "private":
            return Ignored(kind="group_membership")
        status = words(part(member, "new_chat_member"), "status")
        return Blocked(address=str(number(part(member, "chat"), "id")), blocked=status == "kicked")
    known = sorted(update.keys() - {"update_id"})
    return Ignored(kind=known[0] if known else "empty")


def _press(update: JsonObject, query: JsonObject, me: Me, now: datetime) -> Reading:
    callback, data = words(query, "id"), words(query, "data")
    if data == CHOSEN:
        return Chosen(callback=callback)
    letter, _, index = data.partition(SEPARATOR)
    press = Press(letter=letter, index=int(index) if index.isdecimal() and len(index) < len("1000") else -1)
    message = part(query, "message")
    address = str(number(part(query, "from"), "id"))
    return Arrived(
        arrival=_arrival(update, me, address, now, Said(content=press)),
        pressed=Pressed(
            callback=callback,
            chat=address,
            message_id=number(message, "message_id"),
            letter=press.letter,
            index=press.index,
        ),
    )


def _message(
    update: JsonObject, message: JsonObject, me: Me, now: datetime, concerns: Callable[[str], bool]
) -> Reading:
    kind = words(part(message, "chat"), "type")
    sender = part(message, "from")
    if kind in ("group", "supergroup"):
        return _in_group(update, message, me, now, concerns)
    if kind != "private" or sender.get("is_bot"):
        return Ignored(kind=f"{kind or 'unknown'}_message")
    told = said(message)
    if told is None:
        return Ignored(kind="service_message")
    address = str(number(part(message, "chat"), "id"))
    replied = part(message, "reply_to_message")
    quotes = number(replied, "message_id") if _is_ours(replied, me) else None
    return Arrived(arrival=_arrival(update, me, address, now, told, words(message, "media_group_id"), quotes))


def _in_group(
    update: JsonObject, message: JsonObject, me: Me, now: datetime, concerns: Callable[[str], bool]
) -> Reading:
    """A group is heard where it speaks to us or of a matter; the person is answered in private."""
    sender = number(part(message, "from"), "id")
    message_id, chat = number(message, "message_id"), number(part(message, "chat"), "id")
    told = said(message, without=me.username)
    if sender is None or part(message, "from").get("is_bot") or "sender_chat" in message:
        return Ignored(kind="group_message")
    if told is None or message_id is None:
        return Ignored(kind="service_message")
    text = told.content.text if isinstance(told.content, Text) else ""
    text = told.content.caption if isinstance(told.content, Photo) else text
    if not _speaks_to(message, me) and not (text and concerns(text)):
        return Ignored(kind="group_message")
    return Arrived(
        arrival=_arrival(update, me, str(sender), now, told),
        group=GroupCall(chat=str(chat), message_id=message_id),
    )


def _speaks_to(message: JsonObject, me: Me) -> bool:
    if _is_ours(part(message, "reply_to_message"), me):
        return True
    text = words(message, "text") or words(message, "caption")
    if any(number(part(one, "user"), "id") == me.id for one in _entities(message)):
        return True
    return bool(me.username) and f"@{me.username}".casefold() in text.casefold()


def _entities(message: JsonObject) -> list[JsonObject]:
    return [*parts(message, "entities"), *parts(message, "caption_entities")]


def _is_ours(message: JsonObject, me: Me) -> bool:
    return number(part(message, "from"), "id") == me.id


def _arrival(
    update: JsonObject,
    me: Me,
    address: str,
    now: datetime,
    told: Said,
    album: str = "",
    quotes: int | None = None,
) -> Arrival:
    position = number(update, "update_id") or 0
    return Arrival(
        channel=CHANNEL,
        address=address,
        # With the bot's own id: another bot's updates have numbers of their own.
        external_id=f"{me.id}.{position}",
        received_at=now,
        content=dump_content(storable(told.content)),
        position=position,
        files=told.files,
        album=album or None,
        quotes=None if quotes is None else str(quotes),
    )
