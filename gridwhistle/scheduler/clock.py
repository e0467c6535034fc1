"""When does the scheduler look? The only module that knows APScheduler, which supplies the ticks and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler

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
