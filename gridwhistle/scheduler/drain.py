"""Which timers are due, and has each had its effect exactly once?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog

from gridwhistle.scheduler.job import Job
from gridwhistle.services import timers
from gridwhistle.services.desk import Desk
from gridwhistle.services.office import Office
from gridwhistle.services.store import new_id
from gridwhistle.services.timers import DueTimer

log = structlog.get_logger(__name__)

LATE = timedelta(minutes=10)
"""From here on a timer is late because nobody ran it, and older ones of a subject may be swallowed by newer ones."""
LONGEST_EFFECTS = 0.2
"""Seconds that the effects of a batch may take: turns wait for it, on SQLite all of them."""
SMALLEST_BATCH = 20
"""On a slow machine smaller ones would only multiply the commits."""


def _nobody(_job: str, _outcome: str) -> None:
    """Nobody listens."""


class Drain:
    """Runs due timers: many in one transaction that also removes them, or one by one where one of them fails."""

    def __init__(self, office: Office, jobs: Iterable[Job], tell: Callable[[str, str], None] = _nobody) -> None:
        """``tell`` hears of every timer: its job, and ``done``, ``held_back`` or ``failed``."""
        self._office, self._tell = office, tell
        self._jobs = {job.name: job for job in jobs}
        self._batch = timers.BATCH
        self._since: datetime | None = None

    def run_due(self) -> int:
        """Run everything that is due now, oldest first; gives how many timers had their effect."""
        done = 0
        while True:
            found, ran, alone = self._run_batch()
            if not found:
                return done
            done += ran + sum(self._run_alone(timer) for timer in alone)

    def _run_batch(self) -> tuple[bool, int, list[DueTimer]]:
        """Whether there were due timers, how many had their effect, and which have to be tried one by one."""
        claimed: list[DueTimer] = []
        try:
            with self._office.desk() as desk:
                claimed = self._claim(desk)
                fresh = [timer for timer in claimed if self._is_fresh(timer)]
                swallowed = self._swallowed(desk, fresh)
                timers.remove(desk, fresh)
                for name in {timer.job for timer in fresh}:
                    self._jobs[name].prepare(desk, [timer for timer in fresh if timer.job == name])
                began = time.monotonic()
                acted = [timer for timer in fresh if self._run(desk, timer, held_back=timer.key in swallowed)]
                if fresh:
                    self._adapt(time.monotonic() - began)
        except Exception as error:
            if not claimed:
                raise
            # Nothing of the batch has happened. Which timer it was shows when each runs alone.
            log.warning("timers.batch_failed", timers=len(claimed), cause=type(error).__name__)
            return True, 0, claimed
        for timer in acted:
            self._tell(timer.job, "held_back" if timer.key in swallowed else "done")
        ran = sum(timer.key not in swallowed for timer in acted)
        return bool(claimed), ran, [timer for timer in claimed if not self._is_fresh(timer)]

    def _is_fresh(self, timer: DueTimer) -> bool:
        """Whether it may share a transaction: it has never failed, and this release knows its job."""
        return not timer.attempts and timer.job in self._jobs

    def _claim(self, desk: Desk) -> list[DueTimer]:
        claimed = timers.claim(desk, self._batch, self._since)
        if len(claimed) < self._batch and self._since is not None:
            claimed = timers.claim(desk, self._batch)
        # While there is a backlog, what is older than this was removed a moment ago.
        self._since = claimed[0].due_at if len(claimed) == self._batch else None
        return claimed

    def _swallowed(self, desk: Desk, claimed: list[DueTimer]) -> set[str]:
        """The keys of late timers that a newer one of their subject makes pointless."""
        late = [timer for timer in claimed if self._jobs[timer.job].swallowed_by and desk.now - timer.due_at > LATE]
        if not late:
            return set()
        latest = timers.later_overdue(desk, sorted({timer.subject_id for timer in late}))
        return {
            timer.key
            for timer in late
            for job in self._jobs[timer.job].swallowed_by
            if latest.get((timer.subject_id, job), timer.due_at) > timer.due_at
        }

    def _run(self, batch: Desk, timer: DueTimer, *, held_back: bool) -> bool:
        """One timer's effect in the transaction of all; whether there was any."""
        if not timers.still_wanted(batch, timer):
            return False
        # Each has its own hands, as if it were alone; who lives where is read once for all.
        desk = batch.as_system()
        desk.addressees = batch.addressees
        self._act(desk, timer, held_back=held_back)
        return True

    def _act(self, desk: Desk, timer: DueTimer, *, held_back: bool) -> None:
        desk.turn = new_id()
        job = self._jobs[timer.job]
        (job.hold_back if held_back else job.run)(desk, timer)

    def _run_alone(self, timer: DueTimer) -> bool:
        try:
            with self._office.desk() as desk:
                if not timers.take(desk, timer):
                    return False
                held_back = timer.key in self._swallowed(desk, [timer])
                self._act(desk, timer, held_back=held_back)
        except Exception:
            # One broken timer must not hold up the others: it waits longer each time, and the log has the cause.
            log.exception("timer.failed", job=timer.job, key=timer.key)
            self._tell(timer.job, "failed")
            with self._office.desk() as desk:
                timers.postpone(desk, timer)
            return False
        self._tell(timer.job, "held_back" if held_back else "done")
        return not held_back

    def _adapt(self, seconds: float) -> None:
        """Batches that take long become smaller, and grow again when they do not."""
        if seconds > LONGEST_EFFECTS:
            self._batch = max(self._batch // 2, SMALLEST_BATCH)
        elif seconds < LONGEST_EFFECTS / 4:
            self._batch = min(self._batch * 2, timers.BATCH)
