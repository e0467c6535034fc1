"""Is a file a sound list of places (estates, buildings, roads, landmarks, hamlets), and what of it is new?

The file is the whole list. A place that is no longer in it is removed, unless a person or a ticket still names it, or
a place that stays lies in it: then it stays as it is. The parent of an estate, road, landmark or hamlet is its
community or village; the store leaves it out, because it follows from the grid.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwhistle.services.importing.changes import Changes, Imported, referred, rows_of
from gridwhistle.services.importing.table import Row, read_table, suggestion
from gridwhistle.services.reference import bump_version
from gridwhistle.services.schema import Person, Place, PlaceKind, Ticket, Unit, UnitKind

COLUMNS = ("kind", "code", "name", "parent", "grid", "aliases", "property")

_COMMUNITIES = (UnitKind.COMMUNITY, UnitKind.VILLAGE)


def import_places(session: Session, region: str, path: Path) -> Imported:
    """Bring the region's places to what the file says. Raises ``ImportProblems``; then nothing is changed."""
    table = read_table(path, COLUMNS)
    units = {unit.code: unit for unit in rows_of(session, Unit, region)}
    known = {place.code: place for place in rows_of(session, Place, region)}
    rows = table.by_code()
    values = {code: _read(row, rows, units) for code, row in rows.items()}
    for code, row in rows.items():
        if code in known and row.text("kind") != known[code].kind:
            row.complain("kind", f"“{code}” is a {known[code].kind} already; a place of another kind needs a new code")
    _check_doors(rows)
    table.check()

    changes = Changes(session)
    for code, given in values.items():
        changes.put(known.get(code), Place, {"region": region, "code": code}, given)
    vanished = {code: known[code] for code in known.keys() - values.keys()}
    kept = _still_needed(session, region, vanished)
    for code in vanished.keys() - kept:
        session.delete(known[code])
    session.flush()
    bump_version(session, region)
    return Imported(
        file=table.file,
        added=changes.added,
        changed=changes.changed,
        unchanged=changes.unchanged,
        removed=len(vanished.keys() - kept),
        kept=len(kept),
        notes=tuple(f"{code} {known[code].name} is still referred to and stays" for code in sorted(kept)),
    )


def _read(row: Row, rows: dict[str, Row], units: dict[str, Unit]) -> dict[str, object]:
    kind = row.one_of("kind", PlaceKind)
    grid = row.required("grid")
    if grid and _is_unit(row, "grid", grid, units, UnitKind.GRID):
        _check_parent(row, kind, rows, units, units[grid])
    company = row.text("property") or None
    if company:
        _is_unit(row, "property", company, units, UnitKind.PROPERTY_COMPANY)
    return {
        "kind": kind,
        "name": row.required("name"),
        "parent": row.text("parent") if kind is PlaceKind.BUILDING else None,
        "grid": grid,
        "aliases": row.parts("aliases"),
        "property_company": company,
    }


def _check_parent(row: Row, kind: PlaceKind | None, rows: dict[str, Row], units: dict[str, Unit], grid: Unit) -> None:
    parent = row.required("parent")
    if not parent or kind is None:
        return
    if kind is PlaceKind.BUILDING:
        if parent not in rows:
            row.complain("parent", f"“{parent}” is no code of this file{suggestion(parent, list(rows))}")
        elif rows[parent].text("kind") != PlaceKind.ESTATE:
            row.complain("parent", f"“{parent}” is a {rows[parent].text('kind')}; a building stands in an estate")
    elif _is_unit(row, "parent", parent, units, *_COMMUNITIES) and grid.parent != parent:
        # A building's grid may lie in the neighbouring community, a whole place's may not.
        row.complain("grid", f"“{grid.code}” belongs to “{grid.parent}”, not to “{parent}”")


def _is_unit(row: Row, column: str, code: str, units: dict[str, Unit], *kinds: UnitKind) -> bool:
    if code not in units:
        row.complain(column, f"“{code}” is no unit; import the organisation first{suggestion(code, list(units))}")
        return False
    if units[code].kind not in kinds:
        row.complain(column, f"“{code}” is a {units[code].kind}, not a {' or '.join(kinds)}")
        return False
    return True


def _check_doors(rows: dict[str, Row]) -> None:
    """Two buildings of one name in an estate could not be told apart by a resident."""
    doors: dict[tuple[str, str], Row] = {}
    for row in rows.values():
        if row.text("kind") == PlaceKind.BUILDING and row.text("name"):
            earlier = doors.setdefault((row.text("parent"), row.text("name")), row)
            if earlier is not row:
                row.complain("name", f"“{row.text('name')}” of this estate is in row {earlier.number} already")


def _still_needed(session: Session, region: str, vanished: dict[str, Place]) -> set[str]:
    if not vanished:
        return set()
    codes = referred(
        session,
        select(Person.place).where(Person.region == region),
        select(Ticket.place).where(Ticket.region == region),
    )
    kept = codes & vanished.keys()
    return kept | ({vanished[code].parent or "" for code in kept} & vanished.keys())
