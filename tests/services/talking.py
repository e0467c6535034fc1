"""How does a resident talk beside what a test does to the store?"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Self

from bureau import Bureau

from gridwhistle.services.again import again
from gridwhistle.services.office import Office
from gridwhistle.services.store import Store


def reachable(city: Bureau, folder: Path) -> Bureau:
    """The city in a store that other connections and processes can reach."""
    memory = city.office.store
    if memory.is_sqlite:
        on_disk = Store(f"sqlite:///{folder}/city.db")
        source, target = memory.engine.raw_connection(), on_disk.engine.raw_connection()
        source.driver_connection.backup(target.driver_connection)  # type: ignore[union-attr]
        source.close()
        target.close()
        memory.close()
        city.office = with_store(city.office, on_disk)
    return city


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
