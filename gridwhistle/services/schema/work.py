"""What is reported, who works on it, what has happened to it?"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gridwhistle.services.schema.base import Identified, Json, JsonObject, Regional  # noqa: F401 (SQLAlchemy resolves Json)
from gridwhistle.services.schema.city import Category


class Status(StrEnum):
    """Where a ticket stands in the closed loop (网格吹哨—整理上报—部门报到—办结反馈)."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    AWAITING_INFORMATION = "awaiting_information"
    SCHEDULED = "scheduled"
    SUSPENDED = "suspended"
    RETURNED = "returned"
    RESOLVED = "resolved"
    AUDITED = "audited"
    FOLLOWED_UP = "followed_up"
    CLOSED = "closed"
    REWORK_REQUESTED = "rework_requested"
    REOPENED = "reopened"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class WhistleState(StrEnum):
    """Where a department stands on its way to the place."""

    BLOWN = "blown"
    SIGNED = "signed"
    CONTACTED = "contacted"
    ARRIVAL_CLAIMED = "arrival_claimed"
    ARRIVED = "arrived"
    ACTED = "acted"
    DISPUTED = "disputed"
    MOVED = "moved"
    ENDED = "ended"


class ArrivalAnswer(StrEnum):
    """What the grid worker or the resident says of a claimed arrival."""

    CAME_AND_DID = "came_and_did"
    CAME_DID_NOTHING = "came_did_nothing"
    NOBODY_CAME = "nobody_came"


class FollowUpState(StrEnum):
    """How far the city got in asking a resident (回访)."""

    ASKED = "asked"
    REMINDED = "reminded"
    ANSWERED = "answered"
    PHONE_LIST = "phone_list"
    UNREACHABLE = "unreachable"


class Ticket(Identified):
    """A matter of a resident's (or of a patrol) on its way to being solved."""

    __tablename__ = "ticket"
    __table_args__ = (
        ForeignKeyConstraint(["region", "reporter_id"], ["person.region", "person.id"]),
        Index("uq_ticket_region_number", "region", "number", unique=True),
        Index("ix_ticket_reporter", "region", "reporter_id", "status"),
        Index("ix_ticket_handler", "region", "handler_id", "status"),
        Index("ix_ticket_grid_matter", "region", "grid", "matter", "status"),
        Index("ix_ticket_status", "region", "status", "opened_at"),
    )

    number: Mapped[str] = mapped_column(String(64))
    status: Mapped[Status]
    matter: Mapped[str] = mapped_column(String(64))
    category: Mapped[Category]
    grid: Mapped[str] = mapped_column(String(64))
    place: Mapped[str | None] = mapped_column(String(64))
    place_public: Mapped[str]
    """Street level, as anyone may read it."""
    place_work: Mapped[str]
    """Building and unit without the door, for third parties that work on it."""
    place_exact: Mapped[str]
    """With the door, for those who work on it for the city."""
    words: Mapped[str]
    """The reporter's own words: for the city's own staff only, never for third parties or the public page."""
    reporter_id: Mapped[str] = mapped_column(String(32))
    from_patrol: Mapped[bool]
    urgent: Mapped[bool]
    about_property: Mapped[bool]
    handler_id: Mapped[str] = mapped_column(String(32))
    """Who owns it now. A ticket never floats without an owner."""
    ladder: Mapped[int]
    """How far the search for somebody who accepts has climbed (index into ``org.ladder``)."""
    rework: Mapped[int]
    urges: Mapped[int]
    escalation: Mapped[int]
    returns: Mapped[int]
    opened_at: Mapped[datetime]
    respond_by: Mapped[datetime]
    solve_by: Mapped[datetime]
    promised_at: Mapped[datetime]
    """The date the resident was told last."""
    resolved_at: Mapped[datetime | None]
    resolver_id: Mapped[str | None] = mapped_column(String(32))
    audited_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    photos: Mapped[list[str]]
    """Attachments of those who reported it."""
    result: Mapped[str]
    merged_into: Mapped[str | None] = mapped_column(String(32))
    events: Mapped[int]
    """How many events its chain has."""
    chain: Mapped[str] = mapped_column(String(64))
    """The hash of its last event."""


