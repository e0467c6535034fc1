"""Who lets the messages that wait in the inbox have their turn, many chats at once and each in order?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from queue import Empty, SimpleQueue

import structlog

from gridwhistle.bot.remote_files import Download, with_files
from gridwhistle.dialogs.conversation import Read
from gridwhistle.dialogs.message import Content, Inbound, Photo, Text, Unsupported, dump_content, load_content, storable
from gridwhistle.services import inbox
from gridwhistle.services.inbox import Arrival, Waiting
from gridwhistle.services.office import Office

log = structlog.get_logger(__name__)

WORKERS = 4
AHEAD = 4
"""Turns that are claimed at once for each worker: a claim costs as much as a short turn."""
LOOK_EVERY = 0.5
"""Seconds after which it looks by itself: for what other processes received, and for leases that ran out."""
STORE_DOWN_WAITS = 2.0
INSTANT = 0.02
"""Seconds in which a worker reads further messages before it lets those that it has act."""


def arrival_of(inbound: Inbound) -> Arrival:
    """A message as the inbox keeps it until its turn."""
    return Arrival(
        channel=inbound.channel,
        address=inbound.address,
        external_id=inbound.external_id,
        received_at=inbound.received_at,
        content=dump_content(storable(inbound.content)),
    )


class Intake:
    """Takes what waits, fetches its files, lets it act. Bounded: never more is claimed than ``AHEAD`` for a worker.

    Where several transactions are worth one commit (``Store.most_together``), a worker lets as many act together as it
    has understood in an instant: many chats at once cost the disk little more than one.
    """

    def __init__(
        self,
        office: Office,
        read: Callable[[Inbound], Read],
        act: Callable[[Sequence[Read]], object],
        downloads: Mapping[str, Download],
        channels: tuple[str, ...],
        *,
        workers: int = WORKERS,
    ) -> None:
        """``read`` understands a message, and may take its time; ``act`` handles several and sends what they caused.

        ``downloads`` fetch a channel's files.
        """
        self._office = office
        self._read = read
        self._act = act
        self._downloads = downloads
        self._channels = channels
        self._workers = workers
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._claimed: SimpleQueue[Waiting] = SimpleQueue()
        self._in_hand = 0
        self._counting = threading.Lock()

    def wake(self) -> None:
        """Something has been received: look at once."""
        self._news.set()

    def start(self) -> None:
        """Begin to work on threads of its own."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._work, name="intake")
        self._thread.start()

    def stop(self) -> None:
        """Stop when what has been begun is done; the rest waits for the next start, or for another process."""
        self._stopping.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def run_due(self) -> int:
        """Let everything that is due now act, on this thread; gives how many turns there were."""
        done = 0
        while claimed := self._claim(self._workers):
            done += sum(self._handle([waiting]) for waiting in claimed)
        return done

    def _work(self) -> None:
        with ThreadPoolExecutor(self._workers, thread_name_prefix="turn") as pool:
            while not self._stopping.is_set():
                self._news.clear()
                room = self._workers * AHEAD - self._in_hand if self._in_hand < self._workers else 0
                claimed = self._claim_patiently(room)
                self._count(len(claimed))
                for waiting in claimed:
                    self._claimed.put(waiting)
                for _ in claimed:
                    pool.submit(self._handle_some)
                if not claimed:
                    self._news.wait(LOOK_EVERY)

    def _claim_patiently(self, most: int) -> list[Waiting]:
        try:
            return self._claim(most)
        except Exception as error:  # noqa: BLE001 (a store that is down must not end the thread)
            log.error("intake.store_down", cause=type(error).__name__)  # noqa: TRY400
            self._stopping.wait(STORE_DOWN_WAITS)
            return []

    def _claim(self, most: int) -> list[Waiting]:
        if most < 1:
            return []
        with self._office.desk() as desk:
            return inbox.claim(desk, self._channels, most)

    def _handle_some(self) -> None:
        """All that is claimed and that no other worker takes, some and some."""
        while done := self._handle(self._some()):
            self._count(-done)
            self._news.set()

    def _count(self, more: int) -> None:
        with self._counting:
            self._in_hand += more

    def _some(self) -> Iterator[Waiting]:
        """One message, and as many more as are read in an instant."""
        ends = time.monotonic() + INSTANT
        with suppress(Empty):
            yield self._claimed.get_nowait()
            for _ in range(self._office.store.most_together - 1):
                if time.monotonic() > ends:
                    return
                following = self._claimed.get_nowait()
                if _has_files(following):
                    # Those before it are ready, and a platform may take its time.
                    self._claimed.put(following)
                    return
                yield following

    def _handle(self, some: Iterable[Waiting]) -> int:
        """Let messages act; gives how many there were."""
        ready: list[tuple[Waiting, Read]] = []
        many = 0
        for waiting in some:
            many += 1
            try:
                ready.append((waiting, self._read(self._inbound(waiting))))
            except Exception as error:  # noqa: BLE001 (store or platform are down: the update waits)
                self._let_go(waiting, type(error).__name__)
        try:
            if ready:
                self._act([read for _, read in ready])
        except Exception as error:  # noqa: BLE001 (the store is down: the updates wait)
            for waiting, _ in ready:
                self._let_go(waiting, type(error).__name__)
        return many

    def _let_go(self, waiting: Waiting, problem: str) -> None:
        try:
            with self._office.desk() as desk:
                given_up = inbox.let_go(desk, waiting, problem)
        except Exception as error:  # noqa: BLE001 (its lease runs out by itself)
            log.error("intake.store_down", cause=type(error).__name__)  # noqa: TRY400
            return
        log.error(
            "intake.given_up" if given_up else "intake.failed",
            channel=waiting.where.channel,
            update=waiting.external_id,
            attempts=waiting.attempts,
            cause=problem,
        )

    def _inbound(self, waiting: Waiting) -> Inbound:
        where = waiting.where
        content = with_files(self._office, waiting, self._content(waiting), self._downloads.get(where.channel))
        return Inbound(
            channel=where.channel,
            address=where.address,
            external_id=waiting.external_id,
            received_at=waiting.received_at,
            content=content,
            together=tuple(part.external_id for part in waiting.parts),
        )

    def _content(self, waiting: Waiting) -> Content:
        """What was said; a platform's message that it replies to becomes our letter."""
        content = load_content(waiting.content)
        if waiting.quotes is None or not isinstance(content, Text | Photo | Unsupported):
            return content
        with self._office.desk() as desk:
            return replace(content, reply_to=inbox.quoted_letter(desk, waiting))


def _has_files(waiting: Waiting) -> bool:
    return bool(waiting.files) or any(part.files for part in waiting.parts)
