"""Is a file a sound list of posts with their A and B holders (AB顶岗), and what of it is new?

The file is the whole list; a post that is no longer in it is removed, since nothing refers to a post.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwhistle.services.importing.changes import Changes, Imported, rows_of
from gridwhistle.services.importing.table import Row, read_table, suggestion
from gridwhistle.services.reference import bump_version
from gridwhistle.services.schema import Person, Post, PostKind, Role, RoleGrant, Unit, UnitKind

COLUMNS = ("grid", "post", "a", "b", "mentor", "since")

HELD_BY: dict[PostKind, frozenset[Role]] = {
    PostKind.GRID_WORKER: frozenset({Role.GRID_WORKER_FULL, Role.GRID_WORKER_PART, Role.GRID_WORKER_PROFESSIONAL}),
    PostKind.PROPERTY_WORKER: frozenset({Role.PROPERTY_WORKER}),
}
"""With which roles for the grid somebody may hold a post of it."""

_RIGHTS = frozenset().union(*HELD_BY.values())

# Excel turns 2026-03-01 into 2026/3/1 when it saves.
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")


def import_posts(session: Session, region: str, path: Path) -> Imported:
    """Bring the region's posts to what the file says. Raises ``ImportProblems``; then nothing is changed."""
    table = read_table(path, COLUMNS)
    grids = set(session.scalars(select(Unit.code).where(Unit.region == region, Unit.kind == UnitKind.GRID)))
    people = {
        person.code: person.id for person in rows_of(session, Person, region, Person.code.is_not(None)) if person.code
    }
    grants = {
        (grant.person_id, grant.unit, grant.role)
        for grant in rows_of(session, RoleGrant, region, RoleGrant.role.in_(_RIGHTS))
    }
    wanted: dict[tuple[str, PostKind], tuple[Row, dict[str, object]]] = {}
    for row in table.rows:
        grid, post = row.required("grid"), row.one_of("post", PostKind)
        if grid and grid not in grids:
            row.complain("grid", f"“{grid}” is no grid{suggestion(grid, list(grids))}")
        if post is None:
            continue
        given = _read(row, people)
        for column in ("a", "b"):
            _check_right(row, column, given[column], grid, post, grants)
        if (grid, post) in wanted:
            row.complain("post", f"{grid}/{post} is in row {wanted[grid, post][0].number} already")
        wanted[grid, post] = row, given
    table.check()

    known = {(row.grid, row.post): row for row in rows_of(session, Post, region)}
    changes = Changes(session)
    for (grid, post), (_, given) in wanted.items():
        changes.put(known.get((grid, post)), Post, {"region": region, "grid": grid, "post": post}, given)
    vanished = known.keys() - wanted.keys()
    for key in vanished:
        session.delete(known[key])
    session.flush()
    bump_version(session, region)
    empty = sorted(grids - {grid for grid, post in wanted if post is PostKind.GRID_WORKER})
    return Imported(
        file=table.file,
        added=changes.added,
        changed=changes.changed,
        unchanged=changes.unchanged,
        removed=len(vanished),
        notes=tuple(f"{grid} has no grid worker; its matters go to the party group" for grid in empty),
    )


def _read(row: Row, people: dict[str, str]) -> dict[str, object]:
    if row.text("b") and row.text("b") == row.text("a"):
        row.complain("b", "is A as well; a post is covered by somebody else")
    return {
        "a": _person(row, "a", row.required("a"), people),
        "b": _person(row, "b", row.text("b"), people),
        "mentor": _person(row, "mentor", row.text("mentor"), people),
        "since": _day(row),
    }


def _person(row: Row, column: str, code: str, people: dict[str, str]) -> str | None:
    if code and code not in people:
        row.complain(column, f"“{code}” is nobody; import the people first{suggestion(code, list(people))}")
    return people.get(code)


def _check_right(
    row: Row, column: str, holder: object, grid: str, post: PostKind, grants: set[tuple[str, str, Role]]
) -> None:
    if isinstance(holder, str) and not any((holder, grid, role) in grants for role in HELD_BY[post]):
        roles = " or ".join(sorted(HELD_BY[post]))
        row.complain(column, f"“{row.text(column)}” has no role {roles} for “{grid}”")


def _day(row: Row) -> date | None:
    found = _DAY.fullmatch(row.required("since"))
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    if row.text("since"):
        row.complain("since", f"“{row.text('since')}” is no day; write 2026-03-01")
    return None
