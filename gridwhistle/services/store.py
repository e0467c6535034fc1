"""How is the store opened, and how does one transaction run on either engine?

The only module that knows the differences between SQLite and PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import orjson
import uuid_utils
from sqlalchemy import (
    ColumnElement,
    Delete,
    Engine,
    Select,
    Table,
    Update,
    bindparam,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from gridwhistle.services import sqlite_dialect
from gridwhistle.services.many_rows import FEW, folded, unfolding
from gridwhistle.services.migrating import migrate
from gridwhistle.services.one_writer import MOST_PARTS, OneWriter
from gridwhistle.services.prepared import fetch, put_down, run
from gridwhistle.services.schema import Base, Counter, table_of
from gridwhistle.services.session import TurnSession, forget_from, written

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MILLISECONDS = 20_000
PRAGMAS = (
    "journal_mode=WAL",
    # Loses nothing that was acknowledged when the power goes (measured: a quarter slower than NORMAL).
    "synchronous=FULL",
    "foreign_keys=ON",
    # What a day's turns touch is found in the process (KiB); of the default's 2 MB half was read again and again.
    "cache_size=-32000",
    # Pages that turn after turn writes anew (16 MB of log; the default's 4 MB: a twelfth more bytes for each turn) are
    # brought home once for all.
    "wal_autocheckpoint=4000",
    # What a savepoint would take back is kept in the process, however much it is.
    "temp_store=MEMORY",
    f"busy_timeout={BUSY_MILLISECONDS}",
)
ALONE_AND_IN_NOBODYS_WAY = (
    # Any number that the city's other programs do not lock.
    f"SELECT pg_advisory_xact_lock({0x6772_6964})",
    # Turns stand behind whoever waits for a whole table. Shorter than deadlock_timeout: in a circle we step back first.
    "SET LOCAL lock_timeout = '500ms'",
)
"""How a migration begins on PostgreSQL."""
_Upsert = TypeVar("_Upsert", sqlite.Insert, postgresql.Insert)
LATE = "late"
LAST = "last"


def new_id() -> str:
    """A UUIDv7 as 32 hexadecimal digits: sorted by the time it was given out."""
    return uuid_utils.uuid7().hex


class Store:
    """The database of a region's processes."""

    def __init__(self, url: str) -> None:
        """Open ``url``; a SQLite file's folder is created. Raises ``ValueError`` for other engines and for no URL."""
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise ValueError("this is no database URL; write sqlite:///var/gridwhistle.db or postgresql://…") from error
        self.url = url
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            in_memory = parsed.database in (None, "", ":memory:")
            if not in_memory:
                Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
            self.engine = create_engine(
                parsed.set(drivername=f"sqlite+{sqlite_dialect.NAME}"),
                # A failed statement is logged without people's data.
                hide_parameters=True,
                json_serializer=_as_json,
                connect_args={"check_same_thread": False, "timeout": BUSY_MILLISECONDS / 1000},
                **({"poolclass": StaticPool} if in_memory else {}),
            )
            _make_sqlite_strict(self.engine)
            self._one_writer = OneWriter(self.engine)
        elif parsed.get_backend_name() == "postgresql":
            self.engine = create_engine(
                url,
                hide_parameters=True,
                json_serializer=_as_json,
                pool_pre_ping=True,
            )
        else:
            raise ValueError(f"the store runs on SQLite or PostgreSQL, not on “{parsed.get_backend_name()}”")

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back by any exception.

        On SQLite the threads of a process take turns (``one_writer``), and a thread has one transaction at a time.
        """
        with self._session() as session, session.begin():
            yield session
            write_now(session)
            _write_last(session)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        if not self.is_sqlite:
            with TurnSession(self.engine, expire_on_commit=False) as session, _hand_of(session):
                yield session
            return
        with (
            self._one_writer.part() as (connection, joined),
            TurnSession(
                connection,
                expire_on_commit=False,
                join_transaction_mode="create_savepoint" if joined else "rollback_only",
            ) as session,
            _hand_of(session),
        ):
            yield session

    @property
    def most_together(self) -> int:
        """How many transactions of a thread are worth one commit."""
        return MOST_PARTS if self.is_sqlite else 1

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let the transactions of this thread share a commit at the end, on SQLite; each is still undone alone.

        Nothing of them is on the disk before the end. Raises ``Lost`` there, or what the commit has raised, where
        nothing of them has happened.
        """
        if not self.is_sqlite:
            yield
            return
        with self._one_writer.together():
            yield

    def migrate(self, scripts: Path = MIGRATIONS) -> None:
        """Bring the tables to this release's form (Alembic); of several processes that want to one does it.

        Raises ``DBAPIError`` where others hold a table for more than a minute.
        """
        migrate(self.engine, scripts, () if self.is_sqlite else ALONE_AND_IN_NOBODYS_WAY)

    def create_for_test(self) -> None:
        """Create the tables directly from the models; a test proves that the migrations give the same."""
        Base.metadata.create_all(self.engine)

    def close(self) -> None:
        """Give all connections back."""
        if self.is_sqlite:
            self._one_writer.close()
        self.engine.dispose()


