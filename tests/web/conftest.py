"""Which running city do the tests of the pages look at?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from visitors import MORNING, Person, RunningFrom, TestClient

from gridwhistle.bot.app import Application, build
from gridwhistle.bot.settings import Settings
from gridwhistle.bot.transcript.world import World
from gridwhistle.bot.web.site import build_site
from gridwhistle.services.clock import ShiftableClock

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def world() -> World:
    return World(Settings(cache_dir=ROOT / ".cache", demo=True))


@pytest.fixture
def app(world: World, tmp_path: Path) -> Iterator[Application]:
    store = world.fresh_store()
    yield build(
        world.settings.model_copy(update={"files_dir": tmp_path / "files"}),
        store,
        understanding=lambda _settings, _city: world.trained,
        clock=ShiftableClock(RunningFrom(MORNING)),
    )
    store.close()


@pytest.fixture
def client(app: Application) -> Iterator[TestClient]:
    with TestClient(build_site(app, ticking=False), headers={"X-Gridwhistle": "1"}) as client:
        yield client


@pytest.fixture
def zhangmin(client: TestClient) -> Person:
    return Person(client, "zhangmin")


@pytest.fixture
def liqiang(client: TestClient) -> Person:
    return Person(client, "liqiang")


@pytest.fixture
def later(app: Application):  # noqa: ANN201
    def move(**span: float) -> None:
        app.move_clock(app.office.clock.now() + timedelta(**span))

    return move
