"""For which party unit does a member act, and which units are paired with a community (结对)?"""

from __future__ import annotations

from sqlalchemy import select

from gridwhistle.services.desk import Actor, Desk
from gridwhistle.services.reference import City
from gridwhistle.services.schema import Role, RoleGrant, UnitKind

MOST_TOLD = 20
"""Members of one unit who are written to about an unclaimed wish."""


def unit_of(city: City, actor: Actor) -> str | None:
    """The unit that a member's claim counts for: a party unit before the own grid's branch; ``None`` for others."""
    held = actor.units(Role.PARTY_MEMBER)
    return min(held, key=lambda code: (not _is_party_unit(city, code), code), default=None)


def paired(city: City, grid: str) -> list[str]:
    """The party units paired with the community of a grid, sorted.

    A unit is paired with the community or subdistrict that is its parent in the organisation; where there is none,
    those of the city as a whole stand in.
    """
    units = [unit for unit in city.units.values() if unit.kind is UnitKind.PARTY_UNIT]
    for above in city.above(grid):
        found = sorted(unit.code for unit in units if unit.parent == above.code)
        if found:
            return found
    return []


def members(desk: Desk, unit: str) -> list[str]:
    """The members of a unit who may be written to, in a steady order."""
    return list(
        desk.session.scalars(
            select(RoleGrant.person_id)
            .where(RoleGrant.region == desk.region, RoleGrant.unit == unit, RoleGrant.role == Role.PARTY_MEMBER)
            .order_by(RoleGrant.person_id)
            .limit(MOST_TOLD)
        )
    )


def party_name(city: City, unit: str) -> str:
    """What a unit is called as a party organisation: “幸福社区第一网格党支部” for the first grid."""
    info = city.units.get(unit)
    return (info.party_name or info.name) if info else unit


def _is_party_unit(city: City, code: str) -> bool:
    info = city.units.get(code)
    return info is not None and info.kind is UnitKind.PARTY_UNIT
