"""How does a statement that every turn runs reach SQLite without being prepared anew each time?

SQLAlchemy spends about 80 µs around each execution, ten times what SQLite needs for the row. The statements of a turn
are built once; here they are compiled once too, and run on the driver's own cursor in the session's transaction. On
other engines they run as usual.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Process: TypeAlias = Callable[[Any], Any] | None
Statement: TypeAlias = Select[*tuple[Any, ...]] | Insert | Update | Delete


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ready:
    """A statement in SQLite's words, with what turns values into the driver's and back."""

    sql: str
    names: tuple[str, ...]
    given: Mapping[str, Any]
    """Values that the statement itself holds."""
    into: Mapping[str, Process]
    row: Callable[..., Any]
    out: tuple[Process, ...]

    def bound(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        bound = []
        for name in self.names:
            value = values[name] if name in values else self.given[name]
            process = self.into.get(name)
            bound.append(process(value) if process else value)
        return tuple(bound)


def fetch(session: Session, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> Sequence[Any]:
    """All rows of a query; a row has its columns' names.

    Objects of the session are not flushed first. The query may not hold an ``IN``, which is written anew each time.
    """
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, values).all()
    ready = _ready(statement, connection.dialect, ())
    cursor = connection.connection.cursor()
    try:
        rows = cursor.execute(ready.sql, ready.bound(values)).fetchall()
    except sqlite3.Error as error:
        raise _told(ready, error) from error
    finally:
        cursor.close()
    return [
        ready.row(*(process(value) if process else value for process, value in zip(ready.out, row, strict=True)))
        for row in rows
    ]


def run(session: Session, statement: Insert | Update | Delete, rows: Sequence[Mapping[str, Any]]) -> int:
    """Run a change for every set of values, all with the same names; gives how many rows it has changed."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, rows).rowcount
    names = tuple(rows[0]) if isinstance(statement, Insert) else ()
    ready = _ready(statement, connection.dialect, names)
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(ready.sql, [ready.bound(values) for values in rows])
    except sqlite3.Error as error:
        raise _told(ready, error) from error
    else:
        return cursor.rowcount
    finally:
        cursor.close()


@lru_cache(maxsize=512)
def _ready(statement: Statement, dialect: Dialect, columns: tuple[str, ...]) -> _Ready:
    compiled = statement.compile(dialect=dialect, column_keys=list(columns) or None)
    names = tuple(getattr(compiled, "positiontup", None) or ())
    selected = list(statement.selected_columns) if isinstance(statement, Select) else []
    return _Ready(
        sql=str(compiled),
        names=names,
        given=dict(compiled.params),
        into={name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()},
        row=namedtuple("Row", [str(column.key) for column in selected], rename=True),  # noqa: PYI024 (named at run time)
        out=tuple(column.type.dialect_impl(dialect).result_processor(dialect, None) for column in selected),
    )


def _told(ready: _Ready, error: sqlite3.Error) -> BaseException:
    """The error as SQLAlchemy tells it, without people's data."""
    return DBAPIError.instance(ready.sql, None, error, sqlite3.Error, hide_parameters=True)
