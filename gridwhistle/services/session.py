"""How do new objects of a transaction become rows without a unit of work for each?

SQLAlchemy's unit of work finds out in which order objects depend on one another and which columns each sets; half a
millisecond for a new ticket. Ours have no relationships and are made with all their columns, so they are written like
the other rows of a turn: with one prepared statement for each kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Table, event, insert, inspect
from sqlalchemy.orm import Session, make_transient_to_detached

from gridwhistle.services.prepared import run
from gridwhistle.services.schema import Base, table_of

WRITTEN = "written"


class TurnSession(Session):
    """The objects of one transaction."""


def written(session: Session) -> list[Base]:
    """The new objects that this transaction has written, in their order."""
    found: list[Base] = session.info.setdefault(WRITTEN, [])
    return found


def forget_from(session: Session, number: int) -> None:
    """Let go of the objects written after the first ``number``: a savepoint has taken their rows back."""
    for one in written(session)[number:]:
        if one in session:
            session.expunge(one)
    del written(session)[number:]


@event.listens_for(TurnSession, "before_flush")
def _write_new(session: TurnSession, _context: object, _objects: object) -> None:
    new: list[Base] = list(session.new)
    # The key of a row that goes in the same breath may come again: the unit of work knows what to do then.
    if not new or session.deleted:
        return
    rows: dict[type[Base], list[dict[str, Any]]] = {}
    for one in new:
        row = {name: one.__dict__[name] for name in _columns(type(one)) if name in one.__dict__}
        if len(row) < len(_columns(type(one))):
            # A column is left to its default.
            return
        rows.setdefault(type(one), []).append(row)
    for kind in sorted(rows, key=_place):
        run(session, _insertion(table_of(kind)), rows[kind])
    _are_written(session, new)


def _are_written(session: Session, objects: Iterable[Base]) -> None:
    for one in objects:
        session.expunge(one)
        make_transient_to_detached(one)
        session.add(one)
        written(session).append(one)


@cache
def _columns(kind: type[Base]) -> tuple[str, ...]:
    return tuple(attribute.key for attribute in inspect(kind).column_attrs)


@cache
def _insertion(table: Table) -> Any:
    return insert(table)


@cache
def _place(kind: type[Base]) -> int:
    """Where a table stands when those come first that others refer to."""
    return Base.metadata.sorted_tables.index(table_of(kind))
