"""Which units, places, matters and settings does the city have?"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import JSON, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from gridwhistle.services.schema.base import Base, Json, JsonObject, Regional


class UnitKind(StrEnum):
    """Kinds of organisation units: both trees of the scheme, the departments and the companies."""

    CITY = "city"
    SUBDISTRICT = "subdistrict"
    TOWN = "town"
    COMMUNITY = "community"
    VILLAGE = "village"
    GRID = "grid"
    PARTY_GROUP = "party_group"
    CENTRE_HOUSEHOLD = "centre_household"
    DEPARTMENT = "department"
    PROPERTY_COMPANY = "property_company"
    PARTY_UNIT = "party_unit"
    SERVICE_CENTRE = "service_centre"


class PlaceKind(StrEnum):
    """Kinds of places that people name."""

    ESTATE = "estate"
    BUILDING = "building"
    ROAD = "road"
    LANDMARK = "landmark"
    HAMLET = "hamlet"


class Category(StrEnum):
    """The seven services of the scheme (七类服务); every matter belongs to exactly one."""

    INFORMATION = "information"
    OPINION = "opinion"
    POLICY = "policy"
    CARE = "care"
    ERRAND = "errand"
    HAZARD = "hazard"
    DISPUTE = "dispute"


class HandledBy(StrEnum):
    """Who acts first on a matter."""

    GRID = "grid"
    PROPERTY = "property"
    DEPARTMENT = "department"
    COMMUNITY = "community"
    """For complaints about those who would otherwise work on them (staff, village committee)."""


class Region(Base):
    """A county-level city."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str]


class Unit(Regional):
    """One node of the organisation: a grid, a community, a department …; its code is the city's own key."""

    __tablename__ = "unit"
    __table_args__ = (
        ForeignKeyConstraint(["region", "parent"], ["unit.region", "unit.code"], deferrable=True, initially="DEFERRED"),
    )

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[UnitKind]
    name: Mapped[str]
    parent: Mapped[str | None] = mapped_column(String(64), index=True)
    tree: Mapped[str]
    party_name: Mapped[str]
    aliases: Mapped[list[str]]
    phone: Mapped[str]
    jurisdiction: Mapped[str]


class Place(Regional):
    """An estate, building, road, landmark or hamlet, and the grid that it lies in."""

    __tablename__ = "place"
    __table_args__ = (
        ForeignKeyConstraint(["region", "grid"], ["unit.region", "unit.code"]),
        ForeignKeyConstraint(
            ["region", "parent"], ["place.region", "place.code"], deferrable=True, initially="DEFERRED"
        ),
    )

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[PlaceKind]
    name: Mapped[str]
    parent: Mapped[str | None] = mapped_column(String(64), index=True)
    grid: Mapped[str] = mapped_column(String(64), index=True)
    aliases: Mapped[list[str]]
    property_company: Mapped[str | None] = mapped_column(String(64))


class Matter(Regional):
    """One entry of the catalogue (诉求清单); ``spec`` holds its columns, parsed by ``services.catalogue``."""

    __tablename__ = "matter"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int]
    spec: Mapped[JsonObject]


class Setting(Regional):
    """A value that all processes of a region share (the reference data's version, the demo clock)."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Json] = mapped_column(JSON)


class Counter(Regional):
    """A number that is given out once: tickets of a community and day."""

    __tablename__ = "counter"

    key: Mapped[str] = mapped_column(String(96), primary_key=True)
    value: Mapped[int]
