"""What can reach a conversation: a text, a press, photos, a position, something unreadable, or a timer?"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from gridwhistle.services.schema import Json, JsonObject


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """Words; ``reply_to`` is the id of our letter that they quote."""

    text: str
    reply_to: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Press:
    """A press of the button ``index`` of a letter."""

    letter: str
    index: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Photo:
    """Photos whose bytes the channel has stored already, by attachment id; the caption is what was typed below."""

    attachments: tuple[str, ...]
    caption: str = ""
    reply_to: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pin:
    """A shared position."""

    latitude: float
    longitude: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsupported:
    """Something that cannot be read: ``voice``, ``sticker``, ``video``, ``file`` …

    ``attachments`` is what of it the channel has stored.
    """

    kind: str
    attachments: tuple[str, ...] = ()
    reply_to: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wake:
    """A timer opens a flow with what it was given; ``key`` is the timer's natural key."""

    flow: str
    given: JsonObject
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Open:
    """A command of the channel's own menu opens a dialog, if it exists for the person."""

    flow: str


Content: TypeAlias = Text | Press | Photo | Pin | Unsupported | Wake | Open
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
"""NUL, which PostgreSQL refuses, and halves of surrogate pairs, which have no UTF-8."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Inbound:
    """One update of a channel; ``external_id`` is the channel's own, so that a repeat is seen.

    ``together`` are further updates that this one stands for: the other photos of an album.
    """

    channel: str
    address: str
    external_id: str
    received_at: datetime
    content: Content
    together: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.received_at.tzinfo is None:
            raise ValueError("an inbound message needs an aware time")


def storable(content: Content) -> Content:
    """The content with a replacement character for everything that a store cannot keep."""
    match content:
        case Text(text=text, reply_to=reply_to):
            return replace(content, text=_storable(text), reply_to=_storable(reply_to) if reply_to else None)
        case Photo(attachments=attachments, caption=caption, reply_to=reply_to):
            return replace(
                content,
                attachments=tuple(map(_storable, attachments)),
                caption=_storable(caption),
                reply_to=_storable(reply_to) if reply_to else None,
            )
        case Press(letter=letter):
            return replace(content, letter=_storable(letter))
        case Unsupported(kind=kind, attachments=attachments, reply_to=reply_to):
            return replace(
                content,
                kind=_storable(kind),
                attachments=tuple(map(_storable, attachments)),
                reply_to=_storable(reply_to) if reply_to else None,
            )
    return content


def dump_content(content: Content) -> JsonObject:
    """The content as the inbox row keeps it."""
    match content:
        case Text(text=text, reply_to=reply_to):
            return {"kind": "text", "text": text, "reply_to": reply_to}
        case Press(letter=letter, index=index):
            return {"kind": "press", "letter": letter, "index": index}
        case Photo(attachments=attachments, caption=caption, reply_to=reply_to):
            return {"kind": "photo", "attachments": list(attachments), "caption": caption, "reply_to": reply_to}
        case Pin(latitude=latitude, longitude=longitude):
            return {"kind": "pin", "latitude": latitude, "longitude": longitude}
        case Unsupported(kind=kind, attachments=attachments, reply_to=reply_to):
            kept: JsonObject = {"attachments": list(attachments)} if attachments else {}
            return {"kind": "unsupported", "what": kind, **kept, **({} if reply_to is None else {"reply_to": reply_to})}
        case Wake(flow=flow, given=given, key=key):
            return {"kind": "wake", "flow": flow, "given": given, "key": key}
        case Open(flow=flow):
            return {"kind": "open", "flow": flow}


def load_content(row: JsonObject) -> Content:
    """The content of an inbox row. Raises ``ValueError`` for a row that this release cannot read."""
    try:
        return _load(row)
    except (KeyError, TypeError) as error:
        raise ValueError(f"an inbox row of kind {row.get('kind')!r} cannot be read: {error!r}") from error


def _load(row: JsonObject) -> Content:
    match row["kind"]:
        case "text":
            return Text(text=str(row["text"]), reply_to=_text_or_none(row.get("reply_to")))
        case "press":
            return Press(letter=str(row["letter"]), index=int(str(row["index"])))
        case "photo":
            return Photo(
                attachments=tuple(str(one) for one in _list(row["attachments"])),
                caption=str(row.get("caption") or ""),
                reply_to=_text_or_none(row.get("reply_to")),
            )
        case "pin":
            return Pin(latitude=float(str(row["latitude"])), longitude=float(str(row["longitude"])))
        case "unsupported":
            return Unsupported(
                kind=str(row["what"]),
                attachments=tuple(str(one) for one in _list(row.get("attachments", []))),
                reply_to=_text_or_none(row.get("reply_to")),
            )
        case "wake":
            given = row["given"]
            if not isinstance(given, dict):
                raise TypeError("given is no object")
            return Wake(flow=str(row["flow"]), given=given, key=str(row["key"]))
        case "open":
            return Open(flow=str(row["flow"]))
    raise KeyError(row["kind"])


def _storable(text: str) -> str:
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _text_or_none(value: Json) -> str | None:
    return None if value is None else str(value)
