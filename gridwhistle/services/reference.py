"""Which units, places and matters does this city have, for quick look-ups within a turn?

The reference data are small and change only by an import, so each process keeps them in memory and reads them again
when their version in the store has changed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from gridwhistle.services.catalogue import MatterSpec, parse_matter
from gridwhistle.services.prepared import fetch
from gridwhistle.services.schema import (
    Matter,
    Person,
    Place,
    PlaceKind,
    Post,
    PostKind,
    Region,
    Role,
    RoleGrant,
    Setting,
    Unit,
    UnitKind,
    table_of,
)

VERSION_KEY = "reference.version"
_SETTINGS = table_of(Setting)
_VERSION = select(_SETTINGS.c.value).where(_SETTINGS.c.region == bindparam("here"), _SETTINGS.c.key == VERSION_KEY)


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitInfo:
    """A node of the organisation."""

    code: str
    kind: UnitKind
    name: str
    parent: str | None
    party_name: str
    aliases: tuple[str, ...]
    phone: str
    jurisdiction: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceInfo:
    """A place with a name, and the grid that it lies in."""

    code: str
    kind: PlaceKind
    name: str
    parent: str | None
    grid: str
    aliases: tuple[str, ...]
    property_company: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PostHolders:
    """The A and B holder of a grid's post, its mentor, and since when A holds it."""

    a: str
    b: str | None
    mentor: str | None
    since: date


@dataclass(frozen=True, kw_only=True)
class Roster:
    """Who works where. Residents are not on it, so it stays small."""

    posts: Mapping[tuple[str, PostKind], PostHolders] = field(default_factory=dict)
    held: Mapping[tuple[str, Role], tuple[str, ...]] = field(default_factory=dict)
    """(unit, role) → the people who hold it, in a steady order."""
    names: Mapping[str, str] = field(default_factory=dict)
    third_parties: frozenset[str] = frozenset()
    """The property companies' workers, for the identity firewall."""


@dataclass(frozen=True, kw_only=True)
class City:
    """The reference data of one region at one version."""

    region: str
    name: str
    version: int
    units: dict[str, UnitInfo] = field(repr=False)
    places: dict[str, PlaceInfo] = field(repr=False)
    matters: dict[str, MatterSpec] = field(repr=False)
    roster: Roster = field(default_factory=Roster, repr=False)

    def above(self, unit: str | None) -> Iterator[UnitInfo]:
        """The unit itself, then its parent, and so on up to the city."""
        while unit is not None and unit in self.units:
            info = self.units[unit]
            yield info
            unit = info.parent

    def within(self, unit: str | None, ancestor: str) -> bool:
        """Whether ``unit`` is ``ancestor`` or lies below it."""
        return any(info.code == ancestor for info in self.above(unit))

    def community_of(self, unit: str) -> UnitInfo | None:
        """The community or village above a grid."""
        kinds = (UnitKind.COMMUNITY, UnitKind.VILLAGE)
        return next((info for info in self.above(unit) if info.kind in kinds), None)

    def unit_name(self, code: str | None) -> str:
        """The unit's name; the bare code for one that an import has taken away."""
        if code is None:
            return ""
        info = self.units.get(code)
        return info.name if info else code

    def building(self, estate: str, number: str) -> PlaceInfo | None:
        """The building of an estate by its bare number ("3" finds 3号楼)."""
        return self._buildings.get((estate, number.upper()))

    def full_name(self, place: str) -> str:
        """“幸福小区3号楼” for a building, the bare name for the rest."""
        info = self.places[place]
        parent = self.places.get(info.parent or "")
        return f"{parent.name}{info.name}" if parent else info.name

    @cached_property
    def _buildings(self) -> dict[tuple[str, str], PlaceInfo]:
        return {
            (info.parent or "", info.name.removesuffix("号楼").removesuffix("栋").removesuffix("座").upper()): info
            for info in self.places.values()
            if info.kind is PlaceKind.BUILDING
        }

    @cached_property
    def grids(self) -> tuple[UnitInfo, ...]:
        """All grids of the city."""
        return tuple(unit for unit in self.units.values() if unit.kind is UnitKind.GRID)

    @cached_property
    def departments(self) -> tuple[UnitInfo, ...]:
        """All departments that can be whistled to."""
        return tuple(unit for unit in self.units.values() if unit.kind is UnitKind.DEPARTMENT)

    @cached_property
    def centre(self) -> str:
        """The coordination centre's code; the city's own where none is imported."""
        roots = [unit for unit in self.units.values() if unit.kind is UnitKind.CITY]
        centres = [
            unit
            for unit in self.units.values()
            if unit.kind is UnitKind.SERVICE_CENTRE and roots and unit.parent == roots[0].code
        ]
        return (centres or roots)[0].code


