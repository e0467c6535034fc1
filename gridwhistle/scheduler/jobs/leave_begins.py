"""A leave that was entered ahead begins: who has the work from now on?"""

from gridwhistle.scheduler.job import Job
from gridwhistle.services import leaves
from gridwhistle.services.desk import Desk
from gridwhistle.services.timers import DueTimer


def hand_over(desk: Desk, timer: DueTimer) -> None:
    """The timer's subject is the worker."""
    leaves.begin(desk, timer.subject_id)


JOB = Job(name=leaves.BEGINS, run=hand_over)
