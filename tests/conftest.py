from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from bureau import Bureau
from engines import ENGINES, Engine, on
from hypothesis import HealthCheck, settings
from postgresql import NotFound

from gridwhistle.services.store import Store

# A loaded machine is no bug, and every example that touches a city's store makes its own savepoint there.
settings.register_profile("city", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
settings.load_profile("city")


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """SQLite, then PostgreSQL."""
    try:
        with on(request.param) as engine:
            yield engine
    except NotFound as reason:
        pytest.skip(str(reason))


@pytest.fixture
def created(engine: Engine) -> Iterator[Store]:
    """A store with all tables and no row."""
    store = engine.created()
    yield store
    store.close()


@pytest.fixture
def bureau(engine: Engine, tmp_path: Path) -> Iterator[Bureau]:
    bureau = Bureau(tmp_path)
    yield bureau
    bureau.close()


@pytest.fixture
def restored() -> Iterator[None]:
    """The log as it was, for a test that sets it up."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
