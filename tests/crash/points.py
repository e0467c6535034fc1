"""At which points of its work can a process of ours be killed, and how does the product stay free of them?

The product knows nothing of this: its functions are wrapped from outside, in the process that is to be killed. A
transaction is named after what is done in it; it has a point in its middle, one when all is written and nothing is
committed, and one after the commit. Sending has its own.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from gridwhistle.bot.channels.telegram.channel import TelegramChannel
from gridwhistle.scheduler.channel import Channel
from gridwhistle.scheduler.job import Job
from gridwhistle.services import fates, inbox, lanes, occasions, timers
from gridwhistle.services.desk import Address, Desk
from gridwhistle.services.sending import OutgoingLetter, SendReport
from gridwhistle.services.store import Store
from gridwhistle.services.timers import DueTimer

from .ledger import enter

RECEIVE, PICK, TURN = "updates are received", "a chat's next update is claimed", "a turn"
CLAIM, SETTLE = "letters are claimed", "sends are written down"
TIMERS, CRON = "timers run", "a regular job runs"
MIDDLE, WRITTEN, COMMITTED = "in the middle", "written, not committed", "committed"
PHASES = (MIDDLE, WRITTEN, COMMITTED)
SENDS = ("before a send", "after a send, before it is written down", "after two sends of a batch")
SECOND_TIMER = "after two timers of a batch"
TIMER = "a timer"

BOTH = (*(f"{what}: {phase}" for what in (CLAIM, SETTLE) for phase in PHASES), *SENDS)
POINTS = {
    "bot": (*(f"{what}: {phase}" for what in (RECEIVE, PICK, TURN) for phase in PHASES), *BOTH),
    "scheduler": (*(f"{what}: {phase}" for what in (TIMERS, CRON) for phase in PHASES), SECOND_TIMER, *BOTH),
}
"""All points, by who passes them."""

_doing = threading.local()
"""What the transaction of each thread has done so far."""


@dataclass
class Fuse:
    """Kills its own process when a point is passed for the given time; without a point, never."""

    point: str | None
    times: int
    scene: Path
    """Where the point is written down before the kill."""

    def pass_(self, point: str) -> None:
        """Here is a point."""
        if point != self.point:
            return
        self.times -= 1
        if self.times > 0:
            return
        with self.scene.open("a", encoding="utf-8") as scene:
            scene.write(point)
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)


def wire(fuse: Fuse) -> None:
    """Wrap the product's functions in this process."""

    def told(module: ModuleType, name: str, what: str, *, counts: Callable[[Any], bool]) -> None:
        original = getattr(module, name)

        @wraps(original)
        def wrapped(*given: Any, **more: Any) -> Any:
            outcome = original(*given, **more)
            if counts(outcome):
                _doing.what.append(what)
            return outcome

        setattr(module, name, wrapped)

    told(inbox, "receive", RECEIVE, counts=bool)
    told(inbox, "claim", PICK, counts=bool)
    inbox.take_in = noting_turns(inbox.take_in)
    told(inbox, "take_in", TURN, counts=bool)
    told(lanes, "claim", CLAIM, counts=bool)
    told(timers, "claim", TIMERS, counts=bool)
    told(occasions, "take", CRON, counts=bool)
    _wrap_settle()
    _wrap_transactions(fuse)
    timers.cancel = noting(timers.cancel)


def noting(cancel: Callable[..., None]) -> Callable[..., None]:
    """``timers.cancel`` that writes into the ledger what was taken back."""

    @wraps(cancel)
    def wrapped(desk: Desk, subject_id: str, *jobs: str) -> None:
        for job in jobs or ("",):
            enter(desk.session, "cancelled", subject=subject_id, job=job, due_at=None)
        cancel(desk, subject_id, *jobs)

    return wrapped


def noting_turns(take_in: Callable[..., bool]) -> Callable[..., bool]:
    """``inbox.take_in`` that writes into the ledger whose message has its turn."""

    @wraps(take_in)
    def wrapped(session: Session, region: str, where: Address, external_id: str, *more: Any) -> bool:
        taken = take_in(session, region, where, external_id, *more)
        if taken:
            enter(session, "turn", subject=where.address, key=external_id, due_at=None)
        return taken

    return wrapped


def noted(fuse: Fuse, jobs: Iterable[Job]) -> tuple[Job, ...]:
    """Jobs that write into the ledger that they have run, in the transaction of their effect."""

    def wrapped(act: Callable[[Desk, DueTimer], None]) -> Callable[[Desk, DueTimer], None]:
        def run(desk: Desk, timer: DueTimer) -> None:
            act(desk, timer)
            enter(desk.session, "ran", subject=timer.subject_id, job=timer.job, key=timer.key, due_at=timer.due_at)
            _doing.what.append(TIMER)
            if _doing.what.count(TIMER) == 2:
                fuse.pass_(SECOND_TIMER)

        return run

    return tuple(replace(job, run=wrapped(job.run), hold_back=wrapped(job.hold_back)) for job in jobs)


def franked(fuse: Fuse, channel: TelegramChannel) -> Channel:
    """A channel with points around its sends; each letter's id is the last line of its text."""
    return _Franked(fuse, channel)


class _Franked:
    def __init__(self, fuse: Fuse, channel: TelegramChannel) -> None:
        self._fuse = fuse
        self._channel = channel
        self._sends = 0
        self.name = channel.name
        self.pace = channel.pace
        self.open = channel.open
        self.download = channel.download

    def send(self, letter: OutgoingLetter) -> SendReport:
        before, after, second = SENDS
        self._fuse.pass_(before)
        report = self._channel.send(replace(letter, text=f"{letter.text}\n⟦{letter.id}⟧"))
        self._fuse.pass_(after)
        self._sends += 1
        if self._sends % 2 == 0:
            self._fuse.pass_(second)
        return report


def _wrap_settle() -> None:
    original = fates.settle

    @wraps(original)
    def settle(desk: Desk, outcomes: Sequence[fates.Outcome], *more: Any) -> None:
        outcomes = list(outcomes)
        original(desk, outcomes, *more)
        if outcomes:
            _doing.what.append(SETTLE)

    fates.settle = settle


def _wrap_transactions(fuse: Fuse) -> None:
    original = Store.begin

    @contextmanager
    def begin(store: Store) -> Iterator[Session]:
        _doing.what = []
        with original(store) as session:
            yield session
            for what in _doing.what:
                fuse.pass_(f"{what}: {MIDDLE}")
        for what in _doing.what:
            fuse.pass_(f"{what}: {COMMITTED}")
        _doing.what = []

    @event.listens_for(Engine, "commit")
    def on_commit(_connection: Connection) -> None:
        for what in getattr(_doing, "what", ()):
            fuse.pass_(f"{what}: {WRITTEN}")

    Store.begin = begin  # type: ignore[method-assign]