@contextmanager
def _hand_of(session: Session) -> Iterator[None]:
    try:
        yield
    finally:
        put_down(session)


@dataclass(frozen=True, kw_only=True)
class Insertion:
    """How rows of a table are written: plainly, unless their key is there, or over the row that is there.

    Built once for each kind of row, because building a statement costs more than running it. ``conflict`` names the
    key's columns; ``update`` those that a row that is there gets anew, none to leave it as it is; ``only_if`` tells
    from the new values whether it gets them.
    """

    table: Table
    conflict: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    only_if: Callable[[ReadOnlyColumnCollection[str, Any]], ColumnElement[bool]] | None = None

    def on(self, session: Session) -> sqlite.Insert | postgresql.Insert:
        """The statement for the session's engine."""
        return self._for_sqlite if _on_sqlite(session) else self._for_postgresql

    @cached_property
    def _for_sqlite(self) -> sqlite.Insert:
        return self._with_conflict(sqlite.insert(self.table))

    @cached_property
    def _for_postgresql(self) -> postgresql.Insert:
        return self._with_conflict(postgresql.insert(self.table))

    def _with_conflict(self, row: _Upsert) -> _Upsert:
        if self.update:
            return row.on_conflict_do_update(
                index_elements=self.conflict,
                set_={name: row.excluded[name] for name in self.update},
                where=self.only_if(row.excluded) if self.only_if else None,
            )
        return row.on_conflict_do_nothing(index_elements=self.conflict) if self.conflict else row

    def together(self, names: tuple[str, ...]) -> postgresql.Insert:
        """The statement for many rows with different keys at once, on PostgreSQL."""
        found = self._together.get(names)
        if found is None:
            found = self._together[names] = self._with_conflict(unfolding(self.table, names))
        return found

    @cached_property
    def _together(self) -> dict[tuple[str, ...], postgresql.Insert]:
        return {}


def insert(session: Session, how: Insertion, row: Mapping[str, Any]) -> bool:
    """Write one row now; tells whether it was written or changed anything."""
    return run(session, how.on(session), [row]) == 1


def insert_later(session: Session, how: Insertion, row: MutableMapping[str, Any]) -> None:
    """Write a row together with all of its kind just before the commit: one statement for many rows."""
    _late(session).rows.setdefault(how, []).append(row)


def change_later(session: Session, how: Update | Delete, values: Mapping[str, Any]) -> None:
    """Change rows that the store has now, just before the rows that wait for the commit are written."""
    _late(session).changes.setdefault(how, []).append(values)


def waiting(session: Session, how: Insertion) -> Sequence[MutableMapping[str, Any]]:
    """The rows of a kind that wait for the commit; what is changed in them is written so."""
    return _late(session).rows.get(how, [])


def forget(session: Session, how: Insertion, unwanted: Callable[[Mapping[str, Any]], bool]) -> None:
    """Take back rows of a kind that wait for the commit."""
    rows = _late(session).rows
    if how in rows:
        rows[how] = [row for row in rows[how] if not unwanted(row)]


