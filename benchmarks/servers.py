"""On which PostgreSQL is measured where none is named?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgresql import Cluster, NotFound, Server


@contextmanager
def durable() -> Iterator[Server]:
    """A server of one's own from the installed programs, as durable as PostgreSQL is by default.

    Raises ``NotFound`` where PostgreSQL is not installed.
    """
    cluster = Cluster(
        Path(tempfile.mkdtemp(prefix="gridwhistle-benchmark-")), shared_buffers="512MB", max_wal_size="2GB"
    )
    try:
        yield Server(cluster.url)
    finally:
        cluster.remove()


@contextmanager
def database(given: str) -> Iterator[str | None]:
    """The URL of an empty database: the given one, else one of a server of one's own; ``None`` where there is none."""
    if given:
        yield given
        return
    try:
        with durable() as server:
            yield server.create()
    except NotFound as problem:
        print(f"PostgreSQL is not measured: {problem}")
        yield None
