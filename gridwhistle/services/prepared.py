"""How does a statement that every turn runs reach the driver without being prepared anew each time?

SQLAlchemy spends about 80 µs around each execution, ten times what SQLite needs for the row. The statements of a turn
are built once; here they are compiled once too, and run on the driver's own cursor in the session's transaction. On
PostgreSQL they run as usual.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import Delete, Dialect, Insert, Select, Update
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Process: TypeAlias = Callable[[Any], Any] | None
Statement: TypeAlias = Select[*tuple[Any, ...]] | Insert | Update | Delete

COUNTED = {"preserve_rowcount": True}
_HAND = "hand"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ready:
    """A statement in SQLite's words, with what turns values into the driver's and back."""

    sql: str
    binds: tuple[tuple[str, Process], ...]
    given: Mapping[str, Any]
    """Values that the statement itself holds."""
    row: Callable[..., Any]
    out: tuple[Process, ...]

    def bound(self, values: Mapping[str, Any]) -> list[Any]:
        merged = {**self.given, **values} if self.given else values
        return [merged[name] if process is None else process(merged[name]) for name, process in self.binds]

    def read(self, row: Sequence[Any]) -> Any:
        return self.row(*[value if process is None else process(value) for process, value in zip(self.out, row)])  # noqa: B905 (the statement's own columns)


@dataclass(frozen=True, slots=True)
class _Hand:
    """A transaction's cursor on SQLite."""

    cursor: DBAPICursor
    dialect: Dialect


def fetch(session: Session, statement: Select[*tuple[Any, ...]] | Insert, values: Mapping[str, Any]) -> Sequence[Any]:
    """All rows of a query, or those that an insertion returns; a row has its columns' names.

    Objects of the session are not flushed first. The query may not hold an ``IN``, which is written anew each time.
    """
    hand = _hand(session)
    if hand is None:
        return session.connection().execute(statement, values).all()
    ready = _ready(statement, hand.dialect, ())
    try:
        hand.cursor.execute(ready.sql, ready.bound(values))
        rows = hand.cursor.fetchall()
    except sqlite3.Error as error:
        raise _told(ready, error) from error
    return [ready.read(row) for row in rows]


def run(session: Session, statement: Insert | Update | Delete, rows: Sequence[Mapping[str, Any]]) -> int:
    """Run a change for every set of values, all with the same names; gives how many rows it has changed."""
    hand = _hand(session)
    if hand is None:
        # By itself SQLAlchemy keeps no count of an insertion's rows.
        return session.connection().execute(statement, rows, execution_options=COUNTED).rowcount
    ready = _ready(statement, hand.dialect, tuple(rows[0]) if isinstance(statement, Insert) else ())
    try:
        hand.cursor.executemany(ready.sql, [ready.bound(values) for values in rows])
    except sqlite3.Error as error:
        raise _told(ready, error) from error
    return hand.cursor.rowcount


def _hand(session: Session) -> _Hand | None:
    """The driver's cursor of the session's only transaction; ``None`` on PostgreSQL."""
    if _HAND not in session.info:
        connection = session.connection()
        on_sqlite = connection.dialect.name == "sqlite"
        session.info[_HAND] = _Hand(connection.connection.cursor(), connection.dialect) if on_sqlite else None
    hand: _Hand | None = session.info[_HAND]
    return hand


@lru_cache(maxsize=512)
def _ready(statement: Statement, dialect: Dialect, columns: tuple[str, ...]) -> _Ready:
    compiled = statement.compile(dialect=dialect, column_keys=list(columns) or None)
    processes = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
    selected = list(statement.selected_columns) if isinstance(statement, Select) else list(statement.exported_columns)
    return _Ready(
        sql=str(compiled),
        binds=tuple((name, processes[name]) for name in getattr(compiled, "positiontup", None) or ()),
        given={name: value for name, value in compiled.params.items() if value is not None},
        row=namedtuple("Row", [str(column.key) for column in selected], rename=True),  # noqa: PYI024 (named at run time)
        out=tuple(column.type.dialect_impl(dialect).result_processor(dialect, None) for column in selected),
    )


def _told(ready: _Ready, error: sqlite3.Error) -> BaseException:
    """The error as SQLAlchemy tells it, without people's data."""
    return DBAPIError.instance(ready.sql, None, error, sqlite3.Error, hide_parameters=True)
