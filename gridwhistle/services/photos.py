"""What is taken out of a photo before anybody sees it, and what does it testify?

Photos are checked, turned upright, made smaller and stripped of EXIF data (which names the place and the device). Time
and position are kept beside the photo as evidence.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from PIL import ExifTags, Image

from gridwhistle.services.clock import CITY_ZONE
from gridwhistle.services.desk import Refused
from gridwhistle.services.disguise import is_disguised

LARGEST_BYTES = 20 * 1024 * 1024
LARGEST_PIXELS = 50_000_000
LONGEST_SIDE = 1600
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
"""What telephones and computers make. Every decoder more is one more to be attacked."""
ORIENTATION = 0x0112
PARTS = 3
"""A position is given as degrees, minutes and seconds."""
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
JPEG = "image/jpeg"


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """When and where the camera says that a photo was taken: evidence for those who handle it, never public."""

    at: datetime | None = None
    latitude: float | None = None
    """Degrees, north positive."""
    longitude: float | None = None
    """Degrees, east positive."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CleanPhoto:
    """A checked photo: JPEG bytes without metadata, named by their hash; what the metadata said stands beside."""

    body: bytes
    sha256: str
    taken: Taken

    @property
    def kind(self) -> str:
        """What it is kept as."""
        return "photo"

    @property
    def media_type(self) -> str:
        """Every photo is written anew as a JPEG."""
        return JPEG


def clean_photo(raw: bytes) -> CleanPhoto:
    """Check and clean an uploaded photo. Raises ``Refused`` for what is too large, or no photo, or not only a photo."""
    if len(raw) > LARGEST_BYTES:
        raise Refused("refused.photo_large")
    if is_disguised(raw):
        raise Refused("refused.photo_unreadable")
    upright, taken = _upright(raw)
    if upright is None:
        raise Refused("refused.photo_large")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # Pillow would take the file's comment over.
    upright.info.clear()
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=QUALITY)
    body = out.getvalue()
    return CleanPhoto(body=body, sha256=hashlib.sha256(body).hexdigest(), taken=taken)


def _upright(raw: bytes) -> tuple[Image.Image | None, Taken]:
    """The photo turned upright, and what it testifies; no photo for one that would be too large unpacked."""
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as opened:
            if opened.width * opened.height > LARGEST_PIXELS:
                return None, Taken()
            exif = _exif(opened)
            turn = TURNS.get(_whole(exif.get(ORIENTATION)))
            upright = (opened.transpose(turn) if turn is not None else opened).convert("RGB")
            return upright, _taken(exif)
    except Exception:  # noqa: BLE001 (a damaged file breaks decoders in every way there is)
        raise Refused("refused.photo_unreadable") from None


def _exif(opened: Image.Image) -> Image.Exif:
    try:
        return opened.getexif()
    except Exception:  # noqa: BLE001 (telephones write odd EXIF data; the photo itself may be sound)
        return Image.Exif()


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _taken(exif: Image.Exif) -> Taken:
    try:
        moment = str(exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal, ""))
        position = exif.get_ifd(ExifTags.IFD.GPSInfo)
    except Exception:  # noqa: BLE001 (the same: no evidence is no reason to lose the photo)
        return Taken()
    latitude = _degrees(position, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S", 90)
    longitude = _degrees(position, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W", 180)
    both = latitude is not None and longitude is not None
    return Taken(at=_moment(moment), latitude=latitude if both else None, longitude=longitude if both else None)


def _moment(text: str) -> datetime | None:
    try:
        # EXIF names no zone: a camera in the city shows the city's time.
        return datetime.strptime(text.strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=CITY_ZONE)
    except ValueError:
        return None


def _degrees(position: Mapping[int, object], value: int, side: int, negative: str, most: float) -> float | None:
    parts = position.get(value)
    if not isinstance(parts, tuple) or len(parts) != PARTS:
        return None
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    found = degrees + minutes / 60 + seconds / 3600
    if not 0 <= found <= most:  # also what is not a number
        return None
    return round(-found if position.get(side) == negative else found, 6)
