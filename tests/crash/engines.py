"""On which store does the city run, and how is it stopped and started again?"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Protocol

from postgresql import Cluster, NotFound, programs

SMALL = {"max_wal_size": "64MB", "min_wal_size": "32MB", "shared_buffers": "32MB"}
"""It lies on a small disk."""


class Unavailable(Exception):  # noqa: N818 (a state of the machine)
    """This engine cannot run here; the message says why."""


class Engine(Protocol):
    """A store that lies in a folder."""

    name: str
    url: str
    stops: bool
    """Whether it is a server that can be stopped."""

    def stop(self) -> None:
        """Stop at once, as in a crash."""
        ...

    def start(self) -> None:
        """Start, unless it runs."""
        ...

    def save(self, folder: Path) -> None:
        """Keep what is in it, for whoever looks for the cause of a finding."""
        ...

    def close(self) -> None:
        """End it for good."""
        ...


class Sqlite:
    """A file; there is nothing to be stopped."""

    name = "sqlite"
    stops = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = f"sqlite:///{folder / 'city.db'}"

    def stop(self) -> None:
        """It has no server."""

    def start(self) -> None:
        """It has no server."""

    def save(self, folder: Path) -> None:
        """Copy the file, with what is still in its log."""
        for file in self._folder.glob("city.db*"):
            shutil.copy(file, folder)

    def close(self) -> None:
        """Its folder goes with the run."""


class Postgresql:
    """A cluster of its own from the installed programs."""

    name = "postgresql"
    stops = True

    def __init__(self, folder: Path) -> None:
        """Make the cluster and start it. Raises ``Unavailable``."""
        home = folder / "postgresql"
        home.mkdir()
        try:
            self._cluster = Cluster(home, **SMALL)
        except NotFound as problem:
            raise Unavailable(str(problem)) from problem
        self.url = self._cluster.url

    def stop(self) -> None:
        """Stop at once, as in a crash."""
        if self._runs():
            self._cluster.stop("immediate")

    def start(self) -> None:
        """Start, unless it runs; it recovers from the crash."""
        if not self._runs():
            self._cluster.start()

    def save(self, folder: Path) -> None:
        """Write everything as SQL."""
        with (folder / "city.sql").open("wb") as dump:
            subprocess.run([programs() / "pg_dump", self.url], stdout=dump, check=False)

    def close(self) -> None:
        """End it for good."""
        self._cluster.remove()

    def _runs(self) -> bool:
        try:
            self._cluster.run("pg_ctl", "status")
        except RuntimeError:
            return False
        return True


ENGINES = {"sqlite": Sqlite, "postgresql": Postgresql}
