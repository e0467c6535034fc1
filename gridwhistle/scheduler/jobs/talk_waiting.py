"""A resident waits for a person and nobody has taken the talk: who is called next?"""

from gridwhistle.scheduler.job import Job
from gridwhistle.services.desk import Desk
from gridwhistle.services.talk_waits import unanswered
from gridwhistle.services.timers import DueTimer


def run(desk: Desk, timer: DueTimer) -> None:
    """The timer's subject is the talk."""
    times, words = timer.payload.get("times"), timer.payload.get("words")
    if isinstance(times, int) and isinstance(words, str):
        unanswered(desk, timer.subject_id, times, words)


JOB = Job(name="talk_waiting", run=run)
