"""Is a file a voice or a video, by what it holds, and which ticket does it belong to?

Nothing listens to a recording: it is kept as it came for those who work on the ticket, who fetch it as a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, select

from gridwhistle.services import events
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.disguise import is_disguised
from gridwhistle.services.photos import LARGEST_BYTES, Taken
from gridwhistle.services.prepared import fetch
from gridwhistle.services.schema import Attachment, Ticket, table_of

SUFFIXES = {
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/amr": "amr",
    "audio/amr-wb": "awb",
    "audio/mp4": "m4a",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "video/webm": "webm",
}
"""The media types that are kept, with the ending of such a file's name."""
HEAD = 128
"""Where a file's first page says what it holds."""
BRANDS = (
    ((b"M4A ", b"M4B "), "audio/mp4"),
    ((b"3gp", b"3g2"), "video/3gpp"),
    ((b"iso", b"mp4", b"avc1", b"M4V ", b"dash", b"mmp4"), "video/mp4"),
)
"""How the brands begin that films and sound in the MP4 family name; pictures in it (HEIC) have others."""
WAITS = timedelta(days=1)
"""How long a recording waits for the report that it belongs to."""

_ROWS = table_of(Attachment)
_WAITING = (
    select(_ROWS.c.id)
    .where(
        _ROWS.c.region == bindparam("here"),
        _ROWS.c.person_id == bindparam("me"),
        _ROWS.c.ticket_id.is_(None),
        _ROWS.c.kind != "photo",
        _ROWS.c.at > bindparam("since"),
    )
    .order_by(_ROWS.c.id)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """A voice or a video as it came, named by its hash."""

    body: bytes
    sha256: str
    media_type: str

    @property
    def kind(self) -> str:
        """``voice`` or ``video``."""
        return "voice" if self.media_type.startswith("audio/") else "video"

    @property
    def taken(self) -> Taken:
        """A recording is kept as it came; nobody reads what the telephone wrote into it."""
        return Taken()


def recording_of(raw: bytes) -> Recording | None:
    """The recording that these bytes are; ``None`` for what is too large, or none, or not only one."""
    media_type = media_type_of(raw[:HEAD])
    if media_type is None or len(raw) > LARGEST_BYTES or is_disguised(raw):
        return None
    return Recording(body=raw, sha256=hashlib.sha256(raw).hexdigest(), media_type=media_type)


def media_type_of(head: bytes) -> str | None:
    """What a file that begins like this holds, among the kinds that are kept."""
    if head.startswith(b"OggS"):
        return "audio/ogg" if b"OpusHead" in head or b"\x01vorbis" in head else None
    if head.startswith(b"#!AMR"):
        return {b"\n": "audio/amr", b"-": "audio/amr-wb"}.get(head[5:6])
    if head[4:8] == b"ftyp":
        return next((media_type for brands, media_type in BRANDS if head[8:12].startswith(brands)), None)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in head else None
    return "audio/mpeg" if head.startswith(b"ID3") or _is_mp3_frame(head) else None


def bind(desk: Desk, ticket: Ticket, recordings: Sequence[str]) -> None:
    """Make recordings of the acting person's a part of a ticket. Raises ``Refused`` for those of others."""
    for recording in recordings:
        row = desk.session.get(Attachment, (desk.region, recording))
        if row is None or row.person_id != desk.me or row.ticket_id not in (None, ticket.id):
            raise Refused("refused.photo")
        row.ticket_id = ticket.id
        events.append(desk, ticket, "recording", attachment=recording, sha256=row.sha256, media=row.kind)


def waiting(desk: Desk) -> list[str]:
    """The acting person's recordings that came before the report that they belong to."""
    found = fetch(desk.session, _WAITING, {"here": desk.region, "me": desk.me, "since": desk.now - WAITS})
    return [row.id for row in found]


def _is_mp3_frame(head: bytes) -> bool:
    """Whether these are the first bytes of a frame of MPEG audio, layer III, with a bit rate and a sampling rate."""
    if len(head) < 3 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:  # noqa: PLR2004 (the bits of a frame's sync)
        return False
    return head[2] >> 4 not in (0, 0xF) and head[2] & 0x0C != 0x0C  # noqa: PLR2004 (the same)
