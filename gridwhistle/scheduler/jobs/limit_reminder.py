"""Half, or four fifths, of the limit have passed: does the handler know?"""

from __future__ import annotations

from collections.abc import Callable

from gridwhistle.scheduler.job import Job, ticket_job
from gridwhistle.services.deadlines import hold_back, remind
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import Ticket
from gridwhistle.services.timers import DueTimer

NAME = "limit_reminder"


def _with_share(act: Callable[[Desk, Ticket, int], None]) -> Callable[[Desk, DueTimer], None]:
    """Act with the share of the limit that the timer carries."""

    def run(desk: Desk, timer: DueTimer) -> None:
        share = timer.payload.get("share")
        ticket_job(NAME, lambda desk, ticket: act(desk, ticket, share if isinstance(share, int) else 0)).run(
            desk, timer
        )

    return run


JOB = Job(
    name=NAME,
    run=_with_share(remind),
    # After a stop nobody is reminded of the half when four fifths, or all, have passed too.
    swallowed_by=frozenset({NAME, "limit_reached"}),
    hold_back=_with_share(hold_back),
)
