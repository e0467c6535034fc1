"""Does any statement read a table that grows with the city from end to end?

``watch`` notes every statement that a store runs, ``full_scans`` asks the engine how it would run each of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from gridwhistle.services.store import Store

GROWING = frozenset(
    {"account", "attachment", "audit", "conversation", "event", "follow_up", "inbox", "lane", "outbox", "person",
     "role_grant", "ticket", "timer", "voice", "whistle", "wish", "wish_claim"}
)  # fmt: skip
"""Tables that have a row for every resident, ticket or letter."""
READS = re.compile(r"^\s*(?:WITH|SELECT|UPDATE|DELETE)\b", re.IGNORECASE)
SQLITE_SCAN = re.compile(r"^SCAN (\w+?)(?:_\d+)?(?: |$)")
POSTGRESQL_SCAN = re.compile(r"Seq Scan on (\w+)")


@contextmanager
def watch(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """The statements that the store runs, as they are added: on SQLite with their values in them."""
    seen: list[tuple[str, Any]] = []

    if store.is_sqlite:
        with store.begin() as session:
            driver = session.connection().connection.driver_connection
        if driver is None:
            raise RuntimeError("the store has no connection")
        # What is prepared once goes past SQLAlchemy, so the driver itself is asked.
        driver.set_trace_callback(lambda statement: seen.append((statement, ())))
        try:
            yield seen
        finally:
            driver.set_trace_callback(None)
        return
    from psycopg import Cursor  # noqa: PLC0415 (only where PostgreSQL is measured)

    class Noting(Cursor[Any]):
        """Tells of what it runs: the product's prepared statements go past SQLAlchemy, so the driver is asked."""

        def execute(self, query: Any, params: Any = None, **more: Any) -> Noting:
            seen.append((str(query), params or ()))
            return super().execute(query, params, **more)

        def executemany(self, query: Any, params_seq: Any, **more: Any) -> None:
            rows = list(params_seq)
            seen.extend((str(query), row) for row in rows[:1])
            super().executemany(query, rows, **more)

    def ask(connection: Any, *_more: object) -> None:
        connection.cursor_factory = Noting

    def leave(connection: Any, *_more: object) -> None:
        connection.cursor_factory = Cursor

    event.listen(store.engine, "checkout", ask)
    event.listen(store.engine, "checkin", leave)
    try:
        yield seen
    finally:
        event.remove(store.engine, "checkout", ask)
        event.remove(store.engine, "checkin", leave)


def full_scans(store: Store, statements: list[tuple[str, Any]]) -> dict[str, str]:
    """The statements that read a growing table from end to end, with what they read."""
    found: dict[str, str] = {}
    shapes: set[str] = set()
    with store.begin() as session:
        connection = session.connection()
        if not store.is_sqlite:
            # A table that has a row or two today is read as a whole for good reason: ask how it is read when it grows.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, parameters in statements:
            shape = re.sub(r"'[^']*'|\b\d+\b", "?", statement)
            if shape in shapes or not READS.match(statement):
                continue
            shapes.add(shape)
            if store.is_sqlite:
                cursor = connection.connection.cursor()
                steps = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}")]
                cursor.close()
                scanned = {table[1] for step in steps if (table := SQLITE_SCAN.match(step))}
            else:
                one = parameters[0] if isinstance(parameters, list) else parameters
                steps = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", one)]
                scanned = {table[1] for step in steps if (table := POSTGRESQL_SCAN.search(step))}
            if scanned & GROWING:
                found[shape] = ", ".join(sorted(scanned & GROWING))
    return found
