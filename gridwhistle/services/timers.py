"""What must happen when nobody talks, and when?

Timers are rows: set, moved and cancelled in the same transaction as their cause, and removed in the transaction of
their effect. Whoever claims them holds them until that transaction ends, on PostgreSQL by row locks that others pass
over, on SQLite by being its one writer: a killed process' timers are free at once, and nothing is left to run out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from gridwhistle.services.desk import Desk
from gridwhistle.services.prepared import fetch, run
from gridwhistle.services.schema import JsonObject, TimerRow, table_of
from gridwhistle.services.schema.talk import timer_key
from gridwhistle.services.store import Insertion, change_later, forget, insert_later, write_now

BATCH = 100
TOUCHED = "timers"

_TIMERS = table_of(TimerRow)
_CANCEL_ALL = delete(_TIMERS).where(_TIMERS.c.region == bindparam("here"), _TIMERS.c.subject_id == bindparam("subject"))
_CANCEL_JOB = _CANCEL_ALL.where(_TIMERS.c.job == bindparam("of_job"))
_TIMER = Insertion(
    table=_TIMERS,
    conflict=("region", "subject_id", "job", "part"),
    update=("due_at", "payload", "retry_at", "attempts"),
)
_DUE = (
    select(*(_TIMERS.c[name] for name in ("job", "subject_id", "part", "payload", "due_at", "attempts")))
    .where(
        _TIMERS.c.region == bindparam("here"),
        _TIMERS.c.due_at <= bindparam("now"),
        _TIMERS.c.retry_at.is_(None) | (_TIMERS.c.retry_at <= bindparam("now")),
    )
    .order_by(_TIMERS.c.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_DUE_SINCE = _DUE.where(_TIMERS.c.due_at >= bindparam("since"))
_THIS = (
    _TIMERS.c.region == bindparam("here"),
    _TIMERS.c.subject_id == bindparam("subject"),
    _TIMERS.c.job == bindparam("of_job"),
    _TIMERS.c.part == bindparam("of_part"),
)
_UNCHANGED = (
    select(_TIMERS.c.due_at).where(*_THIS, _TIMERS.c.due_at == bindparam("due")).with_for_update(skip_locked=True)
)
# One by one: told a hundred keys at once, PostgreSQL may read the region's whole table for them (five eighths of the
# time that a backlog took).
_REMOVE = delete(_TIMERS).where(*_THIS)
_POSTPONE = update(_TIMERS).where(*_THIS).values(attempts=bindparam("failures"), retry_at=bindparam("again"))


@dataclass(frozen=True, kw_only=True, slots=True)
class DueTimer:
    """A timer that has been claimed: which job, about what, with which facts."""

    job: str
    subject_id: str
    part: str = ""
    payload: JsonObject
    due_at: datetime
    attempts: int = 0
    """How often its handler has failed."""

    @property
    def key(self) -> str:
        """What tells it from all other timers of the region."""
        return timer_key(self.job, self.subject_id, self.part)


@dataclass(frozen=True, slots=True)
class _Touched:
    """What one transaction has changed of timers; claimed ones among them must not run as they were."""

    moved: set[str] = field(default_factory=set)
    cancelled: set[tuple[str, str | None]] = field(default_factory=set)


def put(desk: Desk, job: str, subject_id: str, due_at: datetime, *, part: str = "", **payload: object) -> None:
    """Set the timer of this job, subject and part, or move it if it is set already.

    ``payload`` holds JSON values only.
    """
    _touched(desk).moved.add(timer_key(job, subject_id, part))
    insert_later(
        desk.session,
        _TIMER,
        {
            "region": desk.region,
            "subject_id": subject_id,
            "job": job,
            "part": part,
            "payload": payload,
            "due_at": due_at,
            "retry_at": None,
            "attempts": 0,
        },
    )
    desk.writes += 1


def cancel(desk: Desk, subject_id: str, *jobs: str) -> None:
    """Take back the timers of a subject: those of the named jobs, or all."""
    _touched(desk).cancelled.update((subject_id, job) for job in jobs or (None,))
    forget(desk.session, _TIMER, lambda row: row["subject_id"] == subject_id and (not jobs or row["job"] in jobs))
    subject = {"here": desk.region, "subject": subject_id}
    for job in jobs:
        change_later(desk.session, _CANCEL_JOB, {**subject, "of_job": job})
    if not jobs:
        change_later(desk.session, _CANCEL_ALL, subject)


def next_due(desk: Desk) -> datetime | None:
    """When the next timer of the region is due; for one that failed, when it is tried again."""
    soonest = select(func.min(_TIMERS.c.due_at)).where(_TIMERS.c.region == desk.region)
    free = desk.session.execute(soonest.where(_TIMERS.c.retry_at.is_(None))).scalar_one()
    again = desk.session.execute(
        select(func.min(_TIMERS.c.retry_at)).where(_TIMERS.c.region == desk.region, _TIMERS.c.retry_at.is_not(None))
    ).scalar_one()
    return min((moment for moment in (free, again) if moment is not None), default=None)


def claim(desk: Desk, batch: int = BATCH, since: datetime | None = None) -> list[DueTimer]:
    """The timers that are due, oldest first; nobody else gets them until this transaction ends.

    ``since``: look no further back. PostgreSQL would read again and again past what was removed a moment ago.
    """
    values = {"here": desk.region, "now": desk.now, "most": batch}
    rows = fetch(desk.session, _DUE_SINCE if since else _DUE, {**values, "since": since} if since else values)
    return [
        DueTimer(
            job=row.job,
            subject_id=row.subject_id,
            part=row.part,
            payload=row.payload,
            due_at=row.due_at,
            attempts=row.attempts,
        )
        for row in rows
    ]


def take(desk: Desk, timer: DueTimer) -> bool:
    """Claim one timer anew in a transaction of its own and remove it; ``False`` if it was moved, cancelled or taken."""
    held = fetch(desk.session, _UNCHANGED, {**_names(desk, timer), "due": timer.due_at})
    if held:
        remove(desk, [timer])
    return bool(held)


def remove(desk: Desk, claimed: Sequence[DueTimer]) -> None:
    """Remove claimed timers in the transaction of their effects."""
    if claimed:
        run(desk.session, _REMOVE, [_names(desk, timer) for timer in claimed])


def still_wanted(desk: Desk, timer: DueTimer) -> bool:
    """Whether nothing in this transaction has moved or cancelled a claimed timer."""
    touched = _touched(desk)
    return timer.key not in touched.moved and not touched.cancelled & {
        (timer.subject_id, None),
        (timer.subject_id, timer.job),
    }


def later_overdue(desk: Desk, subjects: Sequence[str]) -> dict[tuple[str, str], datetime]:
    """Of each subject and job the latest timer that is due."""
    rows = desk.session.execute(
        select(_TIMERS.c.subject_id, _TIMERS.c.job, func.max(_TIMERS.c.due_at))
        .where(_TIMERS.c.region == desk.region, _TIMERS.c.subject_id.in_(subjects), _TIMERS.c.due_at <= desk.now)
        .group_by(_TIMERS.c.subject_id, _TIMERS.c.job)
    )
    return {(subject, job): due for subject, job, due in rows}


def postpone(desk: Desk, timer: DueTimer) -> None:
    """Try a timer whose handler failed again later, ever more slowly."""
    failures = timer.attempts + 1
    again = desk.now + timedelta(seconds=min(30 * 2 ** min(failures, 7), 3600))
    run(desk.session, _POSTPONE, [{**_names(desk, timer), "failures": failures, "again": again}])


def pending(desk: Desk, subject_id: str) -> list[TimerRow]:
    """The timers of a subject, soonest first."""
    write_now(desk.session)
    return list(
        desk.session.scalars(
            select(TimerRow)
            .where(TimerRow.region == desk.region, TimerRow.subject_id == subject_id)
            .order_by(TimerRow.due_at)
        )
    )


def _touched(desk: Desk) -> _Touched:
    touched: _Touched = desk.session.info.setdefault(TOUCHED, _Touched())
    return touched


def _names(desk: Desk, timer: DueTimer) -> dict[str, Any]:
    return {"here": desk.region, "subject": timer.subject_id, "of_job": timer.job, "of_part": timer.part}
