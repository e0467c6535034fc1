"""Which photos and recordings were sent, by whom, and under which name do their bytes lie?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridwhistle.services.desk import Desk
from gridwhistle.services.files import Files
from gridwhistle.services.photos import JPEG, CleanPhoto
from gridwhistle.services.recordings import SUFFIXES, Recording
from gridwhistle.services.schema import Attachment
from gridwhistle.services.store import new_id


def keep_file(files: Files, kept: CleanPhoto | Recording) -> None:
    """Keep the bytes under their hash before the transaction names them; a leftover of a crash does no harm."""
    files.put(name_of(kept.sha256, kept.media_type), kept.body)


def enter(desk: Desk, kept: CleanPhoto | Recording) -> str:
    """Make a kept file the acting person's attachment; gives its id."""
    attachment_id = new_id()
    desk.session.add(
        Attachment(
            region=desk.region,
            id=attachment_id,
            ticket_id=None,
            person_id=desk.me,
            kind=kept.kind,
            sha256=kept.sha256,
            size=len(kept.body),
            at=desk.now,
            taken_at=kept.taken.at,
            latitude=kept.taken.latitude,
            longitude=kept.taken.longitude,
            media_type=kept.media_type,
        )
    )
    return attachment_id


def find(session: Session, region: str, attachment_id: str) -> Attachment | None:
    """An attachment's row."""
    return session.get(Attachment, (region, attachment_id))


def body_of(files: Files, attachment: Attachment) -> bytes | None:
    """The bytes of an attachment; ``None`` where they are gone. Raises ``OSError`` for a storage that is down."""
    return files.get(name_of(attachment.sha256, attachment.media_type))


def name_of(sha256: str, media_type: str = JPEG) -> str:
    """The name of the file with this hash."""
    return f"{sha256[:2]}/{sha256}.{SUFFIXES.get(media_type, 'jpg')}"
