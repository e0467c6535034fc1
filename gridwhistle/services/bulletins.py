"""Who reads a community's figures of the month that is over?"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from gridwhistle.services import figures, timers
from gridwhistle.services.clock import CITY_ZONE, in_city
from gridwhistle.services.desk import Desk
from gridwhistle.services.org import holding
from gridwhistle.services.outbox import Letter, post
from gridwhistle.services.schema import Role, UnitKind

COMMUNITIES = frozenset({UnitKind.COMMUNITY, UnitKind.VILLAGE})


def plan(desk: Desk, occasion: datetime) -> None:
    """Let the coordinators of every community get the figures of the month before. The system's act."""
    first = in_city(occasion).date().replace(day=1)
    month = (first - timedelta(days=1)).replace(day=1)
    for unit in desk.city.units.values():
        if unit.kind in COMMUNITIES and holding(desk, unit.code, Role.COMMUNITY_COORDINATOR):
            timers.put(desk, "bulletin", unit.code, desk.now, part=month.isoformat(), month=month.isoformat())


def send(desk: Desk, community: str, month: date) -> None:
    """Write the figures of a community's month to its coordinators. The system's act."""
    after = (month + timedelta(days=31)).replace(day=1)
    grids = [grid.code for grid in desk.city.grids if desk.city.within(grid.code, community)]
    found = figures.of_grids(desk, grids, _begin(month), _begin(after))
    for person_id in holding(desk, community, Role.COMMUNITY_COORDINATOR):
        post(
            desk,
            Letter(
                to=person_id,
                text="letter.bulletin",
                params={
                    "unit": desk.city.unit_name(community),
                    "month": f"{month:%Y-%m}",
                    "received": found.received,
                    "answered_in_time": found.answered_in_time,
                    "claimed_solved": found.claimed_solved,
                    "confirmed_solved": found.confirmed_solved,
                    "audits_passed": found.audits_passed,
                    "satisfied": found.satisfied,
                    "took_part": found.took_part,
                },
                key=f"bulletin:{community}:{month:%Y-%m}:{person_id}",
                once=True,
            ),
        )


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), CITY_ZONE)
