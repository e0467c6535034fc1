"""What time is it in the city that is being broken, for all of its processes at once?"""

from __future__ import annotations

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gridwhistle.services.clock import CITY_ZONE

BEGINS = datetime(2026, 11, 23, 9, 0, tzinfo=CITY_ZONE)
"""A Monday morning, so that letters go out and workers are on duty."""


class CityClock:
    """The machine's clock and a shift that all processes share; the harness moves it while they run."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(struct.pack("d", (BEGINS - datetime.now(UTC)).total_seconds()))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), 8)

    def now(self) -> datetime:
        """The city's time, aware, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self._shift)

    def jump(self, span: timedelta) -> None:
        """Let all clocks jump, forwards or backwards."""
        self._shared[:] = struct.pack("d", self._shift + span.total_seconds())

    @property
    def _shift(self) -> float:
        return float(struct.unpack("d", self._shared[:])[0])
