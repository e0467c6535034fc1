"""What time is it?

The clock is passed in everywhere: a test freezes it, the demo moves it ahead.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the time as an aware datetime."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return datetime.now(UTC)


class ShiftableClock:
    """A clock that can be moved ahead: that of the demo (running) and that of the tests (frozen)."""

    def __init__(self, base: Clock | None = None, *, frozen_at: datetime | None = None) -> None:
        self._base = base or SystemClock()
        self._shift = timedelta()
        self._frozen_at = frozen_at

    def now(self) -> datetime:
        """The shifted time, aware, in UTC."""
        return (self._frozen_at or self._base.now()) + self._shift

    @property
    def shift(self) -> timedelta:
        """How far ahead the clock is."""
        return self._shift

    def ahead_to(self, moment: datetime) -> None:
        """Move to ``moment``, never back."""
        self._shift += max(moment - self.now(), timedelta())

    def restore(self, shift: timedelta) -> None:
        """Take up the shift of an earlier run."""
        self._shift = shift


def in_city(moment: datetime) -> datetime:
    """The moment on the city's clocks."""
    return moment.astimezone(CITY_ZONE)
