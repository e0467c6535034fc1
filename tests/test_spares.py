"""Is a database that a test has used as good as new for the next one?"""

from __future__ import annotations

from collections.abc import Iterator

import engines
import pytest
from postgresql import NotFound, server
from spares import Spares
from sqlalchemy import select, text

from gridwhistle.bot.settings import Settings
from gridwhistle.bot.transcript.world import World
from gridwhistle.services.schema import Base
from gridwhistle.services.store import Store


@pytest.fixture(scope="module")
def spares() -> Iterator[Spares]:
    try:
        with engines.on("postgresql") as engine:
            city = World(Settings(), engine).fresh_store()
            city.engine.dispose()
            yield Spares(server(), city.url)
            city.close()
    except NotFound as reason:
        pytest.skip(str(reason))


def rows(url: str) -> dict[str, list[str]]:
    store = Store(url)
    with store.engine.connect() as connection:
        found = {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
        }
    store.engine.dispose()
    return found


def change(url: str, *statements: str) -> None:
    store = Store(url)
    with store.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    store.engine.dispose()


def test_the_next_test_finds_the_templates_rows_whatever_the_last_one_did(spares: Spares) -> None:
    lent = spares.lend()
    before = rows(lent)
    change(
        lent,
        "DELETE FROM post",
        "UPDATE person SET name = 'somebody else'",
        "DELETE FROM contact",
        "INSERT INTO counter (region, key, value) VALUES ('fujin', 'new', 7)",
    )
    assert rows(lent) != before
    spares.give_back(lent)

    assert spares.lend() == lent
    assert rows(lent) == before


def test_whoever_forgot_to_leave_is_sent_away(spares: Spares) -> None:
    lent = spares.lend()
    forgotten = Store(lent).engine.connect()
    forgotten.execute(text("LOCK TABLE person"))
    spares.give_back(lent)

    assert spares.lend() == lent
    forgotten.invalidate()


@pytest.mark.parametrize(
    "statement",
    ["ALTER TABLE person ADD COLUMN more INT", "DROP INDEX ix_inbox_heard", "CREATE TABLE more (id INT)"],
)
def test_nobody_gets_tables_that_a_test_has_changed(spares: Spares, statement: str) -> None:
    lent = spares.lend()
    change(lent, statement)
    spares.give_back(lent)

    assert spares.lend() != lent
