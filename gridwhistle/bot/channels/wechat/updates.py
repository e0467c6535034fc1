"""What does a callback mean for the conversation?"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from gridwhistle.bot.channels.wechat.gcj02 import to_wgs84
from gridwhistle.dialogs.message import Content, Open, Photo, Pin, Text, Unsupported, dump_content, storable
from gridwhistle.services.inbox import Arrival, RemoteFile

BEGIN = "/start"
"""What a person says who comes for the first time; with a code behind it, who follows an invite."""
SCANNED = "qrscene_"
"""What stands before the code when somebody follows us by scanning it."""
ONCE = "entered"
"""The id of a greeting: whoever comes in again is no newcomer."""
LONGEST_ID = 128
STICKER = "【收到不支持的消息类型"
"""How the platform's own words begin that stand for what it does not pass on."""
UNREADABLE = {"voice": "voice", "video": "video", "shortvideo": "video", "file": "file"}
HELD = {"image": "photo", "voice": "voice", "video": "video", "shortvideo": "video"}
"""Kinds of messages whose file the platform holds for us, and what we call it."""
NUMBERS = (90.0, 180.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """Something for the conversation."""

    arrival: Arrival


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """The person follows us no more."""

    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Ignored:
    """Nothing for us; ``kind`` is counted."""

    kind: str


Reading: TypeAlias = Arrived | Left | Ignored


def read(fields: Mapping[str, str], channel: str, now: datetime) -> Reading:
    """What the fields of a callback say."""
    kind, address = fields.get("MsgType", ""), fields.get("FromUserName", "")
    if not address or not kind:
        return Ignored(kind="without a sender or a kind")
    if kind == "event":
        return _event(fields, channel, address, now)
    content = _content(fields, kind)
    if content is None:
        return Ignored(kind=kind)
    held = "" if isinstance(content, Text) else HELD.get(kind, "")
    files = (RemoteFile(kind=held, reference=fields["MediaId"]),) if held and fields.get("MediaId") else ()
    return _arrived(channel, address, _id(fields), now, content, files)


def _content(fields: Mapping[str, str], kind: str) -> Content | None:
    match kind:
        case "text":
            words = fields.get("Content", "")
            return Unsupported(kind="sticker") if words.startswith(STICKER) else Text(text=words)
        case "image":
            return Photo(attachments=())
        case "voice" if fields.get("Recognition"):
            return Text(text=fields["Recognition"])
        case "location":
            return _pin(fields)
    return Unsupported(kind=UNREADABLE.get(kind, kind))


def _event(fields: Mapping[str, str], channel: str, address: str, now: datetime) -> Reading:
    event, key = fields.get("Event", ""), fields.get("EventKey", "")
    content: Content | None = None
    external_id = _id(fields)
    match event.lower():
        # WeCom tells it of everybody whom the administrator lets see the application: they have not come yet.
        case "subscribe" if "AgentID" not in fields:
            content = Text(text=f"{BEGIN} {key.removeprefix(SCANNED)}".strip())
        case "scan" if key:
            content = Text(text=f"{BEGIN} {key}")
        case "enter_agent":
            content, external_id = Text(text=BEGIN), ONCE
        case "click" if key:
            content = Open(flow=key)
        case "unsubscribe":
            return Left(address=address)
    if content is None:
        return Ignored(kind=f"event {event}")
    return _arrived(channel, address, external_id, now, content)


def _arrived(
    channel: str, address: str, external_id: str, now: datetime, content: Content, files: tuple[RemoteFile, ...] = ()
) -> Arrived:
    return Arrived(
        arrival=Arrival(
            channel=channel,
            address=address,
            external_id=external_id,
            received_at=now,
            content=dump_content(storable(content)),
            files=files,
        )
    )


def _pin(fields: Mapping[str, str]) -> Pin | None:
    try:
        latitude, longitude = float(fields.get("Location_X", "")), float(fields.get("Location_Y", ""))
    except ValueError:
        return None
    inside = all(
        math.isfinite(one) and abs(one) <= most for one, most in zip((latitude, longitude), NUMBERS, strict=True)
    )
    if not inside:
        return None
    # Six digits are a tenth of a metre, finer than any telephone knows.
    latitude, longitude = (round(degrees, 6) for degrees in to_wgs84(latitude, longitude))
    return Pin(latitude=latitude, longitude=longitude)


def _id(fields: Mapping[str, str]) -> str:
    """The platform's own id; an event has none, but each of a person's is another at that second."""
    own = fields.get("MsgId") or ":".join(fields.get(name, "") for name in ("CreateTime", "Event", "EventKey"))
    return own if len(own) <= LONGEST_ID else hashlib.sha256(own.encode()).hexdigest()
