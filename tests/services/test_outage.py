"""Which failures of the store pass by themselves?"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gridwhistle.services.one_writer import Lost
from gridwhistle.services.outage import is_outage
from gridwhistle.services.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(f"sqlite:///{tmp_path / 'some.db'}")
    with store.begin() as session:
        session.execute(text("CREATE TABLE thing (name TEXT UNIQUE)"))
    return store


def failure(store: Store, statement: str) -> BaseException:
    with pytest.raises((DBAPIError, sqlite3.Error)) as caught, store.begin() as session:
        session.execute(text(statement))
    return caught.value


def test_a_full_disk_passes(store: Store) -> None:
    with store.begin() as session:
        session.execute(text("PRAGMA max_page_count = 1"))

    assert is_outage(failure(store, "INSERT INTO thing VALUES (hex(randomblob(20000)))"))
    store.close()


def test_a_database_that_somebody_holds_passes(store: Store, tmp_path: Path) -> None:
    with store.begin() as session:
        session.execute(text("PRAGMA busy_timeout = 1"))
    other = sqlite3.connect(tmp_path / "some.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    assert is_outage(failure(store, "INSERT INTO thing VALUES ('x')"))
    other.close()
    store.close()


@pytest.mark.parametrize("statement", ["SELECT * FROM nothing", "SELEC", "INSERT INTO thing VALUES ('a'), ('a')"])
def test_a_wrong_statement_stays_wrong(store: Store, statement: str) -> None:
    assert not is_outage(failure(store, statement))
    store.close()


def test_a_shared_commit_that_was_lost_may_be_tried_again() -> None:
    assert is_outage(Lost())
    assert not is_outage(ValueError())
