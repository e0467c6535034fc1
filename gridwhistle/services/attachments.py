"""Where do photos and files lie, and what is taken out of them before anybody sees them?

Photos are checked, turned upright, made smaller and stripped of EXIF data (which names the place and the device).
"""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from sqlalchemy.orm import Session

from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.schema import Attachment
from gridwhistle.services.store import new_id

LARGEST_BYTES = 20 * 1024 * 1024
LARGEST_PIXELS = 50_000_000
LONGEST_SIDE = 1600
QUALITY = 82
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a photo is turned upright, by the value of its orientation. Pillow's own way also writes all EXIF data anew,
which fails for odd ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CleanPhoto:
    """A checked photo: JPEG bytes without metadata, named by their hash."""

    body: bytes
    sha256: str


def clean_photo(raw: bytes) -> CleanPhoto:
    """Check and clean an uploaded photo. Raises ``Refused`` for what is too large or no photo."""
    if len(raw) > LARGEST_BYTES:
        raise Refused("refused.photo_large")
    upright = _upright(raw)
    if upright is None:
        raise Refused("refused.photo_large")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # Pillow would take the file's comment over.
    upright.info.clear()
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=QUALITY)
    body = out.getvalue()
    return CleanPhoto(body=body, sha256=hashlib.sha256(body).hexdigest())


def _upright(raw: bytes) -> Image.Image | None:
    """The photo turned upright; ``None`` for one that would be too large when it is unpacked."""
    try:
        with Image.open(io.BytesIO(raw)) as opened:
            if opened.width * opened.height > LARGEST_PIXELS:
                return None
            turn = TURNS.get(_orientation(opened))
            return (opened.transpose(turn) if turn is not None else opened).convert("RGB")
    except Exception:  # noqa: BLE001 (a damaged file breaks decoders in every way there is)
        raise Refused("refused.photo_unreadable") from None


def _orientation(opened: Image.Image) -> int:
    try:
        value = opened.getexif().get(ORIENTATION)
    except Exception:  # noqa: BLE001 (telephones write odd EXIF data; the photo itself may be sound)
        value = None
    return value if isinstance(value, int) else 1


def keep_file(files: Path, photo: CleanPhoto) -> None:
    """Write the bytes under their hash before the transaction names them; a leftover of a crash does no harm."""
    target = path_of(files, photo.sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        part = target.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(photo.body)
        part.replace(target)


def enter(desk: Desk, photo: CleanPhoto) -> str:
    """Make a kept photo the acting person's attachment; gives its id."""
    attachment_id = new_id()
    desk.session.add(
        Attachment(
            region=desk.region,
            id=attachment_id,
            ticket_id=None,
            person_id=desk.me,
            kind="photo",
            sha256=photo.sha256,
            size=len(photo.body),
            at=desk.now,
        )
    )
    return attachment_id


def find(session: Session, region: str, attachment_id: str) -> Attachment | None:
    """An attachment's row."""
    return session.get(Attachment, (region, attachment_id))


def path_of(files: Path, sha256: str) -> Path:
    """Where the bytes of this hash lie."""
    return files / sha256[:2] / f"{sha256}.jpg"