class Reference:
    """Keeps the current ``City`` of a region in this process."""

    def __init__(self, region: str, *, trusted_seconds: float = 0.0, known: City | None = None) -> None:
        """Whoever asks gets what the store of their session has.

        ``trusted_seconds``: for how long the version is taken to be what it was when it was looked at last. ``known``
        is the city of a store that this one is a copy of: it need not be read again.
        """
        self._region = region
        self._trusted_seconds = trusted_seconds
        self._looked_at = float("-inf")
        self._city = known

    def current(self, session: Session) -> City:
        """The city as the store has it now; one look at the version when nothing has changed.

        Raises ``LookupError`` where the region has never been initialised.
        """
        moment = time.monotonic()
        if self._city is not None and moment - self._looked_at < self._trusted_seconds:
            return self._city
        self._looked_at = moment
        version = version_of(session, self._region)
        if self._city is None or self._city.version != version:
            self._city = load_city(session, self._region, version)
        return self._city


def load_city(session: Session, region: str, version: int) -> City:
    """Read all reference data of a region. Raises ``LookupError`` where there is no such region."""
    known = session.get(Region, region)
    if known is None:
        raise LookupError(f"the store holds no region “{region}”; run `gridwhistle init` first")
    units = session.scalars(select(Unit).where(Unit.region == region))
    places = session.scalars(select(Place).where(Place.region == region))
    matters = session.scalars(select(Matter).where(Matter.region == region).order_by(Matter.position))
    return City(
        region=region,
        name=known.name,
        version=version,
        units={
            unit.code: UnitInfo(
                code=unit.code,
                kind=unit.kind,
                name=unit.name,
                parent=unit.parent,
                party_name=unit.party_name,
                aliases=tuple(unit.aliases),
                phone=unit.phone,
                jurisdiction=unit.jurisdiction,
            )
            for unit in units
        },
        places={
            place.code: PlaceInfo(
                code=place.code,
                kind=place.kind,
                name=place.name,
                parent=place.parent,
                grid=place.grid,
                aliases=tuple(place.aliases),
                property_company=place.property_company,
            )
            for place in places
        },
        matters={matter.code: parse_matter({"code": matter.code, **matter.spec}) for matter in matters},
        roster=_roster(session, region),
    )


def _roster(session: Session, region: str) -> Roster:
    grants = session.execute(
        select(RoleGrant.person_id, RoleGrant.role, RoleGrant.unit)
        .where(RoleGrant.region == region, RoleGrant.role.not_in((Role.RESIDENT, Role.PARTY_MEMBER)))
        .order_by(RoleGrant.person_id)
    ).all()
    held: dict[tuple[str, Role], list[str]] = {}
    for grant in grants:
        held.setdefault((grant.unit, grant.role), []).append(grant.person_id)
    staff = select(RoleGrant.person_id).where(
        RoleGrant.region == region, RoleGrant.role.not_in((Role.RESIDENT, Role.PARTY_MEMBER))
    )
    people = session.execute(select(Person.id, Person.name).where(Person.region == region, Person.id.in_(staff)))
    return Roster(
        posts={
            (post.grid, post.post): PostHolders(a=post.a, b=post.b, mentor=post.mentor, since=post.since)
            for post in session.scalars(select(Post).where(Post.region == region))
        },
        held={key: tuple(people) for key, people in held.items()},
        names={person.id: person.name for person in people},
        third_parties=frozenset(grant.person_id for grant in grants if grant.role is Role.PROPERTY_WORKER),
    )


def bump_version(session: Session, region: str) -> None:
    """Make all processes read the reference data again."""
    row = session.get(Setting, (region, VERSION_KEY))
    if row is None:
        session.add(Setting(region=region, key=VERSION_KEY, value=1))
    else:
        row.value = _as_int(row.value) + 1


def version_of(session: Session, region: str) -> int:
    """The version of the reference data that the store holds now."""
    found = fetch(session, _VERSION, {"here": region})
    return _as_int(found[0].value) if found else 0


def _as_int(value: object) -> int:
    return value if isinstance(value, int) else 0
