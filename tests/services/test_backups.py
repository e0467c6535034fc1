"""Does a backup hold everything, taken while the city talks, and does a restored store go on?"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import engines
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from bureau import Bureau
from engines import Engine
from postgresql import programs, server
from sqlalchemy import Column, String, func, select

from gridwhistle.services import events, tickets
from gridwhistle.services.again import again
from gridwhistle.services.office import Office
from gridwhistle.services.schema import Base, Event, Ticket
from gridwhistle.services.store import Store

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture
def city(engine: Engine, bureau: Bureau, tmp_path: Path) -> Iterator[Bureau]:
    """A city in a store that other processes can reach."""
    if engine.name == "sqlite":
        memory = bureau.office.store
        on_disk = Store(f"sqlite:///{tmp_path}/city.db")
        source, target = memory.engine.raw_connection(), on_disk.engine.raw_connection()
        source.driver_connection.backup(target.driver_connection)  # type: ignore[union-attr]
        source.close()
        target.close()
        memory.close()
        bureau.office = with_store(bureau.office, on_disk)
    return bureau


def with_store(office: Office, store: Store) -> Office:
    return Office(
        store=store,
        reference=type(office.reference)(office.region),
        wording=office.wording,
        region=office.region,
        clock=office.clock,
        files=office.files,
    )


class Talking:
    """A resident who reports again and again beside what a test does, until the end of the block."""

    def __init__(self, city: Bureau) -> None:
        self.errors: list[BaseException] = []
        self.reported = 0
        self._city = city
        self._enough = threading.Event()
        self._began = threading.Event()
        self._thread = threading.Thread(target=self._talk)

    def __enter__(self) -> Self:
        self._thread.start()
        self._began.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join()

    def _talk(self) -> None:
        try:
            while not self._enough.is_set():
                again(lambda: self._city.report(matter="wires_hanging"))
                self.reported += 1
                self._began.set()
        except BaseException as error:  # noqa: BLE001 (looked at by the test)
            self.errors.append(error)
            self._began.set()


def run(script: str, url: str, file: Path) -> None:
    path = f"{programs()}:{os.environ['PATH']}" if url.startswith("postgresql") else os.environ["PATH"]
    subprocess.run(  # noqa: S603 (our own script)
        [DEPLOY / script, file],
        check=True,
        env={**os.environ, "PATH": path, "GRIDWHISTLE_DATABASE_URL": url},
        stdin=subprocess.DEVNULL,
    )


def rows(store: Store) -> dict[str, int]:
    with store.begin() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def test_a_backup_of_a_talking_city_is_whole_and_a_restored_one_goes_on(
    city: Bureau, engine: Engine, tmp_path: Path
) -> None:
    kept = city.report()
    with Talking(city) as talking:
        run("backup", city.office.store.url, tmp_path / "backup")
    assert talking.errors == []
    after = rows(city.office.store)

    url = f"sqlite:///{tmp_path}/restored/city.db" if engine.name == "sqlite" else server().create()
    run("restore", url, tmp_path / "backup")
    city.office.store.close()
    city.office = with_store(city.office, Store(url) if engine.name == "sqlite" else engines.LentDatabase(url))
    before = rows(city.office.store)
    assert before.keys() == after.keys()
    assert all(before[name] <= after[name] for name in before)
    assert 1 <= before["ticket"] <= talking.reported + 1
    with city.desk() as desk:
        for ticket in desk.session.scalars(select(Ticket)):
            assert events.broken_link(desk, ticket) is None
        assert set(desk.session.scalars(select(Event.subject_id))) >= {kept.id}
    city.does("zhangmin", tickets.supplement, kept, "还没修")
    assert city.kinds(kept)[-1] == "supplement"
    city.close()


def test_an_old_process_keeps_answering_while_a_migration_widens_the_tables(city: Bureau) -> None:
    """What a migration may do while processes of the release before run: add what they do not know of."""
    with Talking(city) as talking:
        before = talking.reported
        with city.office.store.engine.begin() as connection:
            operations = Operations(MigrationContext.configure(connection))
            operations.add_column("ticket", Column("of_next_release", String(32), nullable=True))
            operations.add_column("outbox", Column("kept_until", String(32), nullable=False, server_default=""))
            operations.create_table("next_release", Column("region", String(32), primary_key=True))
            operations.create_index("ix_of_next_release", "ticket", ["region", "of_next_release"])
        middle = talking.reported
        while talking.reported < middle + 3 and not talking.errors:
            pass
    assert talking.errors == []
    assert talking.reported > middle >= before
    ticket = city.report()
    city.does("zhangmin", tickets.supplement, ticket, "还没修")
    assert city.kinds(ticket)[-1] == "supplement"
    city.close()
