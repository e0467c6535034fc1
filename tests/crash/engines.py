"""On which store does the city run, and how is it stopped and started again?"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Protocol

DEBIAN = Path("/usr/lib/postgresql")
POSTGRESQL_OPTIONS = {
    "listen_addresses": "",
    "max_connections": "60",
    "max_wal_size": "64MB",
    "min_wal_size": "32MB",
    "shared_buffers": "32MB",
}


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
    """A cluster of its own from the installed server, reached by a socket in its folder."""

    name = "postgresql"
    stops = True

    def __init__(self, folder: Path) -> None:
        """Make the cluster and start it. Raises ``Unavailable``."""
        self._bin = _binaries()
        self._data, self._socket = folder / "pg", folder / "s"
        # PostgreSQL refuses to run as root.
        self._user = "postgres" if os.geteuid() == 0 else None
        for one in (self._data, self._socket):
            one.mkdir(mode=0o700)
            if self._user is not None:
                shutil.chown(one, self._user, self._user)
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--wal-segsize=1")
        self.url = f"postgresql+psycopg://postgres@/postgres?host={self._socket}"
        self.start()

    def stop(self) -> None:
        """Stop at once, as in a crash."""
        self._run("pg_ctl", "stop", "-m", "immediate", "-w", check=False)

    def start(self) -> None:
        """Start, unless it runs; recovers from a crash. Raises ``Unavailable``."""
        if self._run("pg_ctl", "status", check=False):
            return
        options = " ".join(f"-c {name}={value}" for name, value in POSTGRESQL_OPTIONS.items())
        log = self._data / "server.log"
        # -l, because the server would keep our pipes open.
        self._run("pg_ctl", "start", "-w", "-t", "60", "-l", str(log), "-o", f"-k {self._socket} {options}")

    def save(self, folder: Path) -> None:
        """Write everything as SQL."""
        with (folder / "city.sql").open("wb") as dump:
            subprocess.run(
                [self._bin / "pg_dump", "-U", "postgres", "-h", str(self._socket), "postgres"], stdout=dump, check=False
            )

    def close(self) -> None:
        """End it for good."""
        self.stop()

    def _run(self, program: str, *given: str, check: bool = True) -> bool:
        ran = subprocess.run(
            [self._bin / program, *given, "-D", str(self._data)],
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            text=True,
            check=False,
        )
        if check and ran.returncode:
            raise Unavailable(f"{program} failed: {(ran.stderr or '').strip()[-200:]}")
        return ran.returncode == 0


ENGINES = {"sqlite": Sqlite, "postgresql": Postgresql}


def _binaries() -> Path:
    """The folder of the newest installed server. Raises ``Unavailable``."""
    found = sorted(DEBIAN.glob("*/bin/pg_ctl"), key=lambda one: int(one.parts[-3])) if DEBIAN.is_dir() else []
    elsewhere = shutil.which("pg_ctl")
    if not found and elsewhere is None:
        raise Unavailable("PostgreSQL is not installed")
    try:
        import psycopg  # noqa: F401, PLC0415
    except ModuleNotFoundError:
        raise Unavailable("PostgreSQL's driver psycopg is not installed") from None
    return (found[-1] if found else Path(str(elsewhere))).resolve().parent
