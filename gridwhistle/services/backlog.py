"""How much waits to be done, and how late is the oldest of it? Reads only, by index, whatever the size of the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from gridwhistle.services import stranded
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import InboxRow, Lane, LetterState, TimerRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Backlog:
    """What waits in a region."""

    timers_lag: timedelta
    """How long the oldest due timer has been due."""
    letters_lag: Mapping[str, timedelta]
    """By channel, how long the first letter that may go has been waiting for it."""
    inbox_lag: timedelta
    """How long ago the oldest message came that has not been handled."""
    letters: Mapping[LetterState, int]
    """How many letters are in each state that is not an end."""


def measure(desk: Desk) -> Backlog:
    """Look at it now."""
    session, region, now = desk.session, desk.region, desk.now
    timer = session.execute(
        select(func.min(TimerRow.due_at)).where(TimerRow.region == region, TimerRow.retry_at.is_(None))
    ).scalar_one()
    lanes = session.execute(
        select(Lane.channel, func.min(Lane.due_at))
        .where(Lane.region == region, Lane.lease.is_(None))
        .group_by(Lane.channel)
    ).all()
    arrived = session.execute(
        select(func.min(InboxRow.received_at)).where(InboxRow.region == region, InboxRow.handled_at.is_(None))
    ).scalar_one()
    return Backlog(
        timers_lag=_since(timer, now),
        letters_lag={channel: _since(due, now) for channel, due in lanes},
        inbox_lag=_since(arrived, now),
        letters=stranded.counts(desk),
    )


def _since(moment: datetime | None, now: datetime) -> timedelta:
    return max(now - moment, timedelta()) if moment is not None else timedelta()
