"""Is a transaction done again when it was undone through no fault of its own, and only then?"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from engines import Engine
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from gridwhistle.services import again as again_module
from gridwhistle.services.again import TRIES, again
from gridwhistle.services.one_writer import Lost
from gridwhistle.services.schema import Setting, table_of
from gridwhistle.services.store import Insertion, Store, insert

PLAIN = Insertion(table=table_of(Setting))
ON_POSTGRESQL = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again_module, "FIRST_WAIT", 0.0)


def keys(store: Store) -> list[str]:
    with store.begin() as session:
        return sorted(session.scalars(select(Setting.key)))


class Writer:
    """Writes a row, after something has happened to its first tries."""

    def __init__(self, store: Store, *mishaps: Callable[[Session], object]) -> None:
        self.tries = 0
        self._store = store
        self._mishaps = list(mishaps)

    def __call__(self) -> str:
        self.tries += 1
        with self._store.begin() as session:
            insert(session, PLAIN, {"region": "fujin", "key": f"try {self.tries}", "value": 1})
            if self._mishaps:
                self._mishaps.pop(0)(session)
        return "done"


def lost(_session: Session) -> None:
    raise Lost


def test_what_was_lost_is_done_again_from_its_beginning(created: Store) -> None:
    writer = Writer(created, lost, lost)
    assert again(writer) == "done"
    assert writer.tries == 3
    assert keys(created) == ["try 3"]


def test_it_is_given_up_after_some_tries(created: Store) -> None:
    writer = Writer(created, *[lost] * TRIES)
    with pytest.raises(Lost):
        again(writer)
    assert writer.tries == TRIES
    assert keys(created) == []


def test_what_would_fail_again_is_not_tried_again(created: Store) -> None:
    def twice(session: Session) -> None:
        insert(session, PLAIN, {"region": "fujin", "key": "try 1", "value": 1})

    for mishap, error in ((twice, IntegrityError), (lambda session: session.execute(text("nonsense")), DBAPIError)):
        writer = Writer(created, mishap)
        with pytest.raises(error):
            again(writer)
        assert writer.tries == 1


def test_a_file_that_another_process_is_writing_is_tried_again(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/city.db")
    store.create_for_test()
    other = sqlite3.connect(tmp_path / "city.db", isolation_level=None)
    tries: list[str] = []

    def transact() -> None:
        tries.append("try")
        if len(tries) == 1:
            with store.begin() as session:
                session.connection().exec_driver_sql("PRAGMA busy_timeout=0")
            other.execute("BEGIN IMMEDIATE")
        else:
            other.execute("ROLLBACK")
        with store.begin() as session:
            insert(session, PLAIN, {"region": "fujin", "key": "a", "value": 1})

    again(transact)
    assert len(tries) == 2
    assert keys(store) == ["a"]
    other.close()
    store.close()


@ON_POSTGRESQL
def test_a_dropped_connection_is_replaced(created: Store) -> None:
    def drop(session: Session) -> None:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    def drop_unseen(session: Session) -> None:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
        with created.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        insert(session, PLAIN, {"region": "fujin", "key": "never", "value": 1})

    writer = Writer(created, drop, drop_unseen)
    assert again(writer) == "done"
    assert writer.tries == 3
    assert keys(created) == ["try 3"]


@ON_POSTGRESQL
def test_of_two_in_a_deadlock_both_come_to_their_end(created: Store, engine: Engine) -> None:
    assert engine.name == "postgresql"
    with created.begin() as session:
        for key in ("a", "b"):
            insert(session, PLAIN, {"region": "fujin", "key": key, "value": 0})
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []

    def add(first: str, second: str) -> None:
        def transact() -> None:
            tries.append(first)
            with created.begin() as session:
                session.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
                session.execute(_ADD, {"key": first})
                if len(tries) <= 2:
                    both_hold_one.wait()
                session.execute(_ADD, {"key": second})

        again(transact)

    threads = [threading.Thread(target=add, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tries) > 2
    with created.begin() as session:
        assert session.scalars(select(Setting.value).order_by(Setting.key)).all() == [2, 2]


_ADD = text("UPDATE setting SET value = to_json(value::text::int + 1) WHERE key = :key")
