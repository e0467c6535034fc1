"""Who lets the messages that wait in the inbox have their turn, many chats at once and each in order?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import structlog

from gridwhistle.bot.remote_files import Download, with_files
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
    """Takes what waits, fetches its files, lets it act. Bounded: never more is claimed than ``AHEAD`` for a worker."""

    def __init__(
        self,
        office: Office,
        act: Callable[[Inbound], object],
        downloads: Mapping[str, Download],
        channels: tuple[str, ...],
        *,
        workers: int = WORKERS,
    ) -> None:
        """``act`` handles a message and sends what it caused; ``downloads`` fetch a channel's files."""
        self._office = office
        self._act = act
        self._downloads = downloads
        self._channels = channels
        self._workers = workers
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

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
            for waiting in claimed:
                self._handle(waiting)
                done += 1
        return done

    def _work(self) -> None:
        running: set[Future[None]] = set()
        with ThreadPoolExecutor(self._workers, thread_name_prefix="turn") as pool:
            while not self._stopping.is_set():
                self._news.clear()
                running = {one for one in running if not one.done()}
                room = self._workers * AHEAD - len(running) if len(running) < self._workers else 0
                claimed = self._claim_patiently(room)
                for waiting in claimed:
                    one = pool.submit(self._handle, waiting)
                    running.add(one)
                    one.add_done_callback(lambda _: self._news.set())
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

    def _handle(self, waiting: Waiting) -> None:
        try:
            self._act(self._inbound(waiting))
        except Exception as error:  # noqa: BLE001 (store or platform are down: the update waits)
            self._let_go(waiting, type(error).__name__)

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
