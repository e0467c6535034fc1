from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands of a test find their store: a file that is not there yet."""
    path = tmp_path / "var" / "city.db"
    monkeypatch.setenv("GRIDWHISTLE_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("GRIDWHISTLE_LOG_LEVEL", "error")
    return path
