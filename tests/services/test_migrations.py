"""Do the migrations give exactly the models' tables?"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from engines import Engine
from sqlalchemy import inspect

from gridwhistle.services.schema import Base
from gridwhistle.services.store import Store


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
