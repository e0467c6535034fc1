"""Half, or four fifths, of the limit have passed: does the handler know?"""

from gridwhistle.scheduler.job import Job
from gridwhistle.services import tickets
from gridwhistle.services.deadlines import remind
from gridwhistle.services.desk import Desk
from gridwhistle.services.timers import DueTimer


def run(desk: Desk, timer: DueTimer) -> None:
    """Remind with the share of the limit that the timer carries."""
    share = timer.payload.get("share")
    remind(desk, tickets.get(desk, timer.subject_id), share if isinstance(share, int) else 0)


JOB = Job(name="limit_reminder", run=run)
