"""Is a file a sound list of people with their roles, and who of them is new?

The file is the whole list of those who have a code; residents who came by chat have none and are left alone. Somebody
who is no longer in it keeps the record, because history names it, and a resident's role, but loses every other role
and every unused invite at once. Ids are given out once and kept for good.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gridwhistle.services.importing.changes import Changes, Imported, rows_of
from gridwhistle.services.importing.table import Row, read_table, suggestion
from gridwhistle.services.reference import bump_version
from gridwhistle.services.schema import Contact, Invite, Person, Place, Post, Role, RoleGrant, Unit, UnitKind
from gridwhistle.services.store import new_id

COLUMNS = ("code", "name", "phone", "language", "unit", "grid", "place", "roles")
LANGUAGES = ("zh", "en")

_ROLES = [role.value for role in Role]

_GRID = frozenset({UnitKind.GRID})
_CENTRE = frozenset({UnitKind.SERVICE_CENTRE, UnitKind.CITY})
_COMMUNITIES = frozenset({UnitKind.COMMUNITY, UnitKind.VILLAGE})

HELD_FOR: dict[Role, frozenset[UnitKind]] = {
    Role.RESIDENT: _GRID,
    Role.GRID_WORKER_FULL: _GRID,
    Role.GRID_WORKER_PART: _GRID,
    Role.GRID_WORKER_PROFESSIONAL: _GRID,
    Role.PROPERTY_WORKER: _GRID,
    Role.PARTY_GROUP_LEADER: _GRID,
    Role.COMMUNITY_COORDINATOR: _COMMUNITIES | {UnitKind.SUBDISTRICT, UnitKind.TOWN},
    Role.CENTRE_COORDINATOR: _CENTRE,
    Role.DEPARTMENT_STAFF: frozenset({UnitKind.DEPARTMENT}),
    Role.PARTY_MEMBER: _GRID | {UnitKind.PARTY_UNIT},
    Role.CITY_LEADER: _COMMUNITIES,
    Role.AUDITOR: _CENTRE,
    Role.ADMINISTRATOR: frozenset({UnitKind.CITY}),
}
"""For which kinds of units a role is held."""


def import_people(session: Session, region: str, path: Path, *, now: datetime) -> Imported:
    """Bring the people with a code, their numbers and roles to what the file says.

    Raises ``ImportProblems``; then nothing is changed.
    """
    table = read_table(path, COLUMNS)
    units = {unit.code: unit.kind for unit in rows_of(session, Unit, region)}
    places = set(session.scalars(select(Place.code).where(Place.region == region)))
    rows = table.by_code()
    values = {code: _read(row, units, places) for code, row in rows.items()}
    roles = {code: _roles(row, units) for code, row in rows.items()}
    phones = {code: row.phone("phone") for code, row in rows.items()}
    table.check()

    known = {
        person.code: person for person in rows_of(session, Person, region, Person.code.is_not(None)) if person.code
    }
    ids = {code: known[code].id if code in known else new_id() for code in values}
    changes = Changes(session)
    for code, given in values.items():
        key = {"region": region, "id": ids[code]}
        fixed: dict[str, object] = {"code": code} if code in known else {"code": code, "created_at": now}
        changes.put(known.get(code), Person, key, {**given, **fixed})
    # The mapper knows no order between these tables; the people must be there before what refers to them.
    session.flush()
    _put_phones(session, region, {ids[code]: phone for code, phone in phones.items()})
    _put_roles(session, region, {ids[code]: held for code, held in roles.items()})
    gone = {person.id: person for code, person in known.items() if code not in values}
    notes = _send_off(session, region, gone)
    session.flush()
    bump_version(session, region)
    return Imported(
        file=table.file,
        added=changes.added,
        changed=changes.changed,
        unchanged=changes.unchanged,
        kept=len(gone),
        notes=notes,
    )


def _read(row: Row, units: dict[str, UnitKind], places: set[str]) -> dict[str, object]:
    unit, grid, place = row.text("unit"), row.text("grid"), row.text("place")
    language = row.required("language")
    if language and language not in LANGUAGES:
        row.complain("language", f"“{language}” is unknown; known: {', '.join(LANGUAGES)}")
    if unit and unit not in units:
        row.complain("unit", f"“{unit}” is no unit{suggestion(unit, list(units))}")
    if grid and units.get(grid) is not UnitKind.GRID:
        row.complain("grid", f"“{grid}” is no grid{suggestion(grid, _grids(units))}")
    if place and place not in places:
        row.complain("place", f"“{place}” is no place; import the places first{suggestion(place, list(places))}")
    return {
        "name": row.required("name"),
        "language": language,
        "unit": unit or None,
        "grid": grid or None,
        "place": place or None,
    }


def _roles(row: Row, units: dict[str, UnitKind]) -> set[tuple[Role, str]]:
    """The cell's ``role@unit;role@unit``."""
    held = set()
    if not row.parts("roles"):
        row.complain("roles", "is empty; write at least resident@ and the code of the grid")
    for part in row.parts("roles"):
        name, _, unit = (piece.strip() for piece in part.partition("@"))
        if name not in _ROLES:
            row.complain("roles", f"“{part}”: “{name}” is no role{suggestion(name, _ROLES)}")
        elif unit not in units:
            row.complain("roles", f"“{part}”: “{unit}” is no unit{suggestion(unit, list(units))}")
        elif units[unit] not in HELD_FOR[Role(name)]:
            kinds = " or ".join(sorted(HELD_FOR[Role(name)]))
            row.complain("roles", f"“{part}”: “{unit}” is a {units[unit]}; this role is held for a {kinds}")
        else:
            held.add((Role(name), unit))
    return held


