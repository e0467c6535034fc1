"""What happens if time goes on until then? For the demo's clock and the tests' transcripts."""

from __future__ import annotations

from datetime import datetime

from gridwhistle.scheduler.delivery import Delivery
from gridwhistle.scheduler.drain import Drain
from gridwhistle.services import lanes, shift, timers
from gridwhistle.services.clock import ShiftableClock
from gridwhistle.services.office import Office

MOST_STEPS = 10_000


def next_event(office: Office) -> datetime | None:
    """When the next timer or held-back letter is due."""
    with office.desk() as desk:
        moments = [moment for moment in (timers.next_due(desk), lanes.next_due(desk)) if moment is not None]
    return min(moments, default=None)


def advance(office: Office, clock: ShiftableClock, drain: Drain, delivery: Delivery, until: datetime) -> int:
    """Move the clock to ``until``, stopping at every timer and held-back letter on the way; gives the timers run.

    Raises ``RuntimeError`` if the way has too many steps (a job that sets itself anew at once).
    """
    ran = 0
    for _ in range(MOST_STEPS):
        ran += drain.run_due()
        delivery.run()
        upcoming = next_event(office)
        if upcoming is None or upcoming > until:
            break
        clock.ahead_to(upcoming)
    else:
        raise RuntimeError("time does not go on: a job sets itself anew at once")
    clock.ahead_to(until)
    with office.desk() as desk:
        shift.save(desk, clock.shift)
    return ran
