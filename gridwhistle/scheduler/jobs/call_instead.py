"""A letter that mattered cannot be delivered: who calls?"""

from gridwhistle.scheduler.job import Job
from gridwhistle.services.call_backs import call_instead
from gridwhistle.services.desk import Desk
from gridwhistle.services.timers import DueTimer


def run(desk: Desk, timer: DueTimer) -> None:
    """The timer's subject is the letter."""
    call_instead(desk, timer.subject_id)


JOB = Job(name="call_instead", run=run)
