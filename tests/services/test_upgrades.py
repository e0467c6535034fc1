"""Does a city go on while the next release's migrations change its tables?"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from bureau import Bureau
from engines import Engine
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from talking import Talking, reachable

from gridwhistle.services import tickets
from gridwhistle.services.again import again
from gridwhistle.services.store import MIGRATIONS

NEXT_RELEASE = """
import sqlalchemy as sa
from alembic import op

revision = "{name}"
down_revision = "{after}"
branch_labels = None
depends_on = None


def upgrade():
{steps}
"""
ON_POSTGRESQL = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


@pytest.fixture
def city(bureau: Bureau, tmp_path: Path) -> Bureau:
    return reachable(bureau, tmp_path)


def migrations(folder: Path, *steps: str) -> Path:
    """Those of this release and, after them, one for each of the given lines."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    after = ScriptDirectory(str(folder)).get_current_head()
    for number, lines in enumerate(steps):
        name = f"next_{number}"
        indented = "".join(f"    {line}\n" for line in lines.strip().splitlines())
        script = NEXT_RELEASE.format(name=name, after=after, steps=indented)
        (folder / "versions" / f"{name}.py").write_text(script, encoding="utf-8")
        after = name
    return folder


WIDER = (
    """
op.add_column("ticket", sa.Column("of_next_release", sa.String(32), nullable=True))
op.add_column("outbox", sa.Column("kept_until", sa.String(32), nullable=False, server_default=""))
""",
    """
op.create_table("next_release", sa.Column("region", sa.String(32), primary_key=True))
op.create_index("ix_of_next_release", "ticket", ["region", "of_next_release"])
""",
)


def columns(city: Bureau, table: str) -> set[str]:
    return {column["name"] for column in inspect(city.office.store.engine).get_columns(table)}


def waits_for(city: Bureau, table: str) -> bool:
    """Whether somebody wants the whole of a table and does not get it."""
    with city.office.store.engine.begin() as connection:
        return bool(
            connection.scalar(
                text(
                    "SELECT count(*) FROM pg_locks JOIN pg_class ON pg_class.oid = relation"
                    " WHERE relname = :table AND mode = 'AccessExclusiveLock' AND NOT granted"
                ),
                {"table": table},
            )
        )


class Migrating(threading.Thread):
    """The next release's migrations, beside what a test does."""

    def __init__(self, city: Bureau, scripts: Path) -> None:
        super().__init__()
        self.problem: BaseException | None = None
        self._city, self._scripts = city, scripts

    def run(self) -> None:
        try:
            self._city.office.store.migrate(self._scripts)
        except BaseException as problem:  # noqa: BLE001 (looked at by the test)
            self.problem = problem

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for something to be true while they run."""
        while not true():
            assert self.is_alive(), self.problem
            time.sleep(0.002)


def test_an_old_process_keeps_answering_while_a_migration_widens_the_tables(city: Bureau, tmp_path: Path) -> None:
    """What a migration may do while processes of the release before run: add what they do not know of."""
    with Talking(city) as talking:
        city.office.store.migrate(migrations(tmp_path / "next", *WIDER))
        middle = talking.reported
        while talking.reported < middle + 3 and not talking.errors:
            pass
    assert talking.errors == []
    assert "kept_until" in columns(city, "outbox")
    ticket = city.report()
    city.does("zhangmin", tickets.supplement, ticket, "还没修")
    assert city.kinds(ticket)[-1] == "supplement"
    city.close()


@ON_POSTGRESQL
def test_a_migration_that_meets_a_turn_in_a_circle_is_done_again_and_so_is_the_turn(
    city: Bureau, engine: Engine, tmp_path: Path
) -> None:
    assert engine.name == "postgresql"
    migrating = Migrating(city, migrations(tmp_path / "next", *WIDER))
    tries: list[str] = []

    def turn() -> None:
        tries.append("try")
        with city.office.store.begin() as session:
            connection: Connection = session.connection()
            connection.execute(text("LOCK TABLE outbox IN ROW EXCLUSIVE MODE"))
            if len(tries) == 1:
                migrating.start()
                # It has the tickets now.
                migrating.until(lambda: waits_for(city, "outbox"))
            connection.execute(text("LOCK TABLE ticket IN ROW EXCLUSIVE MODE"))

    again(turn)
    migrating.join()
    assert migrating.problem is None
    assert "of_next_release" in columns(city, "ticket")
    assert "kept_until" in columns(city, "outbox")
    city.close()


@ON_POSTGRESQL
def test_turns_do_not_stand_behind_a_migration_that_waits_for_a_long_reader(
    city: Bureau, engine: Engine, tmp_path: Path
) -> None:
    assert engine.name == "postgresql"
    migrating = Migrating(city, migrations(tmp_path / "next", *WIDER))
    with city.office.store.engine.begin() as reader:
        reader.execute(text("SELECT count(*) FROM ticket"))
        migrating.start()
        migrating.until(lambda: waits_for(city, "ticket"))
        assert city.report().number
    migrating.join()
    assert migrating.problem is None
    assert "of_next_release" in columns(city, "ticket")
    city.close()


def test_what_was_migrated_before_a_migration_failed_stays_and_the_next_start_goes_on(
    city: Bureau, tmp_path: Path
) -> None:
    broken = migrations(tmp_path / "broken", WIDER[0], "op.execute('SELECT nothing FROM nowhere')")
    with pytest.raises(DBAPIError):
        city.office.store.migrate(broken)
    assert "kept_until" in columns(city, "outbox")

    city.office.store.migrate(migrations(tmp_path / "mended", *WIDER))
    assert "next_release" in inspect(city.office.store.engine).get_table_names()
    city.close()
