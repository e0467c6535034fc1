"""Who wishes for what (微心愿), and who has taken it on?"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gridwhistle.services.schema.base import Identified


class WishStatus(StrEnum):
    """Where a wish stands on its way from a line in chat to a thank-you."""

    DRAFT = "draft"
    """Told, but something that must be there first is missing: the guardian's consent."""
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    REFUSED = "refused"
    TURNED = "turned"
    """It was really a matter and has become a ticket."""
    PUBLISHED = "published"
    CLAIMED = "claimed"
    IN_PROGRESS = "in_progress"
    FULFILLED = "fulfilled"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    """Back on the board because its claimants gave it back."""
    LAPSED = "lapsed"
    """Back on the board because its claimants stayed silent."""
    WITHDRAWN = "withdrawn"
    UNCONFIRMED = "unconfirmed"
    """Said to be fulfilled, but the wisher could not be reached: kept, and counted for nobody."""


class WisherKind(StrEnum):
    """All that the public learns of the person."""

    ELDER_ALONE = "elder_alone"
    ELDER = "elder"
    CHILD = "child"
    DISABLED = "disabled"
    ILL = "ill"
    POOR = "poor"
    VETERAN = "veteran"
    RESIDENT = "resident"


class ClaimState(StrEnum):
    """What has become of a claim."""

    HELD = "held"
    APPROVED = "approved"
    """The community has arranged the meeting; until then nothing of the wisher is shown."""
    DONE = "done"
    RELEASED = "released"
    LAPSED = "lapsed"
    ENDED = "ended"
    """The wish was withdrawn or became a ticket: nobody's fault."""


class Wish(Identified):
    """A micro-wish. What the public reads of its wisher is generated from kind, age and community, never typed."""

    __tablename__ = "wish"
    __table_args__ = (
        ForeignKeyConstraint(["region", "wisher_id"], ["person.region", "person.id"]),
        Index("uq_wish_region_number", "region", "number", unique=True),
        Index("ix_wish_wisher", "region", "wisher_id", "status"),
        Index("ix_wish_status", "region", "status", "told_at"),
        Index("ix_wish_confirmed", "region", "confirmed_at"),
    )

    number: Mapped[str] = mapped_column(String(64))
    status: Mapped[WishStatus]
    wisher_id: Mapped[str] = mapped_column(String(32))
    """Who told it and answers for it: the wisher, their family, or the worker who wrote it down."""
    by_worker: Mapped[bool]
    whose: Mapped[str]
    """For a wish that a worker wrote down: who and where it is. For the worker and the community alone."""
    kind: Mapped[WisherKind]
    age: Mapped[int | None]
    grid: Mapped[str] = mapped_column(String(64))
    what: Mapped[str]
    """The wish without numbers, names and doors."""
    wanted_by: Mapped[date | None]
    cost: Mapped[int | None]
    """At most about so many yuan; ``None`` where nobody could say."""
    is_minor: Mapped[bool]
    guardian_consent: Mapped[bool]
    shared: Mapped[bool]
    """Whether the present claim is a group's (组团认领)."""
    round: Mapped[int]
    """How often it has come (back) onto the board."""
    told_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    fulfilled_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    result: Mapped[str]
    photos: Mapped[list[str]]
    attempts: Mapped[int]
    """Telephone calls to the wisher without an answer."""
    ticket_id: Mapped[str | None] = mapped_column(String(32))
    """The ticket that it came from or has become."""
    events: Mapped[int]
    chain: Mapped[str] = mapped_column(String(64))


class WishClaim(Identified):
    """One claimant's part in a wish. The unique share of a round makes a claim atomic: the second one is no row."""

    __tablename__ = "wish_claim"
    __table_args__ = (
        ForeignKeyConstraint(["region", "wish_id"], ["wish.region", "wish.id"]),
        ForeignKeyConstraint(["region", "person_id"], ["person.region", "person.id"]),
        Index("uq_wish_claim_share", "region", "wish_id", "round", "share", unique=True),
        Index("ix_wish_claim_person", "region", "person_id", "state"),
        Index("ix_wish_claim_unit", "region", "unit", "state"),
    )

    wish_id: Mapped[str] = mapped_column(String(32))
    round: Mapped[int]
    share: Mapped[int]
    """1 for a whole claim and the first of a group."""
    unit: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[str] = mapped_column(String(32))
    for_unit: Mapped[bool]
    """Claimed by the unit as such: then the limit of open claims is the unit's."""
    state: Mapped[ClaimState]
    at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
