"""How are a channel's letters sent beside the turns, by many threads that never hold up one another?

One dispatcher thread a channel asks the store for work and hands it to a pool of as many threads as the channel's pace
allows; what they report is settled in the transaction that claims the next letters. Whatever stops in the middle is
taken over by another process when its lease runs out.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from gridwhistle.scheduler.channel import Channel
from gridwhistle.scheduler.delivery import Delivery
from gridwhistle.services.fates import Outcome

log = structlog.get_logger(__name__)

LOOK_EVERY = 0.25
"""Seconds between two looks for letters that other processes have written."""
AFTER_TROUBLE = 2.0
"""Seconds of rest when the store does not answer."""
RESERVED = 4
"""Every fourth sender, at least one of several, is kept for emergencies and replies."""


class Senders:
    """Sends the letters of some channels until it is stopped."""

    def __init__(self, delivery: Delivery, look_every: float = LOOK_EVERY) -> None:
        self._lines = [_Line(delivery, channel, look_every) for channel in delivery.channels.values()]

    def start(self) -> None:
        """Begin to send."""
        for line in self._lines:
            line.start()

    def wake(self) -> None:
        """Look for letters now: a turn has just written some."""
        for line in self._lines:
            line.wake()

    def stop(self) -> None:
        """Claim nothing more, and end when the sends that are under way are settled."""
        for line in self._lines:
            line.ask_to_stop()
        for line in self._lines:
            line.join()


class _Line:
    """One channel's dispatcher and its senders."""

    def __init__(self, delivery: Delivery, channel: Channel, look_every: float) -> None:
        self._delivery, self._name, self._look_every = delivery, channel.name, look_every
        self._parallel = max(channel.pace.parallel, 1)
        self._soon = min(1 / channel.pace.per_second if channel.pace.per_second else look_every, look_every)
        self._reserve = max(self._parallel // RESERVED, 1) if self._parallel > 1 else 0
        self._pool = ThreadPoolExecutor(self._parallel, thread_name_prefix=f"send-{channel.name}")
        self._thread = threading.Thread(target=self._work, name=f"dispatch-{channel.name}", daemon=True)
        self._under_way: set[Future[Outcome]] = set()
        self._rung = threading.Event()
        self._stopping = False

    def start(self) -> None:
        self._thread.start()

    def wake(self, _done: object = None) -> None:
        self._rung.set()

    def ask_to_stop(self) -> None:
        self._stopping = True
        self.wake()

    def join(self) -> None:
        self._thread.join()
        self._pool.shutdown(wait=True)

    def _work(self) -> None:
        outcomes: list[Outcome] = []
        while not self._stopping or self._under_way or outcomes:
            self._rung.clear()
            outcomes += self._finished()
            try:
                begun = self._exchange(outcomes)
            except Exception:
                # The outcomes are kept and settled when the store is back; until then nothing new is begun.
                log.exception("delivery.store_failed", channel=self._name)
                if self._stopping:
                    return
                self._rest(AFTER_TROUBLE)
                continue
            outcomes = []
            # Where there is a backlog, the rate lets the next letter go soon.
            self._rung.wait(self._soon if begun else self._look_every)

    def _rest(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self._stopping and (left := deadline - time.monotonic()) > 0:
            self._rung.wait(left)
            self._rung.clear()

    def _finished(self) -> list[Outcome]:
        done = {future for future in self._under_way if future.done()}
        self._under_way -= done
        return [future.result() for future in done]

    def _exchange(self, outcomes: list[Outcome]) -> bool:
        """Settle and claim in one transaction; whether new sends have begun."""
        free = 0 if self._stopping else self._parallel - len(self._under_way)
        if not outcomes and not free:
            return False
        errands = self._delivery.exchange(outcomes, {self._name: (free, self._reserve)} if free else {})
        for errand in errands:
            future = self._pool.submit(self._delivery.send, errand)
            self._under_way.add(future)
            future.add_done_callback(self.wake)
        return bool(errands)
