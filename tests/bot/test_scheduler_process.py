"""Do real scheduler processes share the work of one store, and end when they are asked to?"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import engines

from gridwhistle.bot.app import open_office
from gridwhistle.services import rehearsal, timers
from gridwhistle.services.clock import SystemClock
from gridwhistle.services.demo_city import settle_demo
from gridwhistle.services.region import found_region
from gridwhistle.services.schema import LetterRow
from gridwhistle.services.store import Store

PATIENCE = 60.0


def wait_until(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < deadline, "the processes have not done it"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def figures(port: int) -> bytes:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            return bytes(answer.read())
    except OSError:
        return b""


def test_two_processes_run_every_timer_once_and_end_in_good_order(tmp_path: Path) -> None:
    settings = engines.world().settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'city.db'}"})
    store = Store(settings.database_url)
    found_region(store, settings.region, settings.region_name)
    settle_demo(store, settings.region, settings.demo_dir, now=SystemClock().now())
    office, _ = open_office(settings, store, SystemClock())
    port = free_port()
    environment = {**os.environ, "GRIDWHISTLE_DATABASE_URL": settings.database_url, "GRIDWHISTLE_DEMO": "false"}
    command = [sys.executable, "-c", "from gridwhistle.bot.cli import main; main()", "scheduler"]
    processes = [
        subprocess.Popen([*command, *more], env=environment, stderr=subprocess.PIPE, text=True)  # noqa: S603
        for more in (["--metrics-port", str(port)], [])
    ]
    try:
        with office.desk() as desk:
            people = [player.person_id for player in rehearsal.players(desk.session, desk.region)]
            for person in people:
                # Months ago: only a day's notice has no subject that must exist.
                day = "2026-10-01"
                timers.put(desk, "day_notice", person, desk.now - timedelta(seconds=1), part=day, day=day)

        def all_told() -> bool:
            with office.desk() as desk:
                return timers.next_due(desk) is None

        wait_until(all_told)
        with office.desk() as desk:
            letters = desk.session.query(LetterRow.person_id).filter(LetterRow.text_key == "letter.day_off").all()
        assert sorted(row.person_id for row in letters) == sorted(people)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            assert b"gridwhistle_store_up 1.0" in answer.read()
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        ended = [process.communicate(timeout=PATIENCE)[1] for process in processes]
        store.close()
    assert [process.returncode for process in processes] == [0, 0], ended
    assert all("Traceback" not in text for text in ended)
