"""Who is responsible for a grid right now?

1+X+N posts with A/B cover (AB顶岗): when A is absent B gets the work; both absent, the party-group leader; then the
community. A ticket never floats without an owner.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.prepared import fetch
from gridwhistle.services.reference import PostHolders, UnitInfo
from gridwhistle.services.schema import Absence, Person, PostKind, Role, UnitKind, table_of
from gridwhistle.services.store import new_id

MENTORED_FOR = timedelta(weeks=6)
LONGEST_LEAVE = timedelta(days=180)

_ABSENCES = table_of(Absence)
_AWAY = (
    select(_ABSENCES.c.id)
    .where(
        _ABSENCES.c.region == bindparam("here"),
        _ABSENCES.c.person_id == bindparam("person"),
        _ABSENCES.c.until > bindparam("at"),
        _ABSENCES.c.since <= bindparam("at"),
    )
    .limit(1)
)


def holders(desk: Desk, grid: str, post: PostKind) -> PostHolders | None:
    """A, B and, in a newcomer's first weeks, the mentor of a grid's post."""
    found = desk.city.roster.posts.get((grid, post))
    if found is None or desk.now.date() - found.since < MENTORED_FOR:
        return found
    return replace(found, mentor=None)


def ladder(desk: Desk, grid: str, post: PostKind) -> list[str]:
    """Everybody who may own a matter of the grid, in order: A, B, party group, community, coordination centre.

    Without repetitions. Raises ``LookupError`` only where a city has not even a coordination centre's coordinator.
    """
    found = holders(desk, grid, post)
    people = [found.a, *([found.b] if found.b else [])] if found else []
    if post is PostKind.PROPERTY_WORKER:
        people += ladder(desk, grid, PostKind.GRID_WORKER)
    else:
        people += holding(desk, grid, Role.PARTY_GROUP_LEADER)
        community = desk.city.community_of(grid)
        people += holding(desk, community.code, Role.COMMUNITY_COORDINATOR) if community else []
        people += holding(desk, desk.city.centre, Role.CENTRE_COORDINATOR)
    if not people:
        raise LookupError(f"nobody is responsible for grid {grid}: import posts and a centre coordinator")
    return list(dict.fromkeys(people))


def holding(desk: Desk, unit: str, role: Role) -> tuple[str, ...]:
    """The people who hold a role for exactly this unit, in a steady order."""
    return desk.city.roster.held.get((unit, role), ())


def coordinator(desk: Desk, grid: str | None) -> str:
    """The community coordinator of a grid; the coordination centre's where the grid is unknown."""
    community = desk.city.community_of(grid) if grid else None
    if community is not None:
        found = holding(desk, community.code, Role.COMMUNITY_COORDINATOR)
        if found:
            return found[0]
    return centre_coordinator(desk)


def centre_coordinator(desk: Desk) -> str:
    """The coordinator of the city's coordination centre. Raises ``LookupError`` where there is none."""
    found = holding(desk, desk.city.centre, Role.CENTRE_COORDINATOR)
    if not found:
        raise LookupError("the city has no centre coordinator: import one")
    return found[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """A unit of the escalation ladder, and who answers for it."""

    name: str
    holder: str


def above_community(desk: Desk, grid: str | None) -> Level | None:
    """The subdistrict or town of a grid, where somebody coordinates it."""
    kinds = (UnitKind.SUBDISTRICT, UnitKind.TOWN)
    for unit in desk.city.above(grid) if grid else ():
        if unit.kind in kinds and (found := holding(desk, unit.code, Role.COMMUNITY_COORDINATOR)):
            return Level(name=unit.name, holder=found[0])
    return None


def auditors(desk: Desk) -> list[str]:
    """All auditors of the city, in a steady order."""
    return sorted(
        {who for (_, role), people in desk.city.roster.held.items() if role is Role.AUDITOR for who in people}
    )


def clerks(desk: Desk, department: str) -> tuple[str, ...]:
    """The staff of a department."""
    return holding(desk, department, Role.DEPARTMENT_STAFF)


def is_away(desk: Desk, person_id: str) -> bool:
    """Whether the person is on leave now."""
    return bool(fetch(desk.session, _AWAY, {"here": desk.region, "person": person_id, "at": desk.now}))


def take_leave(desk: Desk, since: datetime, until: datetime, reason: str) -> None:
    """Enter the acting worker's leave. Raises ``Refused`` for a span that is empty or endless."""
    if not desk.actor.is_staff:
        raise Refused("refused.not_worker")
    if until <= since or until - since > LONGEST_LEAVE:
        raise Refused("refused.leave_span")
    desk.session.add(
        Absence(region=desk.region, id=new_id(), person_id=desk.me, since=since, until=until, reason=reason)
    )
    desk.writes += 1


def come_back(desk: Desk) -> bool:
    """End the acting worker's leave now; ``False`` when there was none."""
    rows = desk.session.scalars(
        select(Absence).where(Absence.region == desk.region, Absence.person_id == desk.me, Absence.until > desk.now)
    ).all()
    for row in rows:
        row.until = desk.now
        desk.writes += 1
    return bool(rows)


def name_of(desk: Desk, person_id: str) -> str:
    """A person's name; that of somebody who works for the city is at hand."""
    return desk.city.roster.names.get(person_id) or person(desk, person_id).name


def person(desk: Desk, person_id: str) -> Person:
    """A person's record. Raises ``LookupError`` for an unknown id."""
    row = desk.session.get(Person, (desk.region, person_id))
    if row is None:
        raise LookupError(f"no person {person_id}")
    return row


def contacts_of_grid(desk: Desk, grid: str) -> list[tuple[str, Person, UnitInfo | None]]:
    """Who serves a grid: (post kind or role, person, property company), for “who is my grid worker?”."""
    served: list[tuple[str, Person, UnitInfo | None]] = []
    for post in PostKind:
        found = holders(desk, grid, post)
        if found is None:
            continue
        for holder in dict.fromkeys([found.a, *([found.b] if found.b else [])]):
            record = person(desk, holder)
            company = desk.city.units.get(record.unit or "") if post is PostKind.PROPERTY_WORKER else None
            served.append((str(post), record, company))
    for role in (Role.GRID_WORKER_PART, Role.PARTY_GROUP_LEADER):
        served += [(str(role), person(desk, who), None) for who in holding(desk, grid, role)]
    return served
