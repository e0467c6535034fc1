"""Which running city do the tests of the pages look at?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from browsing import CHROMIUM, DRIVER, chromium, resize, serving
from selenium import webdriver
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


@pytest.fixture(scope="session")
def one_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    if not (shutil.which(CHROMIUM) and shutil.which(DRIVER)):
        pytest.skip("Debian's chromium and chromium-driver are missing")
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def browser(one_browser: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """A browser as new: its start takes longer than a test."""
    resize(one_browser, 1280, 800)
    one_browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
    one_browser.get_log("browser")
    yield one_browser
    # A page left open would hold its server up.
    one_browser.get("about:blank")


@pytest.fixture
def address(world: World, tmp_path: Path) -> Iterator[str]:
    with serving(world, tmp_path) as served:
        yield served
