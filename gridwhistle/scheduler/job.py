"""What is a job: which timers does it answer, and what does it do in their transaction?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gridwhistle.services import tickets, whistles, wishes
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.schema import Ticket, Whistle, Wish
from gridwhistle.services.timers import DueTimer


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A kind of timer and its handler, which runs in the system's name in the transaction that removes the timer."""

    name: str
    run: Callable[[Desk, DueTimer], None]


def ticket_job(name: str, act: Callable[[Desk, Ticket], None]) -> Job:
    """A job whose subject is a ticket; one whose ticket is gone has nothing to do."""

    def run(desk: Desk, timer: DueTimer) -> None:
        try:
            ticket = tickets.get(desk, timer.subject_id)
        except Refused:
            return
        act(desk, ticket)

    return Job(name=name, run=run)


def whistle_job(name: str, act: Callable[[Desk, Whistle], None]) -> Job:
    """A job whose subject is a whistle; one whose whistle is gone has nothing to do."""

    def run(desk: Desk, timer: DueTimer) -> None:
        try:
            whistle = whistles.get(desk, timer.subject_id)
        except Refused:
            return
        act(desk, whistle)

    return Job(name=name, run=run)


def wish_job(name: str, act: Callable[[Desk, Wish], None]) -> Job:
    """A job whose subject is a wish; one whose wish is gone has nothing to do."""

    def run(desk: Desk, timer: DueTimer) -> None:
        try:
            wish = wishes.get(desk, timer.subject_id)
        except Refused:
            return
        act(desk, wish)

    return Job(name=name, run=run)
