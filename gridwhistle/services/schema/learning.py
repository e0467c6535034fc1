"""What has the understanding been taught by those who put its mistakes right?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gridwhistle.services.schema.base import Identified


class Correction(Identified):
    """A ticket's words with the matter that a coordinator found right: a labelled example, one for each ticket."""

    __tablename__ = "correction"
    __table_args__ = (
        Index("uq_correction_ticket", "region", "ticket_id", unique=True),
        Index("ix_correction_at", "region", "at"),
    )

    ticket_id: Mapped[str] = mapped_column(String(32))
    text: Mapped[str]
    """The words without numbers, names, plates and doors."""
    understood_as: Mapped[str] = mapped_column(String(64))
    """The matter under which the ticket was opened."""
    matter: Mapped[str] = mapped_column(String(64))
    by_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
