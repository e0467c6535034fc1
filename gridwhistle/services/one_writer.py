"""How do the threads of a process share SQLite's one writer, and the wait for the disk at its commit?

While a commit waits for the disk nobody can write. So a transaction that ends while others wait for the writer leaves
its commit to the next of them, and returns when that has been made: what is acknowledged is on the disk, and a slow
disk is waited for once by many. Each but the first of such a company has a savepoint of its own to go back to.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine

MOST_PARTS = 16
"""How many transactions go into one commit at most, so that none waits long and other processes get their turn."""


class Lost(Exception):  # noqa: N818 (says what became of the transaction)
    """A transaction was undone through no fault of its own; it may be tried again."""


@dataclass(slots=True)
class _Company:
    """Transactions that share a commit."""

    parts: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    error: BaseException | None = None


class OneWriter:
    """The writing connection of a process, and who is on it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = threading.Lock()
        self._writing: int | None = None
        self._together: int | None = None
        self._waiting: deque[int] = deque()
        self._connection: Connection | None = None
        self._company: _Company | None = None

    @contextmanager
    def part(self) -> Iterator[tuple[Connection, bool]]:
        """The connection for one transaction, and whether it is to set a savepoint; on the disk at the end.

        Among those of a thread that are ``together`` it is on the disk at their end. Raises ``RuntimeError`` in a
        thread that has a transaction open already, ``Lost`` where the commit that was left to others has failed.
        """
        me = threading.get_ident()
        if self._writing == me:
            raise RuntimeError("this thread has a transaction open already")
        if self._together == me:
            with self._part(me, joined=True) as connection:
                yield connection, True
            return
        with self._company_of(me) as company:
            joined = company.parts > 0
            with self._part(me, joined=joined) as connection:
                yield connection, joined

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let the transactions of this thread share a commit at the end; an exception takes none of them back.

        Raises ``RuntimeError`` in a thread that has a transaction open already, ``Lost`` where what was to be committed
        has been lost.
        """
        me = threading.get_ident()
        if me in (self._writing, self._together):
            raise RuntimeError("this thread has a transaction open already")
        with self._company_of(me):
            self._together = me
            try:
                yield
            finally:
                self._together = None

    @contextmanager
    def _company_of(self, me: int) -> Iterator[_Company]:
        """The writer for this thread alone; at the end it is committed, now or by the next in line."""
        self._waiting.append(me)
        try:
            self._turn.acquire()
        finally:
            self._waiting.remove(me)
        try:
            company = self._company or self._gather()
            try:
                yield company
            finally:
                if self._company is not None and not (self._waiting and company.parts < MOST_PARTS):
                    self._commit(company)
        finally:
            self._turn.release()
        company.over.wait()
        if company.error is not None:
            raise Lost from company.error

    @contextmanager
    def _part(self, me: int, *, joined: bool) -> Iterator[Connection]:
        company = self._company
        if company is None:
            raise Lost
        self._writing = me
        try:
            yield self._connected()
            company.parts += 1
        except BaseException as error:
            self._undo(company, error, joined=joined)
            raise
        finally:
            self._writing = None

    def close(self) -> None:
        """Give the connection back."""
        with self._turn:
            self._let_go()

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _gather(self) -> _Company:
        self._connected().begin()
        self._company = _Company()
        return self._company

    def _undo(self, company: _Company, error: BaseException, *, joined: bool) -> None:
        """A transaction has failed: the others of its company go on, unless SQLite gave up the whole."""
        driver = self._connected().connection.driver_connection
        if joined and driver is not None and driver.in_transaction:
            return
        self._end(company, error)

    def _commit(self, company: _Company) -> None:
        try:
            self._connected().commit()
        except BaseException as error:
            self._end(company, error)
            raise
        self._company = None
        company.over.set()

    def _end(self, company: _Company, error: BaseException) -> None:
        company.error = error
        self._company = None
        self._let_go()
        company.over.set()

    def _let_go(self) -> None:
        if self._connection is None:
            return
        try:
            # SQLAlchemy takes a transaction whose commit has failed for over; SQLite keeps it open.
            self._connection.connection.rollback()
        finally:
            self._connection.close()
            self._connection = None
