"""How many due timers does GridWhistle drain, beside APScheduler's own job store and procrastinate on the same stores?

Every timer has its real effect: a reminder letter in the outbox of a city with 2,800 workers, rendered, addressed and
committed; nothing may be lost or written twice. All three run the same effect in the same run, one after another.
APScheduler's job store serves one process only (two fire a job twice); it and procrastinate get fewer timers, because
they take so long, and their rates are told per second all the same.

    python -m benchmarks.timers [--count 100000] [--peer-count 5000] [--postgresql URL] [--processes 1 2 4]

``--postgresql`` is an empty database that may be filled, or ``GRIDWHISTLE_BENCHMARK_POSTGRESQL``; without it a server
of its own is started from the installed programs. procrastinate comes with the ``benchmarks`` extra.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import delete, func, select, text, update

from benchmarks.servers import database
from gridwhistle.bot.app import open_office
from gridwhistle.bot.settings import Settings
from gridwhistle.scheduler.drain import Drain
from gridwhistle.scheduler.job import Job
from gridwhistle.services import timers
from gridwhistle.services.clock import SystemClock
from gridwhistle.services.desk import Desk
from gridwhistle.services.office import Office
from gridwhistle.services.outbox import Letter, addressee, look_up, post
from gridwhistle.services.region import found_region
from gridwhistle.services.schema import Account, Lane, LetterRow, LetterState, Person, TimerRow, table_of
from gridwhistle.services.store import Insertion, Store, insert_later
from gridwhistle.services.timers import DueTimer

try:
    import procrastinate
except ModuleNotFoundError:
    procrastinate = None

WORKERS = 2_800
CHUNK = 5_000
HISTORY = 5 * WORKERS
"""Letters that were sent before."""
LONGEST = 1_800
STUCK = 60
"""Seconds without progress after which a peer's jobs are taken for lost."""
APSCHEDULER_THREADS = 10
PERSON = Insertion(table=table_of(Person))
ACCOUNT = Insertion(table=table_of(Account))


def main() -> None:
    """Measure all that can be measured here and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--peer-count", type=int, default=5_000)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgresql", default=os.environ.get("GRIDWHISTLE_BENCHMARK_POSTGRESQL", ""))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _compare("SQLite", f"sqlite:///{folder}/timers.db", options)
    with database(options.postgresql) as url:
        if url is not None:
            _compare("PostgreSQL", url, options)


def _compare(engine: str, url: str, options: argparse.Namespace) -> None:
    found: dict[str, float] = {}

    def measure(name: str, count: int, run: Callable[[str, int], float]) -> None:
        rates = []
        for _ in range(options.rounds):
            _fresh_city(url)
            rates.append(count / run(url, count))
            _check(url, count)
        found[name] = statistics.median(rates)
        print(f"{engine:10}  {name:34} {found[name]:9,.0f} timers/s   ({count:,} timers, none lost)", flush=True)

    for processes in options.processes:
        measure(f"GridWhistle, {processes} process(es)", options.count, lambda u, n, p=processes: _ours(u, n, p))
    measure("APScheduler 3.11, SQLAlchemy store", options.peer_count, _apscheduler)
    if procrastinate is None:
        print("procrastinate is not measured: pip install --editable '.[benchmarks]'")
    elif engine == "PostgreSQL":
        for processes in options.processes:
            name = f"procrastinate 3, {processes} process(es)"
            measure(name, options.peer_count, lambda u, n, p=processes: _procrastinate(u, n, p))
    ours = max(rate for name, rate in found.items() if name.startswith("GridWhistle"))
    for name, rate in found.items():
        if not name.startswith("GridWhistle"):
            print(f"{engine:10}  GridWhistle is {ours / rate:.1f} times as fast as {name}", flush=True)


# ---- the city and the effect, the same for all


def remind(desk: Desk, number: int) -> None:
    """The effect of a timer: a reminder to a worker."""
    post(
        desk,
        Letter(
            to=_worker(number),
            text="tasks.none",
            key=f"reminder:{number}",
            card=f"ticket:{number}",
        ),
    )


def _worker(number: int) -> str:
    return f"worker{number % WORKERS:026d}"


def _office(store: Store) -> Office:
    return open_office(Settings(database_url=store.url), store, SystemClock())[0]


def _fresh_city(url: str) -> None:
    store = Store(url)
    if store.is_sqlite:
        for file in Path(str(store.engine.url.database)).parent.glob("timers.db*"):
            file.unlink()
    else:
        with store.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA IF EXISTS public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    region = Settings().region
    found_region(store, region, "富锦市")
    now = datetime.now(UTC)
    with store.begin() as session:
        for number in range(WORKERS):
            person = {"region": region, "id": _worker(number), "code": None, "name": "网格员", "language": "zh",
                      "unit": None, "grid": None, "place": None, "reachable": True, "created_at": now}  # fmt: skip
            insert_later(session, PERSON, person)
        for number in range(WORKERS):
            account = {"region": region, "channel": "web", "address": f"w{number}", "person_id": _worker(number),
                       "blocked": False, "last_heard_at": now}  # fmt: skip
            insert_later(session, ACCOUNT, account)
    store.close()
    _live(url)


def _live(url: str) -> None:
    """Let the city have been at work: PostgreSQL plans for tables that it has seen filled, as those of a city are."""
    with _open(url) as office:
        for begin in range(0, HISTORY, CHUNK):
            with office.desk() as desk:
                look_up(desk, map(_worker, range(WORKERS)))
                for number in range(begin, min(begin + CHUNK, HISTORY)):
                    key = f"earlier:{number}"
                    post(desk, Letter(to=_worker(number), text="tasks.none", key=key, card=key))
        with office.store.begin() as session:
            session.execute(update(LetterRow).values(state=LetterState.SENT))
            session.execute(delete(Lane))
        if not office.store.is_sqlite:
            with office.store.engine.begin() as connection:
                connection.execute(text("ANALYZE"))


def _check(url: str, count: int) -> None:
    store = Store(url)
    with store.begin() as session:
        letters = session.execute(select(func.count()).select_from(LetterRow)).scalar_one()
        left = session.execute(select(func.count()).select_from(TimerRow)).scalar_one()
    store.close()
    if (letters, left) != (HISTORY + count, 0):
        sys.exit(f"{letters - HISTORY} letters of {count}, {left} timers left")


@contextmanager
def _open(url: str) -> Iterator[Office]:
    store = Store(url)
    try:
        yield _office(store)
    finally:
        store.close()


def _together(processes: int, work: Callable[..., None], *given: object) -> float:
    """Seconds from the moment when all processes are ready until the last has ended."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes + 1)
    running = [context.Process(target=work, args=(barrier, *given)) for _ in range(processes)]
    for process in running:
        process.start()
    barrier.wait(LONGEST)
    began = time.perf_counter()
    for process in running:
        process.join(LONGEST)
        if process.exitcode:
            sys.exit(f"a process ended with {process.exitcode}")
    return time.perf_counter() - began


