"""Is a file a sound catalogue (诉求清单), and what of it is new?

The file is the whole catalogue, in the order in which it is shown. A matter that is no longer in it is removed where
no ticket names it; otherwise it stays and is marked as retired: its tickets go on, but nobody can choose it any more.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwhistle.services.catalogue import COLUMNS, MatterSpec, parse_matter
from gridwhistle.services.importing.changes import Changes, Imported, referred, rows_of
from gridwhistle.services.importing.table import Row, read_table, suggestion
from gridwhistle.services.reference import bump_version
from gridwhistle.services.schema import Category, Matter, Ticket, Unit, UnitKind

NEVER_PUBLIC = frozenset({Category.CARE, Category.DISPUTE})
"""DOMAIN.md 3.6: matters of key groups and disputes are never on the public page."""


def import_catalogue(session: Session, region: str, path: Path) -> Imported:
    """Bring the region's catalogue to what the file says. Raises ``ImportProblems``; then nothing is changed."""
    table = read_table(path, COLUMNS)
    departments = set(session.scalars(select(Unit.code).where(Unit.region == region, Unit.kind == UnitKind.DEPARTMENT)))
    rows = table.by_code()
    names: dict[str, Row] = {}
    for row in table.rows:
        try:
            _check(row, parse_matter(row.cells), departments)
        except ValueError as error:
            row.complain(*_split(str(error)))
        earlier = names.setdefault(row.text("name"), row)
        if earlier is not row:
            row.complain("name", f"“{row.text('name')}” is in row {earlier.number} already")
    table.check()

    known = {matter.code: matter for matter in rows_of(session, Matter, region)}
    changes = Changes(session)
    for position, (code, row) in enumerate(rows.items(), start=1):
        spec = {column: row.text(column) for column in COLUMNS if column != "code"}
        values = {"position": position, "spec": spec}
        changes.put(known.get(code), Matter, {"region": region, "code": code}, values)
    vanished = known.keys() - rows.keys()
    kept = vanished & referred(session, select(Ticket.matter).where(Ticket.region == region)) if vanished else set()
    for code in kept:
        known[code].spec = {**known[code].spec, "retired": "yes"}
        known[code].position = len(rows) + 1
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
        notes=tuple(f"{code} has tickets and stays, retired: nobody can choose it any more" for code in sorted(kept)),
    )


def _check(row: Row, matter: MatterSpec, departments: set[str]) -> None:
    for column, codes in (("department", (matter.department,)), ("assist", matter.assist)):
        for code in codes:
            if code not in departments:
                row.complain(column, f"“{code}” is no department{suggestion(code, list(departments))}")
    if matter.department in matter.assist:
        row.complain("assist", f"“{matter.department}” leads already")
    if matter.public and matter.category in NEVER_PUBLIC:
        row.complain("public", f"a matter of {matter.category} is never public")
    if matter.photo == "required" and not matter.photo_reason:
        row.complain("photo_reason", "is empty; a photo that is required needs its reason")


def _split(message: str) -> tuple[str | None, str]:
    """“column solve: …” into the column and what is wrong with it."""
    column, separator, what = message.removeprefix("column ").partition(": ")
    if separator:
        return column, what
    column, separator, what = message.removeprefix("column ").partition(" is ")
    return (column, f"is {what}") if separator else (None, message)
