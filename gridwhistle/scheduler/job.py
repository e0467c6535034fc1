"""What is a job: which timers does it answer, and what does it do in their transaction?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from gridwhistle.services import tickets, whistles, wishes
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.outbox import look_up
from gridwhistle.services.schema import Ticket, Whistle, Wish
from gridwhistle.services.timers import DueTimer


def read_nothing(_desk: Desk, _timers: Sequence[DueTimer]) -> None:
    """Nothing beforehand."""


def leave_it(_desk: Desk, _subject: object) -> None:
    """Nothing at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A kind of timer and its handler, which runs in the system's name in the transaction that removes the timer."""

    name: str
    run: Callable[[Desk, DueTimer], None]
    swallowed_by: frozenset[str] = frozenset()
    """Jobs that make this one pointless: when both are overdue for a subject after a stop, only the later one acts."""
    hold_back: Callable[[Desk, DueTimer], None] = leave_it
    """What is done instead for one that was swallowed."""
    prepare: Callable[[Desk, Sequence[DueTimer]], None] = read_nothing
    """Reads at once what the timers of a batch need, where each would ask for it by itself."""


def ticket_job(
    name: str,
    act: Callable[[Desk, Ticket], None],
    *,
    swallowed_by: frozenset[str] = frozenset(),
    hold_back: Callable[[Desk, Ticket], None] = leave_it,
) -> Job:
    """A job whose subject is a ticket; one whose ticket is gone has nothing to do."""

    def with_ticket(do: Callable[[Desk, Ticket], None]) -> Callable[[Desk, DueTimer], None]:
        def run(desk: Desk, timer: DueTimer) -> None:
            try:
                ticket = tickets.get(desk, timer.subject_id)
            except Refused:
                return
            do(desk, ticket)

        return run

    return Job(name=name, run=with_ticket(act), swallowed_by=swallowed_by, hold_back=with_ticket(hold_back))


def dated_job(
    name: str,
    act: Callable[[Desk, str, date], None],
    field: str,
    prepare: Callable[[Desk, Sequence[DueTimer]], None] = read_nothing,
) -> Job:
    """A job about somebody's or something's day: the payload's ``field`` holds it. Older ones of a subject are late."""

    def run(desk: Desk, timer: DueTimer) -> None:
        day = timer.payload.get(field)
        if isinstance(day, str):
            act(desk, timer.subject_id, date.fromisoformat(day))

    return Job(name=name, run=run, swallowed_by=frozenset({name}), prepare=prepare)


def look_up_people(desk: Desk, timers: Sequence[DueTimer]) -> None:
    """The chats of the people who are the timers' subjects."""
    look_up(desk, (timer.subject_id for timer in timers))


def whistle_job(name: str, act: Callable[[Desk, Whistle], None], *, swallowed_by: frozenset[str] = frozenset()) -> Job:
    """A job whose subject is a whistle; one whose whistle is gone has nothing to do."""

    def run(desk: Desk, timer: DueTimer) -> None:
        try:
            whistle = whistles.get(desk, timer.subject_id)
        except Refused:
            return
        act(desk, whistle)

    return Job(name=name, run=run, swallowed_by=swallowed_by)


def wish_job(name: str, act: Callable[[Desk, Wish], None], *, swallowed_by: frozenset[str] = frozenset()) -> Job:
    """A job whose subject is a wish; one whose wish is gone has nothing to do."""

    def run(desk: Desk, timer: DueTimer) -> None:
        try:
            wish = wishes.get(desk, timer.subject_id)
        except Refused:
            return
        act(desk, wish)

    return Job(name=name, run=run, swallowed_by=swallowed_by)
