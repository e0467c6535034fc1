"""What happens if time goes on until then? For the demo's clock and the tests' transcripts."""

from __future__ import annotations

from datetime import datetime

from gridwhistle.scheduler.cron import Cron
from gridwhistle.scheduler.delivery import Delivery
from gridwhistle.scheduler.drain import Drain
from gridwhistle.services import lanes, shift, timers
from gridwhistle.services.clock import ShiftableClock
from gridwhistle.services.office import Office

MOST_STEPS = 10_000


def next_event(office: Office, cron: Cron | None = None) -> datetime | None:
    """When the next timer, held-back letter or regular occasion is due."""
    with office.desk() as desk:
        found = [timers.next_due(desk), lanes.next_due(desk), cron.next_due() if cron else None]
    return min((moment for moment in found if moment is not None), default=None)


def advance(
    office: Office,
    clock: ShiftableClock,
    drain: Drain,
    delivery: Delivery,
    until: datetime,
    cron: Cron | None = None,
) -> int:
    """Move the clock to ``until``, stopping at every timer, held-back letter and occasion; gives the timers run.

    Raises ``RuntimeError`` if the way has too many steps (a job that sets itself anew at once).
    """
    ran = 0
    for _ in range(MOST_STEPS):
        if cron is not None:
            cron.run_due()
        ran += drain.run_due()
        delivery.run()
        upcoming = next_event(office, cron)
        if upcoming is None or upcoming > until:
            break
        clock.ahead_to(upcoming)
    else:
        raise RuntimeError("time does not go on: a job sets itself anew at once")
    clock.ahead_to(until)
    with office.desk() as desk:
        shift.save(desk, clock.shift)
    return ran
