"""Who can be played in the demo, and who stands around one resident?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from gridwhistle.services import org
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import (
    Account,
    LetterRow,
    LetterState,
    Person,
    PostKind,
    Role,
    RoleGrant,
    Whistle,
)

TITLE_OF = {
    Role.GRID_WORKER_FULL: "worker",
    Role.GRID_WORKER_PART: "worker_part",
    Role.PROPERTY_WORKER: "property",
    Role.COMMUNITY_COORDINATOR: "coordinator",
    Role.CENTRE_COORDINATOR: "centre",
    Role.DEPARTMENT_STAFF: "clerk",
    Role.AUDITOR: "auditor",
    Role.PARTY_GROUP_LEADER: "party_group",
    Role.CITY_LEADER: "city_leader",
    Role.ADMINISTRATOR: "administrator",
    Role.GRID_WORKER_PROFESSIONAL: "professional",
    Role.PARTY_MEMBER: "party_member",
    Role.RESIDENT: "resident",
}
"""Roles by how much they say about a person; the first that is held gives the title."""
TITLES = tuple(title for title in TITLE_OF.values() if title != "resident")


@dataclass(frozen=True, kw_only=True, slots=True)
class Persona:
    """A person of the demo city who can be chatted as."""

    id: str
    code: str
    name: str
    title: str
    unit: str


def everybody(desk: Desk, channel: str) -> list[Persona]:
    """Everybody who has a chat under their own code on this channel, in the order of the people's file."""
    mine = (Account.region == Person.region) & (Account.person_id == Person.id)
    people = desk.session.execute(
        select(Person.id, Person.code, Person.name, Person.unit, Person.grid)
        .join(Account, mine)
        .where(Person.region == desk.region, Account.channel == channel, Account.address == Person.code)
        .order_by(Person.id)
    ).all()
    roles: dict[str, set[Role]] = {}
    for person_id, role in desk.session.execute(
        select(RoleGrant.person_id, RoleGrant.role)
        .join(Account, (Account.region == RoleGrant.region) & (Account.person_id == RoleGrant.person_id))
        .where(RoleGrant.region == desk.region, Account.channel == channel)
    ):
        roles.setdefault(person_id, set()).add(role)
    return [
        Persona(
            id=person_id,
            code=code,
            name=name,
            title=next((title for role, title in TITLE_OF.items() if role in roles.get(person_id, ())), "resident"),
            unit=desk.city.unit_name(unit or grid),
        )
        for person_id, code, name, unit, grid in people
        if code is not None
    ]


def around(desk: Desk, people: Sequence[Persona], resident: str) -> list[Persona]:
    """A resident's own A and B holder, coordinator, department's clerk, property worker and auditor.

    The clerk is of the department that was whistled to last; before the first whistle, of the one that the catalogue
    names most.
    """
    by_id = {person.id: person for person in people}
    home = next((person for person in people if person.code == resident), None)
    grid = org.person(desk, home.id).grid if home is not None else None
    wanted: list[tuple[str | None, str]] = []
    if grid is not None:
        workers = org.holders(desk, grid, PostKind.GRID_WORKER)
        company = org.holders(desk, grid, PostKind.PROPERTY_WORKER)
        wanted += [(workers.a, "worker_a"), (workers.b, "worker_b")] if workers else []
        wanted += [(org.coordinator(desk, grid), "coordinator"), (_clerk(desk), "clerk")]
        wanted += [(company.a, "property")] if company else []
    wanted += [(next(iter(org.auditors(desk)), None), "auditor")]
    found: dict[str, Persona] = {}
    for person_id, title in wanted:
        person = by_id.get(person_id or "")
        if person is not None and person.code not in found:
            found[person.code] = Persona(
                id=person.id, code=person.code, name=person.name, title=title, unit=person.unit
            )
    return list(found.values())


def newest_letters(desk: Desk, channel: str, codes: Iterable[str]) -> Mapping[str, str]:
    """The id of the newest letter in each of these chats, so that a page can mark the ones with news."""
    rows = desk.session.execute(
        select(LetterRow.address, func.max(LetterRow.id).label("newest"))
        .where(
            LetterRow.region == desk.region,
            LetterRow.channel == channel,
            LetterRow.address.in_(list(codes)),
            LetterRow.state == LetterState.SENT,
        )
        .group_by(LetterRow.address)
    ).all()
    return {row.address: row.newest for row in rows}


def _clerk(desk: Desk) -> str | None:
    called = desk.session.scalars(
        select(Whistle.department).where(Whistle.region == desk.region).order_by(Whistle.id.desc()).limit(1)
    ).first()
    named = [matter.department for matter in desk.city.matters.values()]
    department = called or (max(set(named), key=named.count) if named else None)
    return next(iter(org.clerks(desk, department)), None) if department else None
