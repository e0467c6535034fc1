"""Do the migrations give exactly the models' tables?"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from engines import Engine
from sqlalchemy import inspect, select, text

from gridwhistle.services.schema import Base, TimerRow
from gridwhistle.services.store import MIGRATIONS, Store


@pytest.fixture
def empty(engine: Engine) -> Iterator[Store]:
    store = engine.empty()
    yield store
    store.close()


def differences(store: Store) -> list[object]:
    with store.engine.begin() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def test_the_migrations_give_exactly_the_models_tables(empty: Store) -> None:
    empty.migrate()

    assert differences(empty) == []


def test_the_migrated_tables_are_keyed_as_the_models_are(empty: Store) -> None:
    empty.migrate()

    inspector = inspect(empty.engine)
    for table in Base.metadata.sorted_tables:
        assert inspector.get_pk_constraint(table.name)["constrained_columns"] == [key.name for key in table.primary_key]
        migrated = sorted(
            (tuple(found["constrained_columns"]), found["referred_table"], found["options"].get("initially"))
            for found in inspector.get_foreign_keys(table.name)
        )
        declared = sorted(
            (tuple(key.column_keys), key.referred_table.name, key.initially) for key in table.foreign_key_constraints
        )
        assert migrated == declared


def test_migrating_twice_changes_nothing(empty: Store) -> None:
    empty.migrate()
    empty.migrate()

    assert differences(empty) == []


def test_timers_that_had_ids_go_on_under_their_keys(empty: Store, tmp_path: Path) -> None:
    before = shutil.copytree(MIGRATIONS, tmp_path / "before", ignore=shutil.ignore_patterns("__pycache__", "0013*"))
    empty.migrate(before)
    keys = [("limit_reminder", "t1", "50%"), ("limit_reminder", "t1", "80%"), ("draft_nudge", "web:a:b", "")]
    with empty.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO timer (region, id, key, job, subject_id, payload, due_at, attempts)"
                " VALUES ('fujin', :id, :key, :job, :subject, '{\"stage\": 1}', '2026-11-23 09:00:00.000000', 2)"
            ),
            [
                {"id": f"{number}", "key": ":".join(key), "job": key[0], "subject": key[1]}
                for number, key in enumerate(keys)
            ],
        )

    empty.migrate()

    with empty.begin() as session:
        rows = session.scalars(select(TimerRow)).all()
        assert {(row.job, row.subject_id, row.part) for row in rows} == set(keys)
        assert {row.key for row in rows} == {":".join(key) for key in keys}
        assert {(row.attempts, str(row.payload)) for row in rows} == {(2, "{'stage': 1}")}


def test_several_processes_that_start_at_once_migrate_once(empty: Store) -> None:
    errors: list[BaseException] = []

    def migrate() -> None:
        try:
            empty.migrate()
        except BaseException as error:  # noqa: BLE001 (looked at below)
            errors.append(error)

    threads = [threading.Thread(target=migrate) for _ in range(1 if empty.is_sqlite else 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert differences(empty) == []


def test_every_region_table_is_keyed_by_the_region_first() -> None:
    for table in Base.metadata.sorted_tables:
        assert next(key.name for key in table.primary_key) == ("code" if table.name == "region" else "region")
