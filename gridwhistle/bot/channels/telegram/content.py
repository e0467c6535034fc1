"""What did somebody say with a message of Telegram?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gridwhistle.bot.channels.telegram.commands import COMMANDS
from gridwhistle.bot.channels.telegram.reading import degrees, number, part, parts, words
from gridwhistle.dialogs.message import Content, Open, Photo, Pin, Text, Unsupported
from gridwhistle.services.inbox import RemoteFile
from gridwhistle.services.schema import JsonObject

RECORDINGS = {
    "voice": "voice",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "audio": "file",
    "document": "file",
    "sticker": "sticker",
}
"""Fields of a message whose files we keep without understanding them, and what the conversation calls them."""
UNREADABLE = frozenset({"poll", "dice", "game", "story", "checklist", "paid_media", "invoice"})
JOIN_CODE = re.compile(r"[A-Za-z0-9]{8,32}")
_COMMAND = re.compile(r"/([A-Za-z_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_CHINA = re.compile(r"^\+?86(?=1\d{10}$)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """The content of a message and the files that belong to it."""

    content: Content
    files: tuple[RemoteFile, ...] = ()


def said(message: JsonObject, *, without: str = "") -> Said | None:
    """What a message says; ``None`` for one that says nothing, as “so-and-so has joined the group”.

    ``without`` is our own name, which a group's members write in front.
    """
    caption = _without(words(message, "caption"), without)
    if text := words(message, "text"):
        return Said(content=_text(_without(text, without)))
    if photo := _photo(message):
        return Said(content=Photo(attachments=(), caption=caption), files=(photo,))
    for place in (part(message, "location"), part(message, "venue", "location")):
        latitude, longitude = degrees(place, "latitude"), degrees(place, "longitude")
        if latitude is not None and longitude is not None:
            return Said(content=Pin(latitude=latitude, longitude=longitude))
    if phone := words(part(message, "contact"), "phone_number"):
        return Said(content=Text(text=_CHINA.sub("", re.sub(r"[ -]", "", phone))))
    for field, kind in RECORDINGS.items():
        if recording := part(message, field):
            return Said(content=Unsupported(kind=kind), files=_file(recording, kind))
    if UNREADABLE & message.keys():
        return Said(content=Unsupported(kind="other"))
    return None


def _text(text: str) -> Content:
    found = _COMMAND.fullmatch(text.strip())
    if found is None:
        return Text(text=text)
    name, rest = found[1].lower(), (found[2] or "").strip()
    if name == "start":
        # Only an invite's code goes on; a link of our own, as from a group, just opens the chat.
        return Text(text=f"/start {rest}" if JOIN_CODE.fullmatch(rest) else "/start")
    command = COMMANDS.get(name)
    if command is None:
        return Text(text=text)
    return Open(flow=command.flow) if command.flow else Text(text=command.word)


def _photo(message: JsonObject) -> RemoteFile | None:
    """The largest form of a photo; a picture that was sent as a file is one too."""
    sizes = [size for size in parts(message, "photo") if words(size, "file_id")]
    if sizes:
        largest = max(sizes, key=lambda size: (number(size, "width") or 0) * (number(size, "height") or 0))
        return RemoteFile(kind="photo", reference=words(largest, "file_id"), size=number(largest, "file_size"))
    document = part(message, "document")
    if words(document, "mime_type").startswith("image/") and words(document, "file_id"):
        return RemoteFile(kind="photo", reference=words(document, "file_id"), size=number(document, "file_size"))
    return None


def _file(recording: JsonObject, kind: str) -> tuple[RemoteFile, ...]:
    reference = words(recording, "file_id")
    if not reference or kind == "sticker":
        return ()
    return (RemoteFile(kind=kind, reference=reference, size=number(recording, "file_size")),)


def _without(text: str, name: str) -> str:
    return re.sub(rf"@{re.escape(name)}\b", "", text, flags=re.IGNORECASE).strip() if name else text
