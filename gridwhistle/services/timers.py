"""What must happen when nobody talks, and when?

Timers are rows: set, moved and cancelled in the same transaction as their cause; claimed with a lease.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, delete, func, select

from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import JsonObject, TimerRow, table_of
from gridwhistle.services.store import Insertion, change_later, forget, insert_later, new_id, write_now

LEASE = timedelta(seconds=60)

_TIMERS = table_of(TimerRow)
_CANCEL_ALL = delete(_TIMERS).where(_TIMERS.c.region == bindparam("here"), _TIMERS.c.subject_id == bindparam("subject"))
_CANCEL_JOB = _CANCEL_ALL.where(_TIMERS.c.job == bindparam("of_job"))
_TIMER = Insertion(
    table=table_of(TimerRow),
    conflict=("region", "key"),
    update=("due_at", "payload", "leased_until", "attempts"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DueTimer:
    """A timer that has been claimed: which job, about what, with which facts."""

    id: str
    key: str
    job: str
    subject_id: str
    payload: JsonObject
    due_at: datetime


def put(desk: Desk, job: str, subject_id: str, due_at: datetime, *, part: str = "", **payload: object) -> None:
    """Set the timer of this job, subject and part, or move it if it is set already.

    ``payload`` holds JSON values only.
    """
    insert_later(
        desk.session,
        _TIMER,
        {
            "region": desk.region,
            "id": new_id(),
            "key": f"{job}:{subject_id}:{part}",
            "job": job,
            "subject_id": subject_id,
            "payload": payload,
            "due_at": due_at,
            "leased_until": None,
            "attempts": 0,
        },
    )
    desk.writes += 1


def cancel(desk: Desk, subject_id: str, *jobs: str) -> None:
    """Take back the timers of a subject: those of the named jobs, or all."""
    forget(desk.session, _TIMER, lambda row: row["subject_id"] == subject_id and (not jobs or row["job"] in jobs))
    subject = {"here": desk.region, "subject": subject_id}
    for job in jobs:
        change_later(desk.session, _CANCEL_JOB, {**subject, "of_job": job})
    if not jobs:
        change_later(desk.session, _CANCEL_ALL, subject)


def next_due(desk: Desk) -> datetime | None:
    """When the next timer of the region is due; for one that failed, when it is tried again."""
    free, leased = desk.session.execute(
        select(
            func.min(case((TimerRow.leased_until.is_(None), TimerRow.due_at))), func.min(TimerRow.leased_until)
        ).where(TimerRow.region == desk.region)
    ).one()
    return min((moment for moment in (free, leased) if moment is not None), default=None)


def claim(desk: Desk, batch: int = 100) -> list[DueTimer]:
    """Lease the timers that are due, oldest first; a killed process' leases run out and are claimed again."""
    rows = list(
        desk.session.scalars(
            select(TimerRow)
            .where(
                TimerRow.region == desk.region,
                TimerRow.due_at <= desk.now,
                (TimerRow.leased_until.is_(None)) | (TimerRow.leased_until <= desk.now),
            )
            .order_by(TimerRow.due_at, TimerRow.id)
            .limit(batch)
            .with_for_update(skip_locked=True)
        )
    )
    for row in rows:
        row.leased_until = desk.now + LEASE
        row.attempts += 1
    return [
        DueTimer(id=row.id, key=row.key, job=row.job, subject_id=row.subject_id, payload=row.payload, due_at=row.due_at)
        for row in rows
    ]


def take(desk: Desk, timer: DueTimer) -> bool:
    """Remove a claimed timer in the transaction of its effect; ``False`` when it was moved or cancelled meanwhile."""
    table = table_of(TimerRow)
    done = desk.session.connection().execute(
        delete(table).where(table.c.region == desk.region, table.c.id == timer.id, table.c.due_at == timer.due_at)
    )
    return done.rowcount == 1


def postpone(desk: Desk, timer: DueTimer) -> None:
    """Try a timer whose handler failed again later, ever more slowly."""
    row = desk.session.get(TimerRow, (desk.region, timer.id))
    if row is not None:
        row.leased_until = desk.now + timedelta(seconds=min(30 * 2 ** min(row.attempts, 7), 3600))


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
