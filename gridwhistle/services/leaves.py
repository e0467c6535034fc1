"""What happens to a worker's desk when a leave begins (请销假, AB顶岗)?"""

from __future__ import annotations

from datetime import datetime

from gridwhistle.services import assignments, org, timers
from gridwhistle.services.desk import Desk

BEGINS = "leave_begins"


def take(desk: Desk, since: datetime, until: datetime, reason: str) -> dict[str, int]:
    """Enter the acting worker's leave; what lies on the desk goes to the covers when it begins.

    Gives how many tickets went to whom, by name; nothing for a leave that begins later. Raises ``Refused`` for a span
    that is empty or endless, and for somebody who is no worker.
    """
    org.take_leave(desk, since, until, reason)
    if since > desk.now:
        timers.put(desk, BEGINS, desk.me, since, part=since.isoformat())
        return {}
    return assignments.cover(desk, desk.me)


def begin(desk: Desk, person_id: str) -> None:
    """The first day has come. The system's act; nothing for somebody who has come back already."""
    if org.is_away(desk, person_id):
        assignments.cover(desk, person_id)


def end(desk: Desk) -> bool:
    """The acting worker is back; ``False`` when there was no leave."""
    timers.cancel(desk, desk.me, BEGINS)
    return org.come_back(desk)
