"""Which regular jobs are due, and does each occasion happen once over all processes?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from gridwhistle.scheduler.clock import Timetable
from gridwhistle.services import occasions
from gridwhistle.services.desk import Desk
from gridwhistle.services.office import Office

log = structlog.get_logger(__name__)

ON_TIME = timedelta(minutes=1)
"""Later than this an occasion counts as missed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CronJob:
    """Something that happens at regular times: its effect is part of the transaction that enters the occasion.

    What concerns many people sets a timer for each of them, so that one letter that fails keeps back no other.
    """

    name: str
    at: str
    """Minute, hour, day of the month, month, day of the week, as cron has it, on the city's clocks."""
    run: Callable[[Desk, datetime], None]
    made_up_within: timedelta
    """So long after its time a missed occasion is still made up; zero for one that is passed over."""


class Cron:
    """Keeps the occasions of some regular jobs."""

    def __init__(self, office: Office, jobs: Iterable[CronJob]) -> None:
        self._office = office
        self._jobs = [(job, Timetable(job.at)) for job in jobs]
        self._next: dict[str, datetime] = {}

    def run_due(self) -> int:
        """Keep what is due now; gives how many occasions this process has kept."""
        now = self._office.clock.now()
        return sum(self._keep(job, table) for job, table in self._jobs if self._next.get(job.name, now) <= now)

    def next_due(self) -> datetime | None:
        """When the next occasion is."""
        now = self._office.clock.now()
        return min((table.next(now) for _, table in self._jobs), default=None)

    def _keep(self, job: CronJob, table: Timetable) -> bool:
        try:
            with self._office.desk() as desk:
                kept = self._run(desk, job, table)
                self._next[job.name] = table.next(desk.now)
        except Exception:
            # It is tried again at the next tick: nothing of it has happened.
            log.exception("cron.failed", job=job.name)
            return False
        return kept

    def _run(self, desk: Desk, job: CronJob, table: Timetable) -> bool:
        last = occasions.last(desk, job.name)
        if last is None:
            # The first start: what was before it is nobody's business, and from now on nothing is forgotten.
            occasions.take(desk, job.name, desk.now)
            return False
        # Of several that were missed only the last is made up: nobody wants three digests at once.
        occasion = table.latest(last, desk.now)
        if occasion is None or not occasions.take(desk, job.name, occasion):
            return False
        late = desk.now - occasion
        if late > max(job.made_up_within, ON_TIME):
            log.warning("cron.passed_over", job=job.name, occasion=occasion.isoformat())
            return False
        job.run(desk, occasion)
        return True
