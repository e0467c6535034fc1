"""When does the scheduler look, and when is a regular job due? The only module that knows APScheduler."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from gridwhistle.services.clock import CITY_ZONE

EVERY_SECONDS = 1.0


class Ticker:
    """Calls a function every second on a thread of its own; late ticks coalesce, and two never overlap."""

    def __init__(self, tick: Callable[[], object], *, every: float = EVERY_SECONDS) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=CITY_ZONE, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._scheduler.add_job(tick, "interval", seconds=every)

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop after the running tick has ended."""
        self._scheduler.shutdown(wait=True)


class Timetable:
    """The times of a regular job on the city's clocks: a line as cron has it (minute, hour, day, month, weekday)."""

    def __init__(self, line: str) -> None:
        """Read the line. Raises ``ValueError`` for one that says no times."""
        self._trigger = CronTrigger.from_crontab(line, timezone=CITY_ZONE)

    def next(self, after: datetime) -> datetime:
        """The first time after a moment."""
        # APScheduler takes a given moment itself as a time unless it was the last one.
        found = self._trigger.get_next_fire_time(after, after)
        if found is None:
            raise ValueError("this line has no more times")
        return found  # type: ignore[no-any-return]

    def latest(self, after: datetime, until: datetime) -> datetime | None:
        """The last time after a moment and not after another; ``None`` if there is none between them."""
        latest = None
        upcoming = self.next(after)
        while upcoming <= until:
            latest, upcoming = upcoming, self.next(upcoming)
        return latest
