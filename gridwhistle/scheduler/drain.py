"""Which timers are due, and has each had its effect exactly once?"""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from gridwhistle.scheduler.job import Job
from gridwhistle.services import timers
from gridwhistle.services.office import Office
from gridwhistle.services.timers import DueTimer

log = structlog.get_logger(__name__)


class Drain:
    """Runs due timers, each in one transaction that also removes it."""

    def __init__(self, office: Office, jobs: Iterable[Job]) -> None:
        self._office = office
        self._jobs = {job.name: job for job in jobs}

    def run_due(self) -> int:
        """Run everything that is due now, oldest first; gives how many timers had their effect."""
        done = 0
        while True:
            with self._office.desk() as desk:
                due = timers.claim(desk)
            if not due:
                return done
            done += sum(self._run(timer) for timer in due)

    def _run(self, timer: DueTimer) -> bool:
        try:
            with self._office.desk() as desk:
                if not timers.take(desk, timer):
                    return False
                self._jobs[timer.job].run(desk, timer)
        except Exception:
            # One broken timer must not hold up the others: it waits longer each time, and the log has the cause.
            log.exception("timer.failed", job=timer.job, key=timer.key)
            with self._office.desk() as desk:
                timers.postpone(desk, timer)
            return False
        return True
