"""What has a chat platform given us to use for a while: an access token, the ids of uploaded files?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from gridwhistle.services.schema.base import Regional


class AccessTokenRow(Regional):
    """A channel's access token, shared by all processes: a platform knows one at a time."""

    __tablename__ = "access_token"

    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    token: Mapped[str]
    expires_at: Mapped[datetime]
    lease: Mapped[str | None] = mapped_column(String(32))
    """Who is fetching a new one; nobody else does meanwhile."""
    leased_until: Mapped[datetime | None]


class UploadedFile(Regional):
    """A file that lies with a platform until it forgets it, so that it is uploaded once for many letters."""

    __tablename__ = "uploaded_file"

    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_id: Mapped[str]
    expires_at: Mapped[datetime]
