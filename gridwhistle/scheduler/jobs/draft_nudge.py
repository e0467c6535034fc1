"""A report was left half-way: is it still wanted?"""

from gridwhistle.dialogs.flow import Flows
from gridwhistle.dialogs.flows import FLOWS
from gridwhistle.dialogs.message import Wake
from gridwhistle.dialogs.waking import wake
from gridwhistle.scheduler.job import Job
from gridwhistle.services.desk import Address, Desk
from gridwhistle.services.timers import DueTimer

NAME = "draft_nudge"


def run(desk: Desk, timer: DueTimer) -> None:
    """Wake the chat that the timer names."""
    channel, _, address = timer.subject_id.partition(":")
    wake(
        desk,
        Flows(FLOWS),
        Address(channel=channel, address=address),
        Wake(flow=NAME, given=timer.payload, key=timer.key),
        f"{timer.key}{timer.due_at.timestamp():.0f}",
    )


JOB = Job(name=NAME, run=run)
