"""Is a file a sound organisation (both trees, departments, companies), and what of it is new?

The file is the whole organisation. A unit that is no longer in it is removed, unless something still refers to it
(a place, person, post, ticket, whistle or matter, or a unit that stays below it): then it stays as it is, and the
outcome says so.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwhistle.services.importing.changes import Changes, Imported, referred, rows_of
from gridwhistle.services.importing.table import Row, Table, read_table, suggestion
from gridwhistle.services.reference import bump_version
from gridwhistle.services.schema import Matter, Person, Place, Post, RoleGrant, Ticket, Unit, UnitKind, Whistle

COLUMNS = ("kind", "code", "name", "parent", "tree", "party_name", "aliases", "phone", "jurisdiction")

_KINDS = {kind.value for kind in UnitKind}
_LOCALITIES = frozenset({UnitKind.CITY, UnitKind.SUBDISTRICT, UnitKind.TOWN, UnitKind.COMMUNITY, UnitKind.VILLAGE})

PARENTS: dict[UnitKind, frozenset[UnitKind]] = {
    UnitKind.CITY: frozenset(),
    UnitKind.SUBDISTRICT: frozenset({UnitKind.CITY}),
    UnitKind.TOWN: frozenset({UnitKind.CITY}),
    # Towns have communities of their own, and subdistricts villages at the edge of the city.
    UnitKind.COMMUNITY: frozenset({UnitKind.SUBDISTRICT, UnitKind.TOWN}),
    UnitKind.VILLAGE: frozenset({UnitKind.TOWN, UnitKind.SUBDISTRICT}),
    UnitKind.GRID: frozenset({UnitKind.COMMUNITY, UnitKind.VILLAGE}),
    # The rural tree has no branch of its own for a grid: 村党支部—网格党小组.
    UnitKind.PARTY_GROUP: frozenset({UnitKind.GRID, UnitKind.VILLAGE}),
    UnitKind.CENTRE_HOUSEHOLD: frozenset({UnitKind.PARTY_GROUP}),
    UnitKind.DEPARTMENT: frozenset({UnitKind.CITY}),
    UnitKind.PROPERTY_COMPANY: frozenset({UnitKind.CITY}),
    UnitKind.PARTY_UNIT: _LOCALITIES,
    UnitKind.SERVICE_CENTRE: _LOCALITIES,
}
"""Below which kinds a kind of unit may stand (the two trees of the scheme)."""


class Tree(StrEnum):
    """The two trees of the scheme."""

    URBAN = "urban"
    RURAL = "rural"


class Jurisdiction(StrEnum):
    """Whom a unit answers to: what the city cannot order, it reports to the superior body."""

    LOCAL = "local"
    PROVINCIAL = "provincial"
    CENTRAL = "central"


def import_org(session: Session, region: str, path: Path) -> Imported:
    """Bring the region's units to what the file says. Raises ``ImportProblems``; then nothing is changed."""
    table = read_table(path, COLUMNS)
    known = {unit.code: unit for unit in rows_of(session, Unit, region)}
    rows = table.by_code()
    values = {code: _read(row) for code, row in rows.items()}
    _check_tree(table, rows)
    for code, row in rows.items():
        if code in known and row.text("kind") != known[code].kind:
            row.complain("kind", f"“{code}” is a {known[code].kind} already; a unit of another kind needs a new code")
    table.check()

    changes = Changes(session)
    for code, given in values.items():
        changes.put(known.get(code), Unit, {"region": region, "code": code}, given)
    vanished = known.keys() - values.keys()
    kept = _still_needed(session, region, {code: known[code] for code in vanished})
    for code in vanished - kept:
        session.delete(known[code])
    session.flush()
    bump_version(session, region)
    return Imported(
        file=table.file,
        added=changes.added,
        changed=changes.changed,
        unchanged=changes.unchanged,
        removed=len(vanished - kept),
        kept=len(kept),
        notes=tuple(f"{code} {known[code].name} is still referred to and stays" for code in sorted(kept)),
    )


def _read(row: Row) -> dict[str, object]:
    tree = row.text("tree")
    return {
        "kind": row.one_of("kind", UnitKind),
        "name": row.required("name"),
        "parent": row.text("parent") or None,
        "tree": str(row.one_of("tree", Tree) or "") if tree else "",
        "party_name": row.text("party_name"),
        "aliases": row.parts("aliases"),
        "phone": row.phone("phone"),
        "jurisdiction": str(row.one_of("jurisdiction", Jurisdiction) or ""),
    }


def _check_tree(table: Table, rows: dict[str, Row]) -> None:
    cities = [row for row in rows.values() if row.text("kind") == UnitKind.CITY]
    for row in cities[1:]:
        row.complain("kind", f"a second city; “{cities[0].text('code')}” in row {cities[0].number} is the first")
    if table.rows and not cities:
        table.rows[0].complain("kind", "no row is a city; the tree has no root")
    for code, row in rows.items():
        if row.text("kind") in _KINDS:
            _check_parent(code, row, rows)


def _check_parent(code: str, row: Row, rows: dict[str, Row]) -> None:
    parent, kind = row.text("parent"), UnitKind(row.text("kind"))
    fitting = PARENTS[kind]
    if not parent:
        if fitting:
            row.complain("parent", f"is empty; a {kind} stands below a {_names(fitting)}")
    elif parent not in rows:
        row.complain("parent", f"“{parent}” is no code of this file{suggestion(parent, list(rows))}")
    elif circle := _circle(code, rows):
        row.complain("parent", f"goes round in a circle: {' → '.join(circle)}")
    elif rows[parent].text("kind") not in fitting:
        row.complain("parent", _unfit(kind, parent, rows[parent].text("kind"), fitting))
    elif row.text("tree") and rows[parent].text("tree") not in ("", row.text("tree")):
        row.complain("tree", f"is {row.text('tree')}, but “{parent}” is {rows[parent].text('tree')}")


def _unfit(kind: str, parent: str, parent_kind: str, fitting: frozenset[UnitKind]) -> str:
    where = f"stands below a {_names(fitting)}" if fitting else "stands below nothing"
    return f"“{parent}” is a {parent_kind}; a {kind} {where}"


def _names(kinds: frozenset[UnitKind]) -> str:
    return " or ".join(kind for kind in UnitKind if kind in kinds)


def _circle(code: str, rows: dict[str, Row]) -> list[str]:
    """Give the way from a unit up and back to itself; empty where there is none."""
    way = [code]
    while (parent := rows[way[-1]].text("parent")) in rows:
        if parent == code:
            return [*way, code]
        if parent in way:
            return []
        way.append(parent)
    return []


def _still_needed(session: Session, region: str, vanished: dict[str, Unit]) -> set[str]:
    if not vanished:
        return set()
    codes = referred(
        session,
        select(Place.grid).where(Place.region == region),
        select(Place.property_company).where(Place.region == region),
        select(Person.unit).where(Person.region == region),
        select(Person.grid).where(Person.region == region),
        select(RoleGrant.unit).where(RoleGrant.region == region),
        select(Post.grid).where(Post.region == region),
        select(Ticket.grid).where(Ticket.region == region),
        select(Whistle.department).where(Whistle.region == region),
    )
    for spec in session.scalars(select(Matter.spec).where(Matter.region == region)):
        codes |= {str(spec.get("department")), *str(spec.get("assist") or "").split(";")}
    kept = codes & vanished.keys()
    for code in list(kept):
        above = vanished[code].parent
        while above in vanished and above not in kept:
            kept.add(above)
            above = vanished[above].parent
    return kept