class Event(Regional):
    """One fact of a subject's history; never changed, chained by hash."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_at", "region", "at"),)

    subject_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(48))
    at: Mapped[datetime]
    actor_id: Mapped[str | None] = mapped_column(String(32))
    data: Mapped[JsonObject]
    before: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Voice(Regional):
    """Another resident's voice on the same ticket: kept informed and asked separately."""

    __tablename__ = "voice"
    __table_args__ = (
        ForeignKeyConstraint(["region", "ticket_id"], ["ticket.region", "ticket.id"]),
        Index("ix_voice_person", "region", "person_id"),
    )

    ticket_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    words: Mapped[str]
    at: Mapped[datetime]


class Whistle(Identified):
    """A call on a department to come, with its four facts: signed, contacted, arrived, acted."""

    __tablename__ = "whistle"
    __table_args__ = (
        ForeignKeyConstraint(["region", "ticket_id"], ["ticket.region", "ticket.id"]),
        Index("ix_whistle_ticket", "region", "ticket_id"),
        Index("ix_whistle_department", "region", "department", "state"),
    )

    ticket_id: Mapped[str] = mapped_column(String(32))
    state: Mapped[WhistleState]
    department: Mapped[str] = mapped_column(String(64))
    assisting: Mapped[list[str]]
    reason: Mapped[str]
    blown_by: Mapped[str | None] = mapped_column(String(32))
    blown_at: Mapped[datetime]
    clerk_id: Mapped[str | None] = mapped_column(String(32))
    sign_by: Mapped[datetime]
    arrive_by: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    contacted_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    witness_id: Mapped[str | None] = mapped_column(String(32))
    acted_at: Mapped[datetime | None]
    disputes: Mapped[int]
    proposed: Mapped[str | None] = mapped_column(String(64))
    flags: Mapped[list[str]]


class Attachment(Identified):
    """A photo, a voice or a video; the bytes lie under their hash in the attachments' folder."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_ticket", "region", "ticket_id"),
        Index("ix_attachment_person", "region", "person_id", "ticket_id"),
    )

    ticket_id: Mapped[str | None] = mapped_column(String(32))
    person_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    """What the camera wrote into the photo, with its position in degrees: evidence, for those who handle it alone."""
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    media_type: Mapped[str] = mapped_column(String(32), server_default=text("'image/jpeg'"))


class Audit(Regional):
    """The verdict of the quality audit (质效审核) on a resolution; a rework has a round of its own."""

    __tablename__ = "audit"
    __table_args__ = (ForeignKeyConstraint(["region", "ticket_id"], ["ticket.region", "ticket.id"]),)

    ticket_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    auditor_id: Mapped[str] = mapped_column(String(32))
    passed: Mapped[bool]
    reason: Mapped[str]
    at: Mapped[datetime]


class FollowUp(Regional):
    """What one resident answered when the city asked (回访). Unanswered is never counted as satisfied."""

    __tablename__ = "follow_up"
    __table_args__ = (
        ForeignKeyConstraint(["region", "ticket_id"], ["ticket.region", "ticket.id"]),
        Index("ix_follow_up_state", "region", "state", "asked_at"),
    )

    ticket_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[FollowUpState]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    contacted: Mapped[bool | None]
    arrival: Mapped[str | None] = mapped_column(String(32))
    solved: Mapped[str | None] = mapped_column(String(16))
    satisfaction: Mapped[str | None] = mapped_column(String(16))
    reasons: Mapped[list[str]]
    words: Mapped[str]
    may_contact: Mapped[bool | None]
    attempts: Mapped[int]
    """Telephone calls without an answer."""
