"""How is the store opened, and how does one transaction run on either engine?

The only module that knows the differences between SQLite and PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uuid_utils
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from gridwhistle.services.schema import Base

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MILLISECONDS = 20_000


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
                url,
                connect_args={"check_same_thread": False, "timeout": BUSY_MILLISECONDS / 1000},
                **({"poolclass": StaticPool} if in_memory else {}),
            )
            _make_sqlite_strict(self.engine)
        elif parsed.get_backend_name() == "postgresql":
            self.engine = create_engine(url, pool_pre_ping=True)
        else:
            raise ValueError(f"the store runs on SQLite or PostgreSQL, not on “{parsed.get_backend_name()}”")

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back by any exception."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def migrate(self) -> None:
        """Bring the tables to this release's form (Alembic)."""
        with self.engine.begin() as connection:
            command.upgrade(self._alembic(connection), "head")

    def create_for_test(self) -> None:
        """Create the tables directly from the models; a test proves that the migrations give the same."""
        Base.metadata.create_all(self.engine)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def _alembic(self, connection: Connection) -> Config:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        return config


def insert_or_ignore(session: Session, table: Table, **values: Any) -> bool:
    """Insert a row unless its key is there already; tells whether it was inserted."""
    done = session.connection().execute(_insert(session, table).on_conflict_do_nothing(), values)
    return bool(done.rowcount == 1)


def upsert(session: Session, table: Table, key: Mapping[str, str], values: Mapping[str, Any]) -> None:
    """Insert the row of this key, or give the one that is there these values."""
    row = _insert(session, table)
    session.connection().execute(
        row.on_conflict_do_update(index_elements=list(key), set_={name: row.excluded[name] for name in values}),
        {**key, **values},
    )


def count_up(session: Session, table: Table, **key: str) -> int:
    """Add one to the ``value`` of the counter row of this key and give the new value."""
    counted = (
        _insert(session, table)
        .on_conflict_do_update(index_elements=list(key), set_={"value": table.c.value + 1})
        .returning(table.c.value)
    )
    return int(session.connection().execute(counted, {"value": 1, **key}).scalar_one())


def _insert(session: Session, table: Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if _on_sqlite(session) else postgresql.insert(table)


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _make_sqlite_strict(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        # The driver must not begin transactions by itself: on_begin does, at once for writing.
        connection.isolation_level = None
        cursor = connection.cursor()
        # FULL loses nothing that was acknowledged when the power goes (measured: a quarter slower than NORMAL).
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MILLISECONDS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        # DEFERRED would fail with “database is locked” when a reader turns writer beside another writer.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
