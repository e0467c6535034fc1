from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from engines import Engine
from hall import Hall
from town import Town

from gridwhistle.services.clock import ShiftableClock


@pytest.fixture
def town(engine: Engine, tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path, ShiftableClock(frozen_at=datetime(2026, 11, 23, 6, 0, tzinfo=UTC)))
    yield town
    town.store.close()


@pytest.fixture
def hall(engine: Engine, tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path)
    yield hall
    hall.stage.close()
