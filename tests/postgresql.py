"""Where do the tests find a PostgreSQL, and how do they get databases of their own in it?

GRIDWHISTLE_TEST_POSTGRESQL_URL names a server whose user may create databases. Without it a throw-away cluster is
started from the installed programs, on a free port, in a temporary folder.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from functools import cache
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

GIVEN = "GRIDWHISTLE_TEST_POSTGRESQL_URL"
OLDEST = 15
USER = "gridwhistle"
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
"""Nobody pulls the plug of an ordinary test."""
_numbers = count()


class NotFound(Exception):  # noqa: N818 (the reason of a skip)
    """There is no PostgreSQL to test with."""


class Server:
    """A PostgreSQL in which databases can be made."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._admin = create_engine(url, isolation_level="AUTOCOMMIT")
        self._made: set[str] = set()

    def create(self, template: str | None = None) -> str:
        """A new database, empty or like the one at the URL ``template``; gives its URL."""
        url = make_url(self.url).set(database=f"test_{os.getpid()}_{next(_numbers)}")
        like = make_url(template).database if template else "template0"
        self._run(f'CREATE DATABASE "{url.database}" TEMPLATE "{like}"')
        made = url.render_as_string(hide_password=False)
        self._made.add(made)
        return made

    def drop(self, url: str) -> None:
        """Take a database away, whoever is connected to it."""
        self._run(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')
        self._made.discard(url)

    def leave(self) -> None:
        """Take away all databases that were made here; a cluster of one's own goes as a whole."""
        for url in tuple(self._made):
            self.drop(url)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


class Cluster:
    """A PostgreSQL of one's own, run from the installed programs."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """Make and start it in an empty folder. Raises ``NotFound`` where PostgreSQL is not installed."""
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        self._programs = programs()
        self._as_user: list[str] = []
        if os.geteuid() == 0:
            # PostgreSQL refuses to be run by root.
            user = unprivileged()
            shutil.chown(folder, user)
            self._as_user = ["runuser", "-u", user, "--"]
        self.run("initdb", "--no-sync", "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8")
        known = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200"}
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            for name, value in {**known, **settings, "port": str(self.port)}.items():
                file.write(f"{name} = '{value}'\n")
        self.start()

    @property
    def url(self) -> str:
        """The URL of its first database."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.run("pg_ctl", "-w", "-l", str(self.folder / "log"), "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: ``fast`` ends the sessions, ``immediate`` is as good as the plug pulled."""
        self.run("pg_ctl", "-w", "-m", mode, "stop")

    def remove(self) -> None:
        """Stop it and take it away."""
        if (self.data / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs on the cluster's data; gives what it printed."""
        command = [*self._as_user, str(self._programs / program), "-D", str(self.data), *arguments]
        # pg_ctl's server keeps the pipes it is given open.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(command, stdout=said, stderr=said, cwd="/", check=False)  # noqa: S603 (our own words)
            said.seek(0)
            words = said.read().decode()
        if done.returncode:
            raise RuntimeError(f"{program} failed: {words}")
        return words


@cache
def server() -> Server:
    """The server of this run of the tests. Raises ``NotFound``."""
    given = os.environ.get(GIVEN)
    if given:
        lent = Server(given)
        atexit.register(lent.leave)
        return lent
    programs()
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="gridwhistle-postgresql-")), **QUICK)
    atexit.register(cluster.remove)
    return Server(cluster.url)


def programs() -> Path:
    """The folder of the newest installed PostgreSQL. Raises ``NotFound`` where there is none, or an old one only."""
    beside = shutil.which("pg_ctl")
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *([Path(beside).resolve().parent] if beside else [])]
    found = sorted((_version(folder), folder) for folder in folders if (folder / "initdb").exists())
    if not found or found[-1][0] < OLDEST:
        raise NotFound(f"no PostgreSQL {OLDEST} or newer is installed, and {GIVEN} is not set")
    return found[-1][1]


def _version(folder: Path) -> int:
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    return int(said.stdout.split()[2].split(".")[0])


def unprivileged() -> str:
    """Somebody to run it as when we are root."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NotFound("PostgreSQL cannot be run by root, and there is no other user")


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