# ---- GridWhistle


def _ours(url: str, count: int, processes: int) -> float:
    with _open(url) as office:
        for begin in range(0, count, CHUNK):
            with office.desk() as desk:
                for number in range(begin, min(begin + CHUNK, count)):
                    due = desk.now - timedelta(seconds=1) - timedelta(milliseconds=number)
                    timers.put(desk, "benchmark", str(number), due)
    return _together(processes, _drain, url)


def _drain(barrier: Any, url: str) -> None:
    def run(desk: Desk, timer: DueTimer) -> None:
        remind(desk, int(timer.subject_id))

    with _open(url) as office:

        def prepare(desk: Desk, due: Sequence[DueTimer]) -> None:
            look_up(desk, (_worker(int(timer.subject_id)) for timer in due))

        drain = Drain(office, [Job(name="benchmark", run=run, prepare=prepare)])
        with office.desk() as desk:
            # Connected, and the city read, before the clock runs.
            addressee(desk, _worker(0))
        barrier.wait(LONGEST)
        drain.run_due()


# ---- APScheduler


@dataclass
class _Bench:
    """What APScheduler's jobs find by a module's name: they are stored as references, not as functions."""

    office: Office
    left: int
    done: threading.Event
    lock: threading.Lock


BENCH: list[_Bench] = []


def apscheduler_job(number: int) -> None:
    """The effect in a transaction of its own, as a job of APScheduler has it."""
    bench = BENCH[0]
    with bench.office.desk() as desk:
        remind(desk, number)
    with bench.lock:
        bench.left -= 1
        if not bench.left:
            bench.done.set()


def _apscheduler(url: str, count: int) -> float:
    with _open(url) as office:
        bench = _Bench(office=office, left=count, done=threading.Event(), lock=threading.Lock())
        BENCH[:] = [bench]
        scheduler = BackgroundScheduler(
            jobstores={"default": SQLAlchemyJobStore(url=url, engine_options=_patient(url))},
            # A queue without an end, or the jobs that find no free thread would be thrown away.
            executors={"default": ThreadPoolExecutor(APSCHEDULER_THREADS)},
            job_defaults={"misfire_grace_time": None},
            timezone=UTC,
        )
        scheduler.start(paused=True)
        due = datetime.now(UTC) - timedelta(seconds=1)
        for number in range(count):
            scheduler.add_job("benchmarks.timers:apscheduler_job", "date", run_date=due, args=(number,))
        began = time.perf_counter()
        scheduler.resume()
        left = count
        while not bench.done.wait(STUCK):
            if bench.left == left:
                sys.exit(f"APScheduler has lost {left} jobs")
            left = bench.left
        seconds = time.perf_counter() - began
        scheduler.shutdown()
    return seconds


def _patient(url: str) -> dict[str, object]:
    """SQLite waits as long for its writer as it does for us."""
    return {"connect_args": {"timeout": 20}} if url.startswith("sqlite") else {}


# ---- procrastinate


def _procrastinate_app(url: str, office: Office | None) -> tuple[procrastinate.App, Any]:
    conninfo = url.replace("postgresql+psycopg://", "postgresql://")
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo, max_size=12))

    @app.task(name="remind")
    def reminder(number: int) -> None:
        if office is None:
            raise RuntimeError("only a worker runs tasks")
        with office.desk() as desk:
            remind(desk, number)

    return app, reminder


def _procrastinate(url: str, count: int, processes: int) -> float:
    async def defer() -> None:
        app, task = _procrastinate_app(url, None)
        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            due = datetime.now(UTC) - timedelta(seconds=1)
            for begin in range(0, count, CHUNK):
                numbers = range(begin, min(begin + CHUNK, count))
                configured = task.configure(schedule_at=due)
                await configured.batch_defer_async(*({"number": number} for number in numbers))

    asyncio.run(defer())
    return _together(processes, _procrastinate_worker, url)


def _procrastinate_worker(barrier: Any, url: str) -> None:
    async def work() -> None:
        with _open(url) as office:
            app, _ = _procrastinate_app(url, office)
            async with app.open_async():
                await asyncio.to_thread(barrier.wait, LONGEST)
                await app.run_worker_async(wait=False, concurrency=10, listen_notify=False, delete_jobs="always")

    with suppress(KeyboardInterrupt):
        asyncio.run(work())


if __name__ == "__main__":
    # So that the processes and APScheduler's references find this module by its own name.
    from benchmarks import timers as me

    me.main()
