"""How does a statement that every turn runs reach the driver without being prepared anew each time?

SQLAlchemy spends about 80 µs around each execution, ten times what SQLite needs for the row. The statements of a turn
are built once; here they are compiled once too, and run on the driver's own cursor in the session's transaction.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from gridwhistle.services.schema.base import UtcTime

Process: TypeAlias = Callable[[Any], Any] | None
Statement: TypeAlias = Select[*tuple[Any, ...]] | Insert | Update | Delete

_HAND = "hand"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ready:
    """A statement in an engine's words, with what turns values into the driver's and back."""

    sql: str
    binds: tuple[tuple[str, Process], ...]
    given: Mapping[str, Any]
    """Values that the statement itself holds."""
    named: bool
    """Whether the driver wants its values by name, not in order."""
    row: Callable[..., Any]
    out: tuple[Process, ...]

    def bound(self, values: Mapping[str, Any]) -> Any:
        merged = {**self.given, **values} if self.given else values
        if self.named:
            return {name: merged[name] if process is None else process(merged[name]) for name, process in self.binds}
        return [merged[name] if process is None else process(merged[name]) for name, process in self.binds]

    def read(self, row: Sequence[Any]) -> Any:
        return self.row(*[value if process is None else process(value) for process, value in zip(self.out, row)])  # noqa: B905 (the statement's own columns)


@dataclass(frozen=True, slots=True)
class _Hand:
    """A transaction's cursor."""

    connection: Connection
    cursor: DBAPICursor

    def ready(self, statement: Statement, columns: tuple[str, ...] = ()) -> _Ready:
        return _ready(statement, self.connection.dialect, columns)

    def told(self, ready: _Ready, error: Exception) -> BaseException:
        """The error as SQLAlchemy tells it, without people's data; nobody uses a broken connection again."""
        dialect, driver = self.connection.dialect, self.connection.connection.dbapi_connection
        errors = dialect.loaded_dbapi.Error
        broken = isinstance(error, errors) and dialect.is_disconnect(error, driver, self.cursor)
        if broken:
            self.connection.invalidate(error)
        return DBAPIError.instance(
            ready.sql, None, error, errors, hide_parameters=True, connection_invalidated=broken, dialect=dialect
        )


def fetch(session: Session, statement: Select[*tuple[Any, ...]] | Insert, values: Mapping[str, Any]) -> Sequence[Any]:
    """All rows of a query, or those that an insertion returns; a row has its columns' names.

    Objects of the session are not flushed first. The query may not hold an ``IN``, which is written anew each time.
    """
    hand = _hand(session)
    ready = hand.ready(statement)
    bound = ready.bound(values)
    try:
        hand.cursor.execute(ready.sql, bound)
        rows = hand.cursor.fetchall()
    except Exception as error:
        raise hand.told(ready, error) from error
    return [ready.read(row) for row in rows]


def run(session: Session, statement: Insert | Update | Delete, rows: Sequence[Mapping[str, Any]]) -> int:
    """Run a change for every set of values, all with the same names; gives how many rows it has changed."""
    hand = _hand(session)
    ready = hand.ready(statement, tuple(rows[0]) if isinstance(statement, Insert) else ())
    bound = [ready.bound(values) for values in rows]
    try:
        hand.cursor.executemany(ready.sql, bound)
    except Exception as error:
        raise hand.told(ready, error) from error
    return hand.cursor.rowcount


def _hand(session: Session) -> _Hand:
    """The driver's cursor of the session's only transaction."""
    if _HAND not in session.info:
        connection = session.connection()
        session.info[_HAND] = _Hand(connection, connection.connection.cursor())
    hand: _Hand = session.info[_HAND]
    return hand


def put_down(session: Session) -> None:
    """Close the cursor at the transaction's end, while its connection is still ours.

    Left to the garbage collector it would reset its last statement on whatever thread that runs, under the hands of
    whoever steps through the same statement of the same SQLite connection by then.
    """
    hand: _Hand | None = session.info.pop(_HAND, None)
    if hand is not None:
        # A broken connection has closed it already.
        with suppress(hand.connection.dialect.loaded_dbapi.Error):
            hand.cursor.close()


@lru_cache(maxsize=512)
def _ready(statement: Statement, dialect: Dialect, columns: tuple[str, ...]) -> _Ready:
    compiled = statement.compile(dialect=dialect, column_keys=list(columns) or None)
    processes = {name: _into(bind.type, dialect) for name, bind in compiled.binds.items()}
    selected = list(statement.selected_columns) if isinstance(statement, Select) else list(statement.exported_columns)
    in_order = getattr(compiled, "positiontup", None)
    return _Ready(
        sql=str(compiled),
        binds=tuple((name, processes[name]) for name in (processes if in_order is None else in_order)),
        given={name: bind.value for name, bind in compiled.binds.items() if not bind.required},
        named=in_order is None,
        row=namedtuple("Row", [str(column.key) for column in selected], rename=True),  # noqa: PYI024 (named at run time)
        out=tuple(column.type.dialect_impl(dialect).result_processor(dialect, None) for column in selected),
    )


def _into(kind: TypeEngine[Any], dialect: Dialect) -> Process:
    """What turns a value of a type into the driver's."""
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    # A turn writes few moments, most of them its own, into dozens of columns.
    return lru_cache(maxsize=64)(process) if process is not None and isinstance(kind, UtcTime) else process
