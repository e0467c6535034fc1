"""On which engine does a test run, and where does it get its stores?

A test that asks for the fixture ``engine`` (or for one that does) runs on SQLite and on PostgreSQL.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from typing import Protocol

from postgresql import server
from spares import Spares

from gridwhistle.bot.settings import Settings
from gridwhistle.bot.transcript.world import World
from gridwhistle.services import rehearsal
from gridwhistle.services.store import Store

ENGINES = ("sqlite", "postgresql")


class Engine(rehearsal.Stores, Protocol):
    """Where new stores come from."""

    name: str

    def created(self) -> Store:
        """A store with all tables and no row."""
        ...


class Tables(ABC):
    """Makes the tables once, and copies them for each store."""

    @abstractmethod
    def empty(self) -> Store: ...

    @abstractmethod
    def copy_of(self, template: Store) -> Store: ...

    def created(self) -> Store:
        return self.copy_of(self._tables)

    @cached_property
    def _tables(self) -> Store:
        store = self.empty()
        store.create_for_test()
        return store


class InMemory(rehearsal.InMemory, Tables):
    """Stores on SQLite."""

    name = "sqlite"


class OwnDatabase(Store):
    """A store whose database goes when it is closed."""

    def close(self) -> None:
        super().close()
        server().drop(self.url)


class LentDatabase(Store):
    """A store whose database the next test gets when it is closed."""

    def __init__(self, spares: Spares) -> None:
        super().__init__(spares.lend())
        self._spares: Spares | None = spares

    def close(self) -> None:
        super().close()
        # Closed twice it must not be lent to two tests.
        spares, self._spares = self._spares, None
        if spares is not None:
            spares.give_back(self.url)


class OnServer(Tables):
    """Stores on PostgreSQL, each in a database of its own while it is open."""

    name = "postgresql"

    def __init__(self) -> None:
        self._spares: dict[str, Spares] = {}

    def empty(self) -> Store:
        return OwnDatabase(server().create())

    def copy_of(self, template: Store) -> Store:
        if template.url not in self._spares:
            # PostgreSQL copies a database only while nobody is connected to it.
            template.engine.dispose()
            self._spares[template.url] = Spares(server(), template.url)
        return LentDatabase(self._spares[template.url])


_current: Engine = InMemory()


def current() -> Engine:
    """The engine of the test that runs; SQLite for those that do not ask."""
    return _current


@contextmanager
def on(name: str) -> Iterator[Engine]:
    """Let tests run on an engine. Raises ``postgresql.NotFound``."""
    global _current  # noqa: PLW0603 (pytest runs one test at a time)
    before = _current
    if name == "postgresql":
        server()
        _current = _of(name)
    yield _current
    _current = before


@cache
def _of(_name: str) -> Engine:
    return OnServer()


def world() -> World:
    """The demo city on the present engine."""
    return _world(current().name)


@cache
def _world(_name: str) -> World:
    return World(Settings(), current())
