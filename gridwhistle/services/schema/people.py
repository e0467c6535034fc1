"""Who is there, how are they reached, what may they do?"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gridwhistle.services.schema.base import Identified, Regional


class Role(StrEnum):
    """What a person may be; one person may hold several, each for a unit."""

    RESIDENT = "resident"
    GRID_WORKER_FULL = "grid_worker_full"
    GRID_WORKER_PART = "grid_worker_part"
    GRID_WORKER_PROFESSIONAL = "grid_worker_professional"
    PROPERTY_WORKER = "property_worker"
    PARTY_GROUP_LEADER = "party_group_leader"
    COMMUNITY_COORDINATOR = "community_coordinator"
    CENTRE_COORDINATOR = "centre_coordinator"
    DEPARTMENT_STAFF = "department_staff"
    PARTY_MEMBER = "party_member"
    CITY_LEADER = "city_leader"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class PostKind(StrEnum):
    """Posts of a grid that have an A and a B holder (AB顶岗)."""

    GRID_WORKER = "grid_worker"
    PROPERTY_WORKER = "property_worker"


class Person(Identified):
    """Somebody who talks with the city. Telephone numbers are in ``Contact``, a table with rights of its own."""

    __tablename__ = "person"
    __table_args__ = (Index("uq_person_region_code", "region", "code", unique=True),)

    code: Mapped[str | None] = mapped_column(String(64))
    name: Mapped[str]
    language: Mapped[str] = mapped_column(String(8))
    unit: Mapped[str | None] = mapped_column(String(64))
    grid: Mapped[str | None] = mapped_column(String(64), index=True)
    place: Mapped[str | None] = mapped_column(String(64))
    reachable: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class Contact(Regional):
    """A person's telephone number; every reveal is written to ``Reveal``."""

    __tablename__ = "contact"
    __table_args__ = (ForeignKeyConstraint(["region", "person_id"], ["person.region", "person.id"]),)

    person_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    phone: Mapped[str]


class Reveal(Identified):
    """Who saw whose telephone number, when and why (个人信息保护法)."""

    __tablename__ = "reveal"

    person_id: Mapped[str] = mapped_column(String(32), index=True)
    viewer_id: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str]
    at: Mapped[datetime]


class RoleGrant(Regional):
    """A role of a person for a unit (a grid, a community, a department; the city for the rest)."""

    __tablename__ = "role_grant"
    __table_args__ = (
        ForeignKeyConstraint(["region", "person_id"], ["person.region", "person.id"]),
        Index("ix_role_grant_unit", "region", "unit", "role"),
    )

    person_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    role: Mapped[Role] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(String(64), primary_key=True)


class Post(Regional):
    """A grid's post with its A and B holder; a mentor is copied in for a newcomer's first weeks (导师帮带)."""

    __tablename__ = "post"
    __table_args__ = (ForeignKeyConstraint(["region", "grid"], ["unit.region", "unit.code"]),)

    grid: Mapped[str] = mapped_column(String(64), primary_key=True)
    post: Mapped[PostKind] = mapped_column(primary_key=True)
    a: Mapped[str] = mapped_column(String(32), index=True)
    b: Mapped[str | None] = mapped_column(String(32), index=True)
    mentor: Mapped[str | None] = mapped_column(String(32))
    since: Mapped[date]


class Absence(Identified):
    """A leave of a worker: the work goes to the other holder of the post meanwhile (请销假)."""

    __tablename__ = "absence"
    __table_args__ = (Index("ix_absence_person", "region", "person_id", "until"),)

    person_id: Mapped[str] = mapped_column(String(32))
    since: Mapped[datetime]
    until: Mapped[datetime]
    reason: Mapped[str]


class Account(Regional):
    """A person's address on a chat channel."""

    __tablename__ = "account"
    __table_args__ = (
        ForeignKeyConstraint(["region", "person_id"], ["person.region", "person.id"]),
        Index("ix_account_person", "region", "person_id"),
    )

    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    address: Mapped[str] = mapped_column(String(128), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32))
    blocked: Mapped[bool] = mapped_column(default=False)
    last_heard_at: Mapped[datetime]


class Invite(Regional):
    """A one-time code that binds a chat to a worker's record; never a name typed in."""

    __tablename__ = "invite"
    __table_args__ = (ForeignKeyConstraint(["region", "person_id"], ["person.region", "person.id"]),)

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
