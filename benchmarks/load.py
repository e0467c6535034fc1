"""How many whole turns do several processes do on one PostgreSQL, and how long does a burst make people wait?

Starts a PostgreSQL of its own with durable settings (fsync, synchronous commit). For 1, 2 and 4 processes of several
threads: residents report in one line and confirm, as in ``benchmarks.turn``; the rate is over all processes. Then
messages arrive ten times as fast as that for a while, and each is timed from its arrival to its commit, its wait in the
line included. Prints a table.

    python -m benchmarks.load [--residents 200] [--threads 4] [--burst-seconds 1] [--processes 1 2 4]
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from queue import Empty
from typing import TypeAlias

from benchmarks.servers import durable
from benchmarks.turn import at, buildings, first_button, lines, turn
from gridwhistle.bot.app import Application, build, settle_memory
from gridwhistle.bot.logs import set_up_logs
from gridwhistle.bot.settings import LogLevel, Settings
from gridwhistle.dialogs.message import Text
from gridwhistle.services.demo_city import settle_demo
from gridwhistle.services.region import found_region
from gridwhistle.services.store import Store
from tests.postgresql import Server

Turn: TypeAlias = Callable[[], float]

TIMES = 10
"""How much faster than the sustained rate a burst arrives."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What each process is to do."""

    url: str
    files: Path
    processes: int
    residents: int
    threads: int
    burst_seconds: float


@dataclass(frozen=True, kw_only=True)
class Done:
    """What one process has done."""

    turns: int
    spans: Sequence[float]
    """Milliseconds of each turn."""
    seconds: float
    burst: Sequence[float]
    """Milliseconds from arrival to commit."""
    drained: float
    """Seconds until the burst was worked off."""


def main() -> None:
    """Measure each number of processes on a fresh database and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--residents", type=int, default=200, help="of each process")
    parser.add_argument("--threads", type=int, default=4, help="of each process")
    parser.add_argument("--burst-seconds", type=float, default=1.0)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 4])
    options = parser.parse_args()
    with durable() as server:
        template = _city(server)
        print("           sustained                         │ a burst of ten times that")
        print("processes  turns/s  of first  p50 ms  p99 ms │  turns  p50 s  p99 s  done after s")
        first: float | None = None
        for processes in options.processes:
            with tempfile.TemporaryDirectory() as files:
                task = Task(
                    url=server.create(template),
                    files=Path(files),
                    processes=processes,
                    residents=options.residents,
                    threads=options.threads,
                    burst_seconds=options.burst_seconds,
                )
                done = _measure(task)
                first = first or _rate(done)
                _print(task, done, first)


def _city(server: Server) -> str:
    url = server.create()
    store, settings = Store(url), Settings(demo=True)
    found_region(store, settings.region, settings.region_name)
    settle_demo(store, settings.region, settings.demo_dir, now=datetime.now(UTC))
    store.close()
    return url


def _measure(task: Task) -> list[Done]:
    spawned = multiprocessing.get_context("spawn")
    results: Queue[Done] = spawned.Queue()
    together = spawned.Barrier(task.processes)
    workers = [
        spawned.Process(target=_work, args=(task, number, together, results), daemon=True)
        for number in range(task.processes)
    ]
    for worker in workers:
        worker.start()
    done: list[Done] = []
    while len(done) < len(workers):
        try:
            done.append(results.get(timeout=1))
        except Empty:
            if any(worker.exitcode for worker in workers):
                sys.exit("one of the processes has failed")
    for worker in workers:
        worker.join()
    return done


def _rate(done: list[Done]) -> float:
    return sum(one.turns for one in done) / max(one.seconds for one in done)


def _print(task: Task, done: list[Done], first: float) -> None:
    spans = [span for one in done for span in one.spans]
    burst = [span / 1000 for one in done for span in one.burst]
    print(
        f"{task.processes:9} {_rate(done):8.0f} {_rate(done) / first:9.2f} {at(spans, 50):7.1f} {at(spans, 99):7.1f} │ "
        f"{len(burst):6} {at(burst, 50):6.2f} {at(burst, 99):6.2f} {max(one.drained for one in done):13.2f}",
        flush=True,
    )


def _work(task: Task, number: int, together: Barrier, results: Queue[Done]) -> None:
    set_up_logs(level=LogLevel.WARNING, as_json=False)
    settings = Settings(demo=True, database_url=task.url, files_dir=task.files)
    application = build(settings, Store(task.url))
    settle_memory()
    with ThreadPoolExecutor(task.threads) as threads:
        load = Load(application, threads, together)
        steady = [f"{number}-steady-{person}" for person in range(task.residents)]
        load.greet(steady)
        report, report_seconds = load.steadily(load.reports(steady))
        confirm, confirm_seconds = load.steadily(load.confirmations(steady))
        turns, seconds = len(report) + len(confirm), report_seconds + confirm_seconds
        rate = TIMES * turns / seconds
        many = int(rate * task.burst_seconds / 2)
        sudden = [f"{number}-sudden-{person}" for person in range(many)]
        load.greet(sudden)
        load.steadily(load.reports(sudden))
        late = [f"{number}-late-{person}" for person in range(many)]
        load.greet(late)
        burst, drained = load.at_rate([*load.confirmations(sudden), *load.reports(late)], rate)
    results.put(Done(turns=turns, spans=[*report, *confirm], seconds=seconds, burst=burst, drained=drained))
    application.office.store.close()


class Load:
    """What the residents of one process do."""

    def __init__(self, application: Application, threads: ThreadPoolExecutor, together: Barrier) -> None:
        self._application = application
        self._threads = threads
        self._together = together
        self._buildings = buildings(application)

    def greet(self, people: Sequence[str]) -> None:
        """Make them somebody who has written before: most turns are theirs."""
        list(self._threads.map(lambda one: turn(self._application, one, "0", Text(text="你好")), people))

    def reports(self, people: Sequence[str]) -> list[Turn]:
        """Each reports a matter in one line."""
        said = zip(people, lines(people[0], self._buildings, len(people)), strict=True)
        return [partial(turn, self._application, one, "1", Text(text=line)) for one, line in said]

    def confirmations(self, people: Sequence[str]) -> list[Turn]:
        """Each confirms what they have reported."""
        self._application.delivery.run()
        # Another process may have been sending our people's letters.
        self._together.wait()
        return [partial(turn, self._application, one, "2", first_button(self._application, one)) for one in people]

    def steadily(self, turns: Sequence[Turn]) -> tuple[list[float], float]:
        """One after the other on each thread, all processes together: milliseconds of each, seconds of all."""
        self._together.wait()
        began = time.perf_counter()
        spans = list(self._threads.map(lambda one: one(), turns))
        return spans, time.perf_counter() - began

    def at_rate(self, turns: Sequence[Turn], rate: float) -> tuple[list[float], float]:
        """As they arrive, whether the last are done or not: milliseconds of each from its arrival, seconds of all."""
        self._together.wait()
        began = time.perf_counter()

        def late(one: Turn, due: float) -> float:
            one()
            return (time.perf_counter() - due) * 1000

        waiting = []
        for number, one in enumerate(turns):
            due = began + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            waiting.append(self._threads.submit(late, one, due))
        spans = [one.result() for one in waiting]
        return spans, time.perf_counter() - began


if __name__ == "__main__":
    main()