def _grids(units: dict[str, UnitKind]) -> list[str]:
    return [code for code, kind in units.items() if kind is UnitKind.GRID]


def _put_phones(session: Session, region: str, phones: dict[str, str]) -> None:
    contacts = {
        contact.person_id: contact for contact in rows_of(session, Contact, region, _listed(Contact.person_id, region))
    }
    for person_id, phone in phones.items():
        contact = contacts.get(person_id)
        if contact is None:
            if phone:
                session.add(Contact(region=region, person_id=person_id, phone=phone))
        elif phone:
            contact.phone = phone
        else:
            session.delete(contact)


def _put_roles(session: Session, region: str, roles: dict[str, set[tuple[Role, str]]]) -> None:
    held = {
        (grant.person_id, grant.role, grant.unit): grant
        for grant in rows_of(session, RoleGrant, region, _listed(RoleGrant.person_id, region))
    }
    wanted = {(person_id, role, unit) for person_id, pairs in roles.items() for role, unit in pairs}
    for person_id, role, unit in sorted(wanted - held.keys()):
        session.add(RoleGrant(region=region, person_id=person_id, role=role, unit=unit))
    for key, grant in held.items():
        if key[0] in roles and key not in wanted:
            session.delete(grant)


def _listed(person_id: InstrumentedAttribute[str], region: str) -> ColumnElement[bool]:
    """Leave out the residents who came by chat: a city has hundreds of thousands."""
    return person_id.in_(select(Person.id).where(Person.region == region, Person.code.is_not(None)))


def _send_off(session: Session, region: str, gone: dict[str, Person]) -> tuple[str, ...]:
    """Take the roles of those who are no longer in the file; say where they still hold a post."""
    for grant in rows_of(session, RoleGrant, region, _listed(RoleGrant.person_id, region)):
        if grant.person_id in gone and grant.role is not Role.RESIDENT:
            session.delete(grant)
    notes = [f"{person.code} is no longer in the file and holds no role any more" for person in gone.values()]
    if gone:
        session.execute(
            delete(Invite).where(Invite.region == region, Invite.person_id.in_(gone), Invite.used_at.is_(None))
        )
    for post in rows_of(session, Post, region):
        holders = [gone[who].code for who in (post.a, post.b or "") if who in gone]
        if holders:
            notes.append(f"{' and '.join(map(str, holders))} still hold {post.grid}/{post.post}: import the posts next")
    return tuple(sorted(notes))
