"""Does a file lie with a platform already, and under which id?"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import UploadedFile, table_of
from gridwhistle.services.store import Insertion, insert

KEPT = timedelta(days=2, hours=12)
"""A platform keeps a file for three days; a letter that is sent now must still find it."""

_FILE = Insertion(
    table=table_of(UploadedFile), conflict=("region", "channel", "sha256"), update=("media_id", "expires_at")
)


def media_id(desk: Desk, channel: str, sha256: str) -> str | None:
    """The platform's id of the file, while it keeps it."""
    return desk.session.scalars(
        select(UploadedFile.media_id).where(
            UploadedFile.region == desk.region,
            UploadedFile.channel == channel,
            UploadedFile.sha256 == sha256,
            UploadedFile.expires_at > desk.now,
        )
    ).first()


def keep(desk: Desk, channel: str, sha256: str, given: str) -> None:
    """Remember the id of a file that was uploaded now; what has expired is forgotten."""
    desk.session.execute(
        delete(UploadedFile).where(UploadedFile.region == desk.region, UploadedFile.expires_at <= desk.now)
    )
    row = {"region": desk.region, "channel": channel, "sha256": sha256, "media_id": given}
    insert(desk.session, _FILE, {**row, "expires_at": desk.now + KEPT})


def forget(desk: Desk, channel: str, given: str) -> None:
    """The platform has this id no more."""
    desk.session.execute(
        delete(UploadedFile).where(
            UploadedFile.region == desk.region, UploadedFile.channel == channel, UploadedFile.media_id == given
        )
    )
