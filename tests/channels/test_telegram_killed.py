"""Is no update lost, and none acted upon twice, when the process is killed in the middle of its work?"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bot_api import TOKEN, BotApiServer
from sqlalchemy import func, select

from gridwhistle.bot.channels.telegram.webhook import PATH, SECRET_HEADER
from gridwhistle.bot.settings import Settings
from gridwhistle.services.demo_city import settle_demo
from gridwhistle.services.region import found_region
from gridwhistle.services.schema import InboxRow, LetterRow
from gridwhistle.services.store import Store

CHATS = range(501, 526)
LINES = 4
SECRET = "a_secret_of_this_test"  # noqa: S105
KILLS = 2
START = """
from datetime import timedelta
from gridwhistle.bot.cli import main
from gridwhistle.services import inbox, lanes
inbox.LEASE = lanes.LEASE = timedelta(seconds=5)
main()
"""
"""The product's command; what a killed process held is waited for, and a minute would be long in a test."""


class Process:
    """`gridwhistle bot` over a store in a file."""

    def __init__(self, folder: Path, server: BotApiServer, **settings: str) -> None:
        self.url = f"sqlite:///{folder}/city.db"
        self._log = folder / "log"
        self._environment = {
            **os.environ,
            "GRIDWHISTLE_DATABASE_URL": self.url,
            "GRIDWHISTLE_FILES_DIR": str(folder / "files"),
            "GRIDWHISTLE_CACHE_DIR": str(Path(__file__).parents[2] / ".cache"),
            "GRIDWHISTLE_TELEGRAM_TOKEN": TOKEN,
            "GRIDWHISTLE_TELEGRAM_API_BASE": server.base,
            **{f"GRIDWHISTLE_{name}": value for name, value in settings.items()},
        }
        self._running: subprocess.Popen[bytes] | None = None
        self.store = Store(self.url)
        found_region(self.store, "fujin", "富锦市")
        settle_demo(self.store, "fujin", Settings().demo_dir, now=datetime.now(UTC))

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._running = subprocess.Popen([sys.executable, "-c", START, "bot"], env=self._environment, stderr=log)  # noqa: S603 (our own words)

    def kill(self, how: signal.Signals = signal.SIGKILL) -> int:
        assert self._running is not None
        self._running.send_signal(how)
        status = self._running.wait(60)
        self._running = None
        return status

    def close(self) -> None:
        if self._running is not None:
            self.kill()
        self.store.close()

    def handled(self) -> int:
        with self.store.begin() as session:
            return session.scalars(select(func.count()).where(InboxRow.handled_at.is_not(None))).one()

    def wait(self, holds: Callable[[], bool], seconds: float = 120) -> None:
        ends = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < ends, f"{self.handled()} handled; {self._log.read_text()[-3000:]}"
            time.sleep(0.005)

    def outcome(self) -> tuple[Counter[str], Counter[str]]:
        """How many messages of each chat were handled, and how many turns wrote letters to it."""
        with self.store.begin() as session:
            handled = session.scalars(select(InboxRow.address).where(InboxRow.channel == "telegram"))
            keys = session.execute(select(LetterRow.address, LetterRow.key).where(LetterRow.channel == "telegram"))
            turns = {(address, key.split(":")[1]) for address, key in keys if key.startswith("turn:")}
            return Counter(handled), Counter(address for address, _ in turns)


@pytest.fixture
def told(server: BotApiServer) -> dict[int, dict[str, object]]:
    """A greeting and more from everybody, by the updates' numbers."""
    lines = [(chat, line) for line in range(LINES) for chat in CHATS]
    return {
        number: {"update_id": number, "message": server.message(chat, text=f"你好 {line}")}
        for number, (chat, line) in enumerate(lines, 1)
    }


def run_with_kills(process: Process, server: BotApiServer, total: int) -> None:
    """Kill the process when some of its work is done, and start it again."""
    for kill in range(1, KILLS + 1):
        process.start()
        process.wait(lambda kill=kill: process.handled() >= total * kill // (KILLS + 2))  # type: ignore[misc]
        process.kill()
    # One that was killed soon may never have said who it is.
    before = len(server.made("getMe"))
    process.start()
    process.wait(lambda: len(server.made("getMe")) > before and process.handled() >= total)
    # Uvicorn ends in good order and then by the signal itself.
    assert process.kill(signal.SIGTERM) in (0, -signal.SIGTERM)
    once = Counter({str(chat): LINES for chat in CHATS})
    assert process.outcome() == (once, once)


@pytest.fixture
def closing() -> Iterator[list[Process]]:
    processes: list[Process] = []
    yield processes
    for process in processes:
        process.close()


def test_a_killed_poller_loses_nothing_and_does_nothing_twice(
    tmp_path: Path, server: BotApiServer, told: dict[int, dict[str, object]], closing: list[Process]
) -> None:
    process = Process(tmp_path, server, TELEGRAM_LIBRARY="aiogram")
    closing.append(process)
    for update in told.values():
        server.again(update)
    run_with_kills(process, server, len(told))


def test_a_killed_webhook_loses_nothing_and_does_nothing_twice(
    tmp_path: Path, server: BotApiServer, told: dict[int, dict[str, object]], closing: list[Process]
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    process = Process(
        tmp_path,
        server,
        TELEGRAM_MODE="webhook",
        TELEGRAM_WEBHOOK_URL="https://city.example",
        TELEGRAM_WEBHOOK_SECRET=SECRET,
        PORT=str(port),
    )
    closing.append(process)
    over = threading.Event()
    pushing = threading.Thread(target=push_like_telegram, args=(port, dict(told), over))
    pushing.start()
    try:
        run_with_kills(process, server, len(told))
    finally:
        over.set()
        pushing.join()


def push_like_telegram(port: int, waiting: dict[int, dict[str, object]], over: threading.Event) -> None:
    """Push each update until it is answered with 200, and every fifth once more."""
    while waiting and not over.is_set():
        for number, update in list(waiting.items()):
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}{PATH}",
                json.dumps(update).encode(),
                {"Content-Type": "application/json", SECRET_HEADER: SECRET},
            )
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 (loopback)
                    if answer.status == 200 and (number % 5 or over.is_set()):
                        del waiting[number]
                    elif answer.status == 200:
                        waiting[number] = update
                        with urllib.request.urlopen(request, timeout=10):  # noqa: S310 (loopback)
                            del waiting[number]
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
                break
