"""What was said, where is each conversation, and when must something happen?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gridwhistle.services.schema.base import Identified, Json, JsonObject, Regional

_WAITS = text("handled_at IS NULL")
_FAILED = text("retry_at IS NOT NULL")


class Conversation(Regional):
    """The dialogue's memory for one chat: answers by name, as JSON, so that it survives releases."""

    __tablename__ = "conversation"

    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    address: Mapped[str] = mapped_column(String(128), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32))
    state: Mapped[JsonObject]
    updated_at: Mapped[datetime]


class InboxRow(Regional):
    """An update that arrived; the channel's own id makes a repeat visible. It waits until a turn has handled it."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index("ix_inbox_heard", "region", "channel", "address", "received_at"),
        # What waits is little among what was ever said.
        Index("ix_inbox_waiting", "region", "received_at", sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index(
            "ix_inbox_line",
            *("region", "channel", "address", "position", "external_id"),
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
    )

    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    address: Mapped[str] = mapped_column(String(128), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    received_at: Mapped[datetime]
    content: Mapped[JsonObject]
    position: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """Its place in the chat's order."""
    not_before: Mapped[datetime | None]
    """Before that it is left alone: an album that is still arriving, a flood that is slowed down."""
    leased_until: Mapped[datetime | None]
    """A process is at it until then; if that process dies, another takes it over."""
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    handled_at: Mapped[datetime | None]
    """Set in the transaction of the turn that handled it."""
    files: Mapped[Json] = mapped_column(JSON, nullable=True)
    """References to files that still lie with the platform."""
    album: Mapped[str | None] = mapped_column(String(64))
    """Updates of one album are handled together."""
    quotes: Mapped[str | None] = mapped_column(String(64))
    """The platform's id of our message that it replies to."""
    problem: Mapped[str | None]
    """Why it was given up, if it was."""


def timer_key(job: str, subject_id: str, part: str) -> str:
    """What tells a timer from all others of its region, as one word."""
    return f"{job}:{subject_id}:{part}"


class TimerRow(Regional):
    """Something that must happen at a time, set and cancelled in the same transaction as its cause.

    Its key is what it is about, because most timers are cancelled by their subject and few are ever looked for else:
    each index more is a page more that every turn writes.
    """

    __tablename__ = "timer"
    __table_args__ = (
        Index("ix_timer_due", "region", "due_at"),
        Index("ix_timer_retry", "region", "retry_at", sqlite_where=_FAILED, postgresql_where=_FAILED),
    )

    subject_id: Mapped[str] = mapped_column(String(160), primary_key=True)
    job: Mapped[str] = mapped_column(String(48), primary_key=True)
    part: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Tells the timers of one job and subject apart; mostly empty."""
    payload: Mapped[JsonObject]
    due_at: Mapped[datetime]
    retry_at: Mapped[datetime | None]
    """When a timer whose handler failed is tried again."""
    attempts: Mapped[int]
    """How often its handler has failed."""

    @property
    def key(self) -> str:
        """Its name in logs and tests."""
        return timer_key(self.job, self.subject_id, self.part)


class HumanTalk(Identified):
    """A resident's conversation in the hands of a coordinator."""

    __tablename__ = "human_talk"
    __table_args__ = (
        Index("ix_human_talk_resident", "region", "resident_id", "ended_at"),
        Index("ix_human_talk_coordinator", "region", "coordinator_id", "ended_at"),
    )

    resident_id: Mapped[str] = mapped_column(String(32))
    coordinator_id: Mapped[str | None] = mapped_column(String(32))
    asked_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
