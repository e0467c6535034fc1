"""Which letters has the city to send, to which chats, and how fast does a platform take them?"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gridwhistle.services.schema.base import Identified, Json, Regional

UNSENT = text("state IN ('waiting', 'sending')")
"""Letters that still have to go out. Literal, because a partial index serves only a query that says the same."""
STRANDED = text("state IN ('dead', 'doubtful')")
"""Letters that an operator has to look at."""
HAS_CARD = text("card IS NOT NULL")


class LetterState(StrEnum):
    """What became of a letter."""

    WAITING = "waiting"
    SENDING = "sending"
    """A process has taken it to the channel; if the process dies now, nobody knows whether it arrived."""
    SENT = "sent"
    REPLACED = "replaced"
    """A newer form of its card took its place before it was sent."""
    DEAD = "dead"
    DOUBTFUL = "doubtful"
    """It may have arrived, and a second copy would do harm."""
    DROPPED = "dropped"
    """An operator gave it up."""


class LetterRow(Identified):
    """One letter to one person (the outbox), rendered in their language when it was written."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("uq_outbox_region_key", "region", "key", unique=True),
        Index(
            "ix_outbox_unsent",
            "region",
            "channel",
            "address",
            "priority",
            "id",
            sqlite_where=UNSENT,
            postgresql_where=UNSENT,
        ),
        Index("ix_outbox_stranded", "region", "id", sqlite_where=STRANDED, postgresql_where=STRANDED),
        Index("ix_outbox_address", "region", "channel", "address", "id"),
        Index("ix_outbox_card", "region", "person_id", "card", sqlite_where=HAS_CARD, postgresql_where=HAS_CARD),
    )

    key: Mapped[str] = mapped_column(String(160))
    """Its natural key: the same letter is never written twice."""
    person_id: Mapped[str] = mapped_column(String(32))
    channel: Mapped[str] = mapped_column(String(32))
    address: Mapped[str] = mapped_column(String(128))
    text_key: Mapped[str] = mapped_column(String(96))
    text: Mapped[str]
    buttons: Mapped[Json] = mapped_column(JSON)
    attachments: Mapped[list[str]]
    wants: Mapped[str | None] = mapped_column(String(16))
    """What the question asks for that a telephone can give with one press (``sending.Wants``)."""
    card: Mapped[str | None] = mapped_column(String(96))
    """Letters of one card replace one another in place."""
    reply: Mapped[bool]
    """Whether the person's own message caused it: replies know no quiet hours."""
    priority: Mapped[int]
    once: Mapped[bool]
    """Whether a second copy would do more harm than none."""
    matters: Mapped[bool]
    """Whether somebody should call if it cannot be delivered."""
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    state: Mapped[LetterState]
    attempts: Mapped[int]
    """How many times it was handed to a channel; written before the call."""
    called_at: Mapped[datetime | None]
    """When it was last handed to a channel; written before the call."""
    doubts: Mapped[int]
    """How many of the attempts may have arrived without our knowing."""
    sent_at: Mapped[datetime | None]
    message_id: Mapped[str | None] = mapped_column(String(128))
    """The platform's own id of the message, once it is sent."""
    first_number: Mapped[int | None]
    """Under which number its first button is shown, on a platform without buttons (``services.numbers``)."""
    problem: Mapped[str]


class Lane(Regional):
    """A chat's unsent letters of one priority: they go one after another. There is a row while there are letters."""

    __tablename__ = "lane"
    __table_args__ = (Index("ix_lane_due", "region", "channel", "priority", "due_at"),)

    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    address: Mapped[str] = mapped_column(String(128), primary_key=True)
    priority: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    due_at: Mapped[datetime]
    """When its first letter may go, or while it is leased, when the lease runs out."""
    head_id: Mapped[str] = mapped_column(String(32))
    """A letter of it; of two lanes due at once the one with the older letter goes first."""
    lease: Mapped[str | None] = mapped_column(String(32))
    """Whose it is now; nobody else sends from it."""


class PaceRow(Regional):
    """How much a channel (without an address), or a chat in it, was sent lately, over all processes."""

    __tablename__ = "pace"

    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    address: Mapped[str] = mapped_column(String(128), primary_key=True)
    ready_at: Mapped[datetime]
    """A channel: when its next letter would be on time if all came evenly."""
    sends: Mapped[list[float]] = mapped_column(JSON)
    """A chat: the seconds since 1970 of its latest letters, as many as its quotas count."""
