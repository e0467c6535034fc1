"""Which of the city's regular occasions have been kept?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from gridwhistle.services.schema.base import Regional


class Occasion(Regional):
    """One time of a regular job (the digest of a morning): whoever enters it runs it, nobody else does."""

    __tablename__ = "occasion"

    job: Mapped[str] = mapped_column(String(48), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime]
