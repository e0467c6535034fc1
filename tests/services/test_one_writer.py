"""Do transactions that wait for SQLite's writer share a commit, and fail alone?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from gridwhistle.services.one_writer import Lost
from gridwhistle.services.schema import Setting, table_of
from gridwhistle.services.store import Insertion, Store, insert

PLAIN = Insertion(table=table_of(Setting))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/city.db")
    store.create_for_test()
    yield store
    store.close()


def write(key: str) -> Callable[[Session], None]:
    return lambda session: insert(session, PLAIN, {"region": "fujin", "key": key, "value": 1}) and None


def keys(store: Store) -> set[str]:
    with store.begin() as session:
        return set(session.scalars(select(Setting.key)))


class Together:
    """Several transactions, each on a thread, all of which wait while the first is open."""

    def __init__(self, store: Store, *acts: Callable[[Session], None]) -> None:
        self.errors: list[BaseException | None] = [None] * len(acts)
        self.commits = 0
        self.returned: list[int] = []
        self._store = store
        event.listen(store.engine, "commit", self._count)
        threads = [threading.Thread(target=self._run, args=(number, act)) for number, act in enumerate(acts)]
        self._all_wait = threading.Event()
        threads[0].start()
        until(lambda: store._one_writer._writing is not None)
        for number, thread in enumerate(threads[1:], start=1):
            thread.start()
            until(lambda number=number: len(store._one_writer._waiting) == number)
        self._all_wait.set()
        for thread in threads:
            thread.join()
        event.remove(store.engine, "commit", self._count)

    def _count(self, _connection: Connection) -> None:
        self.commits += 1
        self.returned_before = list(self.returned)

    def _run(self, number: int, act: Callable[[Session], None]) -> None:
        try:
            with self._store.begin() as session:
                self._all_wait.wait()
                act(session)
        except BaseException as error:  # noqa: BLE001 (looked at by the test)
            self.errors[number] = error
        self.returned.append(number)


def until(holds: Callable[[], bool]) -> None:
    while not holds():
        time.sleep(0.001)


def test_those_who_wait_share_one_commit_and_return_after_it(store: Store) -> None:
    together = Together(store, *(write(f"key {number}") for number in range(5)))
    assert together.errors == [None] * 5
    assert together.commits == 1
    assert together.returned_before == []
    assert keys(store) == {f"key {number}" for number in range(5)}


@pytest.mark.parametrize("failing", range(4))
def test_one_that_fails_takes_nobody_along(store: Store, failing: int) -> None:
    acts = [write(f"key {number}") for number in range(4)]

    def fail(session: Session) -> None:
        write("lost")(session)
        session.add(Setting(region="fujin", key="lost too", value=1))
        write("lost")(session)

    acts[failing] = fail
    together = Together(store, *acts)
    assert [type(error) for error in together.errors] == [
        IntegrityError if number == failing else type(None) for number in range(4)
    ]
    assert keys(store) == {f"key {number}" for number in range(4) if number != failing}


def test_a_commit_that_fails_is_told_to_all_of_its_company(store: Store) -> None:
    class DiskFull(Exception):  # noqa: N818
        pass

    def fail(_connection: Connection) -> None:
        raise DiskFull

    event.listen(store.engine, "commit", fail)
    together = Together(store, write("a"), write("b"), write("c"))
    event.remove(store.engine, "commit", fail)
    assert sorted(type(error).__name__ for error in together.errors) == ["DiskFull", "Lost", "Lost"]
    assert keys(store) == set()


def test_a_company_that_sqlite_gives_up_is_lost_as_a_whole(store: Store) -> None:
    def give_up(session: Session) -> None:
        write("b")(session)
        # What SQLite does by itself when the disk is full in the middle of a statement.
        session.connection().connection.cursor().execute("ROLLBACK")
        raise OSError

    together = Together(store, write("a"), give_up)
    assert isinstance(together.errors[0], Lost)
    assert together.errors[1] is not None
    with store.begin() as session:
        write("c")(session)
    assert keys(store) == {"c"}


# ---- several of one thread


def _write(store: Store, key: str) -> None:
    with store.begin() as session:
        write(key)(session)


def commits(store: Store) -> list[Connection]:
    made: list[Connection] = []
    event.listen(store.engine, "commit", made.append)
    return made


def test_those_of_one_thread_are_on_the_disk_together(store: Store) -> None:
    made = commits(store)
    with store.together():
        for key in "abc":
            _write(store, key)
        assert made == []
    assert len(made) == 1
    assert keys(store) == {"a", "b", "c"}


@pytest.mark.parametrize("failing", "abc")
def test_one_of_those_that_fails_takes_none_of_them_along(store: Store, failing: str) -> None:
    with store.together():
        for key in "abc":
            with suppress(OSError), store.begin() as session:
                write(key)(session)
                if key == failing:
                    raise OSError
    assert keys(store) == {*"abc"} - {failing}


def test_an_exception_between_them_takes_none_of_them_back(store: Store) -> None:
    with suppress(OSError), store.together():
        _write(store, "a")
        raise OSError
    assert keys(store) == {"a"}


def test_others_join_them_and_wait_for_the_same_commit(store: Store) -> None:
    made = commits(store)
    other = threading.Thread(target=lambda: _write(store, "other"))
    with store.together():
        _write(store, "a")
        other.start()
        until(lambda: len(store._one_writer._waiting) == 1)
    other.join()
    assert len(made) == 1
    assert keys(store) == {"a", "other"}


def test_what_sqlite_gives_up_is_lost_and_nothing_follows_it(store: Store) -> None:
    def give_up() -> None:
        with store.together():
            _write(store, "a")
            with suppress(OperationalError), store.begin() as session:
                session.connection().connection.cursor().execute("ROLLBACK")
                raise OSError
            with pytest.raises(Lost):
                _write(store, "b")

    with pytest.raises(Lost):
        give_up()
    assert keys(store) == set()


def test_they_do_not_lie_within_one_another(store: Store) -> None:
    with store.begin(), pytest.raises(RuntimeError, match="open already"), store.together():
        pass
    with store.together(), pytest.raises(RuntimeError, match="open already"), store.together():
        pass


def test_a_thread_has_one_transaction_at_a_time(store: Store) -> None:
    with store.begin() as session, pytest.raises(RuntimeError, match="open already"), store.begin():
        write("never")(session)
    assert keys(store) == set()


def test_many_threads_lose_nothing(store: Store) -> None:
    def work(name: int) -> None:
        for number in range(20):
            with store.begin() as session:
                write(f"{name} {number}")(session)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys(store)) == 160
