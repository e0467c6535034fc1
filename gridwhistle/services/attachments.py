"""Which photos and files were sent, by whom, and under which name do their bytes lie?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridwhistle.services.desk import Desk
from gridwhistle.services.files import Files
from gridwhistle.services.photos import CleanPhoto
from gridwhistle.services.schema import Attachment
from gridwhistle.services.store import new_id


def keep_file(files: Files, photo: CleanPhoto) -> None:
    """Keep the bytes under their hash before the transaction names them; a leftover of a crash does no harm."""
    files.put(name_of(photo.sha256), photo.body)


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
            taken_at=photo.taken.at,
            latitude=photo.taken.latitude,
            longitude=photo.taken.longitude,
        )
    )
    return attachment_id


def find(session: Session, region: str, attachment_id: str) -> Attachment | None:
    """An attachment's row."""
    return session.get(Attachment, (region, attachment_id))


def body_of(files: Files, attachment: Attachment) -> bytes | None:
    """The bytes of an attachment; ``None`` where they are gone. Raises ``OSError`` for a storage that is down."""
    return files.get(name_of(attachment.sha256))


def name_of(sha256: str) -> str:
    """The name of the file with this hash."""
    return f"{sha256[:2]}/{sha256}.jpg"
