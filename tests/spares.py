"""How does a test get a PostgreSQL database that is like another one, without waiting for a copy of it?

A copied database takes a quarter of a second of work, mostly for PostgreSQL's own tables. So a database that a test
gives back gets the template's rows again and is lent to the next test. One whose tables a test has changed is dropped,
and so is each where the tests' user is no superuser.
"""

from __future__ import annotations

from collections.abc import Iterator

from postgresql import Server
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

KEPT = "kept"
"""The schema with the template's rows."""
_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
_FORM = text(
    """
    SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
        SELECT concat(attrelid::regclass, attname, atttypid, attnotnull, atthasdef) FROM pg_attribute
            JOIN pg_class ON attrelid = pg_class.oid WHERE relnamespace = 'public'::regnamespace AND attnum > 0
        UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT concat(tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ) AS parts (part)
    """
)
"""Tells tables that a test has changed from those it was lent."""
_UNHINDERED = text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")


class Spares:
    """Databases like a template; the template stays as it is from now on, and nobody is connected to it."""

    def __init__(self, server: Server, template: str) -> None:
        self._server = server
        self._like = server.create(template)
        self._free: list[str] = []
        with _connected(self._like) as connection:
            # The template may be a lent database itself.
            connection.execute(text(f"DROP SCHEMA IF EXISTS {KEPT} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {KEPT}"))
            self._tables = connection.scalars(_TABLES).all()
            self._filled = self._with_rows(connection)
            for table in self._filled:
                connection.execute(text(f"CREATE TABLE {KEPT}.{table} AS TABLE {table}"))
            self._form = connection.scalar(_FORM)

    def lend(self) -> str:
        """The URL of a database with the template's tables and rows."""
        return self._free.pop() if self._free else self._server.create(self._like)

    def give_back(self, url: str) -> None:
        """Take a database that nobody needs any longer; whoever is still connected to it is sent away."""
        with _connected(url) as connection:
            connection.execute(_OTHERS)
            usable = connection.scalar(_FORM) == self._form and connection.scalar(_UNHINDERED)
            if usable:
                connection.exec_driver_sql(";".join(self._repairs(self._with_rows(connection))))
        if usable:
            self._free.append(url)
        else:
            self._server.drop(url)

    def _repairs(self, touched: set[str]) -> Iterator[str]:
        # Neither foreign keys nor triggers: in between the rows fit to one another as little as they like.
        yield "SET session_replication_role = replica"
        for table in touched - self._filled:
            yield f"DELETE FROM {table}"  # noqa: S608 (our own tables)
        for table in self._filled:
            # As text: PostgreSQL does not compare JSON.
            strange = f"row::text NOT IN (SELECT row::text FROM {KEPT}.{table} AS row)"  # noqa: S608
            yield f"DELETE FROM {table} AS row WHERE {strange}"  # noqa: S608
            missing = f"row::text NOT IN (SELECT row::text FROM {table} AS row)"  # noqa: S608
            yield f"INSERT INTO {table} SELECT * FROM {KEPT}.{table} AS row WHERE {missing}"  # noqa: S608

    def _with_rows(self, connection: Connection) -> set[str]:
        asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in self._tables)  # noqa: S608
        return set(connection.scalars(text(asked)))


def _connected(url: str) -> Connection:
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect()
