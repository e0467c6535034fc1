"""Which units have made how many wishes come true? By confirmed wishes alone, never by claimed ones.

A claim can be given back, so a table of claims flickers; what the wisher has confirmed stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import ClaimState, Wish, WishClaim, WishStatus
from gridwhistle.services.wish_units import party_name


@dataclass(frozen=True, kw_only=True, slots=True)
class RankedUnit:
    """A line of the table."""

    rank: int
    unit: str
    name: str
    fulfilled: int


def ranking(desk: Desk, since: datetime, until: datetime) -> list[RankedUnit]:
    """The units by wishes that were confirmed in ``since <= t < until``, the most first.

    A wish of several units counts once for each, and once for a unit however many of its members took part.
    """
    counts = desk.session.execute(
        select(WishClaim.unit, func.count(WishClaim.wish_id.distinct()))
        .join(Wish, (Wish.region == WishClaim.region) & (Wish.id == WishClaim.wish_id))
        .where(
            WishClaim.region == desk.region,
            WishClaim.state == ClaimState.DONE,
            Wish.status == WishStatus.CONFIRMED,
            Wish.confirmed_at >= since,
            Wish.confirmed_at < until,
        )
        .group_by(WishClaim.unit)
    ).all()
    ranked = ranks(dict(counts))
    return [
        RankedUnit(rank=rank, unit=unit, name=party_name(desk.city, unit), fulfilled=count)
        for rank, unit, count in ranked
    ]


def ranks(counts: Mapping[str, int]) -> list[tuple[int, str, int]]:
    """Rank, unit, count: equal counts share a rank and stand in the order of their codes; nobody is ranked for none."""
    lines = sorted(((unit, count) for unit, count in counts.items() if count > 0), key=lambda one: (-one[1], one[0]))
    return [(1 + sum(other > count for _, other in lines), unit, count) for unit, count in lines]
