"""Which calls of the Bot API show a letter in a chat?"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gridwhistle.bot.channels.telegram.api import ATTACHED, Call
from gridwhistle.bot.channels.telegram.pieces import LONGEST_CAPTION, LONGEST_TEXT, pieces, units
from gridwhistle.services.schema import Json, JsonObject
from gridwhistle.services.sending import OutgoingLetter, Wants

MOST_IN_ALBUM = 10
WIDEST_ROW = 28
MOST_IN_ROW = 3
SEPARATOR = ":"
CHOSEN = "-"
"""The data of a button that only shows what was chosen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """The calls that show a letter, in order; the message of the last one carries its buttons.

    ``edit`` is tried first where the letter takes the place of an earlier one; ``beside`` then adds what is new.
    ``away`` takes an earlier one away when the letter is there; the second way is for a message that is too old for it.
    """

    calls: tuple[Call, ...]
    edit: Call | None = None
    beside: tuple[Call, ...] = ()
    away: tuple[Call, ...] = ()


def shown(letter: OutgoingLetter, photos: Sequence[bytes], sharing: Mapping[Wants, str]) -> Shown:
    """How a letter is shown, with those of its photos that the chat does not show yet.

    ``sharing`` labels the buttons that share a position and a number.
    """
    chat = {"chat_id": letter.address}
    keyboard = _keyboard(letter, sharing)
    if len(photos) == 1 and letter.card is None and units(letter.text) <= LONGEST_CAPTION:
        # A card's text is edited later, so it is never a caption.
        return Shown(calls=(_photo(chat, photos[0], {"caption": letter.text, **keyboard}),))
    albums = _albums(chat, photos)
    calls = list(albums)
    *first, last = pieces(letter.text)
    calls += [_text(chat, piece, {}) for piece in first]
    calls.append(_text(chat, last, keyboard))
    if letter.replaces is None:
        return Shown(calls=tuple(calls))
    if not letter.in_place:
        return Shown(calls=tuple(calls), away=_away({**chat, "message_id": int(letter.replaces)}))
    edit = _edit(letter, chat) if units(letter.text) <= LONGEST_TEXT else None
    return Shown(calls=tuple(calls), edit=edit, beside=tuple(albums))


def press_data(letter_id: str, index: int) -> str:
    """What a button sends back: at most 64 bytes, and nothing in it that could be forged into something else."""
    return f"{letter_id}{SEPARATOR}{index}"


def chosen(chat: str, message_id: int, label: str) -> Call:
    """The call that leaves of a question's buttons only the one that was pressed."""
    keyboard: Json = {"inline_keyboard": [[{"text": f"✓ {label}", "callback_data": CHOSEN}]]}
    return Call(
        method="editMessageReplyMarkup", params={"chat_id": chat, "message_id": message_id, "reply_markup": keyboard}
    )


def _edit(letter: OutgoingLetter, chat: JsonObject) -> Call:
    return Call(
        method="editMessageText",
        params={
            **chat,
            "message_id": int(str(letter.replaces)),
            "text": letter.text,
            "link_preview_options": {"is_disabled": True},
            **_inline(letter),
        },
    )


def _away(message: JsonObject) -> tuple[Call, ...]:
    # A message of more than two days stays; then at least nobody presses its buttons any more.
    bare = {**message, "reply_markup": {"inline_keyboard": []}}
    return Call(method="deleteMessage", params=message), Call(method="editMessageReplyMarkup", params=bare)


def _text(chat: JsonObject, text: str, more: JsonObject) -> Call:
    # Without a parse mode nothing in a text can be taken for markup: a name with “<b>” in it is shown as it is.
    return Call(
        method="sendMessage", params={**chat, "text": text, "link_preview_options": {"is_disabled": True}, **more}
    )


def _photo(chat: JsonObject, body: bytes, more: JsonObject) -> Call:
    return Call(method="sendPhoto", params={**chat, "photo": f"{ATTACHED}photo", **more}, files={"photo": body})


def _albums(chat: JsonObject, photos: Sequence[bytes]) -> list[Call]:
    calls = []
    for begin in range(0, len(photos), MOST_IN_ALBUM):
        album = photos[begin : begin + MOST_IN_ALBUM]
        if len(album) == 1:
            calls.append(_photo(chat, album[0], {}))
            continue
        files = {f"photo{number}": body for number, body in enumerate(album)}
        media = [{"type": "photo", "media": f"{ATTACHED}{name}"} for name in files]
        calls.append(Call(method="sendMediaGroup", params={**chat, "media": media}, files=files))
    return calls


def _keyboard(letter: OutgoingLetter, sharing: Mapping[Wants, str]) -> JsonObject:
    wanted = letter.wants
    if wanted is None or wanted not in sharing:
        return _inline(letter) if letter.labels else {}
    request = "request_location" if wanted is Wants.PLACE else "request_contact"
    rows: list[Json] = [[{"text": sharing[wanted], request: True}]]
    rows += [[{"text": letter.labels[index]} for index in row] for row in _rows(letter.labels)]
    # Typed or tapped, a label means the same to the conversation.
    return {"reply_markup": {"keyboard": rows, "resize_keyboard": True, "one_time_keyboard": True}}


def _inline(letter: OutgoingLetter) -> JsonObject:
    rows: list[Json] = [
        [{"text": letter.labels[index], "callback_data": press_data(letter.id, index)} for index in row]
        for row in _rows(letter.labels)
    ]
    return {"reply_markup": {"inline_keyboard": rows}}


def _rows(labels: Sequence[str]) -> list[list[int]]:
    """Short labels side by side, long ones below one another."""
    rows: list[list[int]] = []
    used = 0
    for index, label in enumerate(labels):
        width = _width(label) + 2
        if rows and len(rows[-1]) < MOST_IN_ROW and used + width <= WIDEST_ROW:
            rows[-1].append(index)
            used += width
        else:
            rows.append([index])
            used = width
    return rows


def _width(label: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in label)
