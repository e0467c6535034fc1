"""Does a backup hold everything, taken while the city talks, and does a restored store go on?"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import engines
import pytest
from bureau import Bureau
from engines import Engine
from postgresql import programs, server
from sqlalchemy import func, select
from talking import Talking, reachable, with_store

from gridwhistle.services import events, tickets
from gridwhistle.services.schema import Base, Event, Ticket
from gridwhistle.services.store import Store

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture
def city(bureau: Bureau, tmp_path: Path) -> Bureau:
    return reachable(bureau, tmp_path)


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
    city.office = with_store(city.office, Store(url) if engine.name == "sqlite" else engines.OwnDatabase(url))
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