def write_now(session: Session) -> None:
    """Write what waits for the commit, for whoever wants to read or change it in this transaction."""
    late = _late(session)
    for statement, values in late.changes.items():
        run(session, statement, values)
    for how, rows in late.rows.items():
        # One statement cannot write over one row twice.
        if rows and how.update:
            run(session, how.on(session), rows)
        elif rows:
            _insert_many(session, how, rows)
    session.info.pop(LATE)


def at_commit(session: Session, how: Insertion) -> dict[tuple[str, ...], MutableMapping[str, Any]]:
    """Rows by their key that are written after all else, in the order of their keys; fill it.

    For rows that many transactions write: whoever holds one waits for nothing but the next, so that no two can wait
    for one another. Going back to a savepoint leaves them.
    """
    rows: dict[Insertion, dict[tuple[str, ...], MutableMapping[str, Any]]] = session.info.setdefault(LAST, {})
    return rows.setdefault(how, {})


def _write_last(session: Session) -> None:
    session.flush()
    for how, rows in session.info.pop(LAST, {}).items():
        if rows:
            _insert_many(session, how, [rows[key] for key in sorted(rows)])


def _insert_many(session: Session, how: Insertion, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows with different keys, or whose keys may be there already."""
    if _on_sqlite(session) or len(rows) <= FEW:
        run(session, how.on(session), rows)
    else:
        session.connection().execute(how.together(tuple(rows[0])), {"rows": folded(how.table, rows)})


@dataclass(frozen=True, slots=True)
class _Late:
    changes: dict[Update | Delete, list[Mapping[str, Any]]] = field(default_factory=dict)
    rows: dict[Insertion, list[MutableMapping[str, Any]]] = field(default_factory=dict)


def _late(session: Session) -> _Late:
    late: _Late = session.info.setdefault(LATE, _Late())
    return late


class Savepoint:
    """A point that a part of a transaction can go back to, rows that wait for the commit included."""

    def __init__(self, session: Session) -> None:
        write_now(session)
        self._session = session
        self._nested = session.begin_nested()
        # SQLAlchemy would set it at the session's next statement, which may be one of ours on the driver's cursor.
        session.connection()
        self._written = len(written(session))

    def commit(self) -> None:
        """Keep what came after it."""
        self._nested.commit()

    def rollback(self) -> None:
        """Undo what came after it."""
        self._session.info.pop(LATE, None)
        self._nested.rollback()
        forget_from(self._session, self._written)


def hold(session: Session, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> None:
    """Lock rows until the transaction ends, before they are read; on SQLite the one writer has them all already.

    Two statements: what PostgreSQL reads in the statement that waited may be older than what it waited for.
    """
    if not _on_sqlite(session):
        fetch(session, statement, values)


def count_up(session: Session, region: str, key: str) -> int:
    """Add one to a counter of the region and give the new value; it begins at one."""
    how = _COUNT_SQLITE if _on_sqlite(session) else _COUNT_POSTGRESQL
    return int(fetch(session, how, {"region": region, "key": key, "value": 1})[0].value)


_COUNTERS = table_of(Counter)
_COUNT: dict[str, Any] = {name: bindparam(name) for name in ("region", "key", "value")}
_COUNT_SQLITE = (
    sqlite.insert(_COUNTERS)
    .values(_COUNT)
    .on_conflict_do_update(index_elements=["region", "key"], set_={"value": _COUNTERS.c.value + 1})
    .returning(_COUNTERS.c.value)
)
_COUNT_POSTGRESQL = (
    postgresql.insert(_COUNTERS)
    .values(_COUNT)
    .on_conflict_do_update(index_elements=["region", "key"], set_={"value": _COUNTERS.c.value + 1})
    .returning(_COUNTERS.c.value)
)


def _as_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _make_sqlite_strict(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        # The driver must not begin transactions by itself: our dialect does, at once for writing.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
