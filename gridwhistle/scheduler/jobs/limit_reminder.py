"""Half, or four fifths, of the limit have passed: does the handler know?"""

from __future__ import annotations

from gridwhistle.scheduler.job import Job, ticket_job
from gridwhistle.services.deadlines import remind
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import Ticket
from gridwhistle.services.timers import DueTimer

NAME = "limit_reminder"


def run(desk: Desk, timer: DueTimer) -> None:
    """Remind with the share of the limit that the timer carries."""
    share = timer.payload.get("share")

    def act(desk: Desk, ticket: Ticket) -> None:
        remind(desk, ticket, share if isinstance(share, int) else 0)

    ticket_job(NAME, act).run(desk, timer)


JOB = Job(name=NAME, run=run)
