"""Does one transaction hold everything or nothing, also what waits for its end?"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from gridwhistle.services.prepared import fetch
from gridwhistle.services.schema import Counter, Region, Setting, TimerRow, table_of
from gridwhistle.services.store import (
    Insertion,
    Savepoint,
    Store,
    change_later,
    count_up,
    insert,
    insert_later,
    new_id,
    waiting,
    write_now,
)

SETTINGS = table_of(Setting)
PLAIN = Insertion(table=SETTINGS)
ONCE = Insertion(table=SETTINGS, conflict=("region", "key"))
NEWEST = Insertion(table=SETTINGS, conflict=("region", "key"), update=("value",))
ALL_SEVEN = update(SETTINGS).values(value=7)


class Broken(Exception):  # noqa: N818
    """Something went wrong in the middle of a transaction."""


@pytest.fixture
def store(created: Store) -> Store:
    return created


@pytest.fixture
def in_a_file(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/new folder/city.db")
    store.create_for_test()
    yield store
    store.close()


def row(key: str, value: int = 1) -> dict[str, object]:
    return {"region": "fujin", "key": key, "value": value}


def kept(store: Store) -> dict[str, object]:
    with store.begin() as session:
        return {one.key: one.value for one in session.scalars(select(Setting))}


def test_what_waits_is_written_at_the_end_or_when_somebody_wants_to_read_it(store: Store) -> None:
    with store.begin() as session:
        insert_later(session, PLAIN, row("a"))
        assert session.scalars(select(Setting.key)).all() == []
        assert [one["key"] for one in waiting(session, PLAIN)] == ["a"]
        write_now(session)
        assert session.scalars(select(Setting.key)).all() == ["a"]
        assert waiting(session, PLAIN) == []
        insert_later(session, PLAIN, row("b"))
    assert kept(store) == {"a": 1, "b": 1}


def test_a_waiting_row_can_still_be_changed(store: Store) -> None:
    with store.begin() as session:
        insert_later(session, PLAIN, row("a"))
        waiting(session, PLAIN)[0]["value"] = 2
    assert kept(store) == {"a": 2}


def test_changes_that_wait_touch_what_was_there_and_not_the_rows_that_wait(store: Store) -> None:
    with store.begin() as session:
        insert(session, PLAIN, row("old"))
    with store.begin() as session:
        insert_later(session, PLAIN, row("new"))
        change_later(session, ALL_SEVEN, {})
    assert kept(store) == {"old": 7, "new": 1}


def test_a_row_is_written_plainly_once_or_anew(store: Store) -> None:
    with store.begin() as session:
        assert insert(session, ONCE, row("a", 1))
        assert not insert(session, ONCE, row("a", 2))
        assert insert(session, NEWEST, row("b", 1))
        insert(session, NEWEST, row("b", 2))
    with pytest.raises(IntegrityError), store.begin() as session:
        insert(session, PLAIN, row("a", 3))
    with store.begin() as session:
        insert_later(session, ONCE, row("a", 4))
        insert_later(session, NEWEST, row("b", 5))
        insert_later(session, NEWEST, row("b", 6))
    assert kept(store) == {"a": 1, "b": 6}


def test_a_failure_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.begin() as session:
            session.add(Setting(region="fujin", key="orm", value=1))
            session.flush()
            insert(session, PLAIN, row("now"))
            insert_later(session, PLAIN, row("later"))
            count_up(session, "fujin", "tickets")
            raise Broken

    with pytest.raises(Broken):
        fail()
    assert kept(store) == {}
    with store.begin() as session:
        assert session.scalars(select(Counter)).all() == []
        assert count_up(session, "fujin", "tickets") == 1


def test_what_cannot_be_written_at_the_end_undoes_the_rest(store: Store) -> None:
    with pytest.raises(IntegrityError), store.begin() as session:  # noqa: PT012 (the whole transaction is the statement)
        insert(session, PLAIN, row("a"))
        insert_later(session, PLAIN, row("a"))
    assert kept(store) == {}


def test_a_failed_transaction_keeps_nobody_out(in_a_file: Store, tmp_path: Path) -> None:
    with pytest.raises(Broken), in_a_file.begin() as session:  # noqa: PT012 (the whole transaction is the statement)
        insert(session, PLAIN, row("a"))
        raise Broken
    second = sqlite3.connect(tmp_path / "new folder" / "city.db", timeout=0, isolation_level=None)
    second.execute("BEGIN IMMEDIATE")
    second.execute("ROLLBACK")
    second.close()


def test_a_part_of_a_transaction_can_be_undone_with_what_waits_in_it(store: Store) -> None:
    with store.begin() as session:
        insert_later(session, PLAIN, row("before"))
        savepoint = Savepoint(session)
        insert(session, PLAIN, row("inside"))
        insert_later(session, PLAIN, row("inside later"))
        session.add(Setting(region="fujin", key="inside orm", value=1))
        savepoint.rollback()
        insert_later(session, PLAIN, row("after"))
    assert kept(store) == {"before": 1, "after": 1}


def test_a_part_of_a_transaction_can_be_kept(store: Store) -> None:
    with store.begin() as session:
        savepoint = Savepoint(session)
        insert_later(session, PLAIN, row("inside"))
        savepoint.commit()
    assert kept(store) == {"inside": 1}


def test_a_kept_part_goes_with_the_whole(store: Store) -> None:
    with pytest.raises(Broken), store.begin() as session:  # noqa: PT012 (the whole transaction is the statement)
        savepoint = Savepoint(session)
        insert_later(session, PLAIN, row("inside"))
        savepoint.commit()
        raise Broken
    assert kept(store) == {}


def test_counters_give_every_number_once_to_many_at_a_time(store: Store) -> None:
    given: list[int] = []

    def count() -> None:
        for _ in range(25):
            with store.begin() as session:
                given.append(count_up(session, "fujin", "tickets"))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == list(range(1, 101))
    with store.begin() as session:
        assert count_up(session, "fujin", "others") == 1
        assert count_up(session, "elsewhere", "tickets") == 1


def test_ids_sort_by_the_time_they_were_given_out() -> None:
    ids = [new_id() for _ in range(500)]
    assert ids == sorted(set(ids))
    assert all(len(one) == 32 for one in ids)


def test_times_come_back_aware_and_a_naive_one_is_refused(store: Store) -> None:
    timer = {"region": "fujin", "subject_id": "s", "job": "j", "part": "", "payload": {}, "retry_at": None,
             "attempts": 0}  # fmt: skip
    moment = datetime.fromisoformat("2026-11-23T09:00:00.123456+08:00")
    with store.begin() as session:
        session.add(TimerRow(**timer, due_at=moment))
    with store.begin() as session:
        found = session.scalars(select(TimerRow)).one().due_at
        assert found == moment
        assert found.tzinfo is UTC
    with pytest.raises(ValueError, match="a time without a zone"), store.begin() as session:
        session.add(TimerRow(**{**timer, "part": "l"}, due_at=datetime(2026, 1, 1)))  # noqa: DTZ001


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://localhost/x"])
def test_what_is_no_store_of_ours_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"database URL|SQLite or PostgreSQL"):
        Store(url)


def test_the_file_survives_being_closed(in_a_file: Store) -> None:
    with in_a_file.begin() as session:
        session.add(Region(code="fujin", name="富锦市"))
    in_a_file.close()
    again = Store(in_a_file.url)
    with again.begin() as session:
        assert session.scalars(select(Region.name)).all() == ["富锦市"]
    again.close()


def test_a_transactions_cursor_is_closed_with_it(store: Store) -> None:
    # The garbage collector would close it on any thread, under the hands of whoever runs the same statement by then.
    with store.begin() as session:
        fetch(session, select(Region.code), {})
        hand = session.info["hand"]
    with pytest.raises(hand.connection.dialect.loaded_dbapi.Error, match="closed"):
        hand.cursor.execute("SELECT 1")
