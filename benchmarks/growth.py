"""Does a turn, or the claim of due timers, take longer when the city has a million tickets?

A city of full size (400,000 residents) is filled with 10^3, 10^4, 10^5 and 10^6 tickets, each with its events, its
message in the inbox, its letter and, where it is open, its timers; the rows are written by the engine itself, as
copies of a real ticket's. At each size residents report and confirm, which opens real tickets, and due timers are
claimed; the medians are printed, and what they are of those at the first size. A turn is told by the clock, by the
processor's time and by what the engine wrote for it to its log and tables; other work on the machine disturbs the first
much, the second by up to a half (cores share their caches), the third not at all. Every statement of those turns is
looked at for reads of a whole table.

    python -m benchmarks.growth [--sizes 1000 10000 100000 1000000] [--residents 400000] [--turns 200]
                                [--engines SQLite PostgreSQL] [--postgresql URL]

``--postgresql`` is an empty database that may be filled, or ``GRIDWHISTLE_BENCHMARK_POSTGRESQL``; without it a server
of its own is started from the installed programs.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from benchmarks.plans import full_scans, watch
from benchmarks.servers import database
from gridwhistle.bot.app import Application, build, settle_memory
from gridwhistle.bot.logs import set_up_logs
from gridwhistle.bot.settings import LogLevel, Settings
from gridwhistle.dialogs.message import Inbound, Press, Text
from gridwhistle.services import chats, timers
from gridwhistle.services.big_city import Scale, build_big_city
from gridwhistle.services.demo_city import settle_demo
from gridwhistle.services.desk import Address
from gridwhistle.services.region import found_region
from gridwhistle.services.schema import Event, InboxRow, LetterRow, Ticket, TimerRow, table_of
from gridwhistle.services.store import Store, new_id

CLAIMS = 30
OPEN_SHARE = 25
"""One ticket of so many is still open."""
GOAL = 1.5
ENGINES = ("SQLite", "PostgreSQL")
LINES = (
    "{place}{unit}单元下水道堵了三天了，没人管",
    "{place}{unit}单元楼道堆了一堆破烂，道都走不了",
    "{place}{unit}单元暖气不热，屋里才十五度",
)


def main() -> None:
    """Measure on each engine and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--residents", type=int, default=400_000)
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--postgresql", default=os.environ.get("GRIDWHISTLE_BENCHMARK_POSTGRESQL", ""))
    options = parser.parse_args()
    set_up_logs(level=LogLevel.WARNING, as_json=False)
    with tempfile.TemporaryDirectory() as folder:
        if "SQLite" in options.engines:
            _grow("SQLite", f"sqlite:///{folder}/growth.db", Path(folder), options)
        if "PostgreSQL" in options.engines:
            with database(options.postgresql) as url:
                if url is not None:
                    _grow("PostgreSQL", url, Path(folder), options)


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """Medians in milliseconds; ``cpu`` is what a turn took of the processor."""

    turn: float
    cpu: float
    claim: float
    written: float
    """KiB for each turn on average; greetings and letters between them are in it."""
    server: float
    """Milliseconds of PostgreSQL's processor likewise, where it runs on this machine."""


def _grow(engine: str, url: str, folder: Path, options: argparse.Namespace) -> None:
    settings = Settings(demo=True, database_url=url, files_dir=folder / "files")
    store = Store(url)
    began = time.perf_counter()
    found_region(store, settings.region, settings.region_name)
    now = datetime.now(UTC)
    settle_demo(store, settings.region, settings.demo_dir, now=now)
    build_big_city(store, settings.region, Scale(residents=options.residents), now=now)
    application = build(settings, store, regular=())
    settle_memory()
    print(f"{engine}: the city is there after {time.perf_counter() - began:.0f} s", flush=True)
    first: Measured | None = None
    there = 0
    _turns(application, 20, "warm")
    for size in options.sizes:
        began = time.perf_counter()
        _fill(store, settings.region, there, size)
        there = size
        filled = time.perf_counter() - began
        measured = _measure(application, options.turns, str(size))
        first = first or measured
        turn, claim = measured.turn / first.turn, measured.claim / first.claim
        print(
            f"{engine:10} {size:9,} tickets (filled in {filled:4.0f} s):"
            f" turn p50 {measured.turn:6.2f} ms = {turn:4.2f}"
            f" (CPU {measured.cpu:5.2f} = {measured.cpu / first.cpu:4.2f},"
            f" server {measured.server:4.1f}, written {measured.written:4.0f} KiB ="
            f" {measured.written / first.written:4.2f}),"
            f" claim of {timers.BATCH} timers p50 {measured.claim:6.2f} ms = {claim:4.2f} of the first",
            "" if max(turn, claim) <= GOAL else f"MORE THAN {GOAL}",
            flush=True,
        )
    with watch(store) as seen:
        _turns(application, 3, "watched")
        application.drain.run_due()
    scans = full_scans(store, seen)
    print(f"{engine}: {len(seen)} statements looked at, {len(scans)} of them read a growing table from end to end")
    for statement, tables in scans.items():
        print(f"  {tables}: {statement[:300]}")
    store.close()


# ---- filling


def _fill(store: Store, region: str, there: int, size: int) -> None:
    """Copy a real ticket with all that belongs to it until there are ``size``."""
    sqlite = store.is_sqlite
    with store.begin() as session:
        template = session.execute(
            text("SELECT id FROM ticket WHERE region = :region ORDER BY id LIMIT 1"), {"region": region}
        ).scalar_one()
        if not there:
            session.execute(text("CREATE TABLE filling (i INTEGER PRIMARY KEY, person VARCHAR(32), grid VARCHAR(64), "
                                 "worker VARCHAR(32))"))  # fmt: skip
            session.execute(text(
                "INSERT INTO filling SELECT row_number() OVER (ORDER BY g.person_id) - 1, g.person_id, g.unit, p.a"
                " FROM role_grant g JOIN post p ON p.region = g.region AND p.grid = g.unit AND p.post = 'grid_worker'"
                " WHERE g.region = :region AND g.role = 'resident'"), {"region": region})  # fmt: skip
        people = session.execute(text("SELECT count(*) FROM filling")).scalar_one()
        cross = f"FROM series JOIN filling f ON f.i = (CAST(series.i AS BIGINT) * 7919) % {people}"
        number = "printf('%032x', series.i)" if sqlite else "lpad(to_hex(series.i), 32, '0')"
        at = (
            "strftime('%Y-%m-%d %H:%M:%S.000000', 'now', '-' || (series.i % 2000000) || ' minutes')"
            if sqlite
            else "now() - make_interval(mins => series.i % 2000000)"
        )
        is_open = f"series.i % {OPEN_SHARE} = 0"
        _copy(session, table_of(Ticket), f"WHERE o.id = '{template}'", cross, there, size, {
            "id": number, "number": "'增长-' || series.i", "grid": "f.grid", "reporter_id": "f.person",
            "handler_id": "f.worker", "opened_at": at,
            "status": f"CASE WHEN {is_open} THEN 'in_progress' ELSE 'closed' END"})  # fmt: skip
        _copy(session, table_of(Event), f"WHERE o.subject_id = '{template}' AND o.seq <= 3", cross, there, size,
              {"subject_id": number, "at": at})  # fmt: skip
        one = "WHERE o.{0} = (SELECT min({0}) FROM {1})"
        _copy(session, table_of(LetterRow), one.format("id", "outbox"), cross, there, size, {
            "id": number, "key": "'growth:' || series.i", "person_id": "f.person", "address": "f.person",
            "state": "'sent'", "sent_at": at, "created_at": at, "not_before": at,
            "card": "'ticket:' || series.i"})  # fmt: skip
        _copy(session, table_of(InboxRow), one.format("external_id", "inbox"), cross, there, size, {
            "address": "f.person", "external_id": "'growth:' || series.i", "received_at": at,
            "handled_at": at})  # fmt: skip
        later = (
            "strftime('%Y-%m-%d %H:%M:%S.000000', 'now', '+' || (60 + series.i % 40000) || ' minutes')"
            if sqlite
            else "now() + make_interval(mins => 60 + series.i % 40000)"
        )
        timer = "WHERE (o.subject_id, o.job, o.part) IN (SELECT subject_id, job, part FROM timer LIMIT 1)"
        _copy(session, table_of(TimerRow), timer, f"{cross} AND {is_open}", there, size, {
            "subject_id": number, "due_at": later, "retry_at": "NULL"})  # fmt: skip
    with store.begin() as session:
        session.execute(text("ANALYZE"))
    if store.is_sqlite:
        # No city writes gigabytes in one transaction: the log of it shall not be part of what is measured.
        driver = store.engine.raw_connection()
        driver.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        driver.close()


def _copy(
    session: Session, table: Table, which: str, cross: str, there: int, size: int, changed: Mapping[str, str]
) -> None:
    """Insert copies of the rows ``which``, numbered from ``there`` to ``size``, with some columns computed."""
    columns = [column.name for column in table.columns]
    values = ", ".join(changed.get(name, f"o.{name}") for name in columns)
    session.execute(text(
        f"WITH RECURSIVE series(i) AS (SELECT {there + 1} UNION ALL SELECT i + 1 FROM series WHERE i < {size})"  # noqa: S608
        f" INSERT INTO {table.name} ({', '.join(columns)}) SELECT {values} {cross}"
        f" CROSS JOIN (SELECT * FROM {table.name} o {which}) o"))  # fmt: skip


# ---- measuring


def _measure(application: Application, count: int, label: str) -> Measured:
    store = application.office.store
    before, worked = _written(store), _server(store)
    spans = _turns(application, count, label)
    written, worked = _written(store) - before, _server(store) - worked
    return Measured(
        turn=statistics.median(wall for wall, _ in spans),
        cpu=statistics.median(cpu for _, cpu in spans),
        claim=_claims(application),
        written=written / 1024 / len(spans),
        server=worked * 1000 / len(spans),
    )


def _written(store: Store) -> int:
    """Bytes that the engine has written so far: SQLite by this process (Linux tells it), PostgreSQL to its log."""
    if store.is_sqlite:
        told = dict(line.split(": ") for line in Path("/proc/self/io").read_text(encoding="ascii").splitlines())
        return int(told["wchar"])
    with store.begin() as session:
        return int(session.execute(text("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")).scalar_one())


def _server(store: Store) -> float:
    """Seconds of the processor that PostgreSQL's sessions with us have taken so far, as Linux tells them."""
    if store.is_sqlite:
        return 0.0
    with store.begin() as session:
        pids = session.scalars(text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")).all()
    ticks = 0
    for pid in pids:
        with suppress(OSError):
            told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            ticks += int(told[11]) + int(told[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _turns(application: Application, count: int, label: str) -> list[tuple[float, float]]:
    """Turns in which residents report and confirm: milliseconds by the clock, and of the processor."""
    chance = random.Random(label)
    with application.office.desk() as desk:
        places = [desk.city.full_name(place.code) for place in desk.city.places.values() if place.parent]
    spans = []
    for number in range(count):
        who = f"growth-{label}-{number}"
        _turn(application, who, Text(text="你好"))
        line = chance.choice(LINES).format(place=chance.choice(places), unit=chance.randint(1, 6))
        spans.append(_turn(application, who, Text(text=line)))
        application.delivery.run()
        with application.office.desk() as desk:
            written = chats.letters(desk, Address(channel="web", address=who))
        if written[-1].buttons:
            spans.append(_turn(application, who, Press(letter=written[-1].id, index=0)))
    application.delivery.run()
    if len(spans) < count * 3 // 2:
        raise SystemExit("hardly any report was understood: nothing is measured")
    return spans


def _turn(application: Application, address: str, content: Text | Press) -> tuple[float, float]:
    inbound = Inbound(
        channel="web", address=address, external_id=new_id(), received_at=datetime.now(UTC), content=content
    )
    began, worked = time.perf_counter(), time.thread_time()
    application.conversation.handle(inbound)
    return (time.perf_counter() - began) * 1000, (time.thread_time() - worked) * 1000


def _claims(application: Application) -> float:
    """The median of claims of a batch of due timers, each with the removal of what it claimed."""
    with application.office.desk() as desk:
        for number in range(CLAIMS * timers.BATCH):
            timers.put(desk, "growth", f"{number}", desk.now - timedelta(seconds=number))
    spans = []
    for _ in range(CLAIMS):
        began = time.perf_counter()
        with application.office.desk() as desk:
            timers.remove(desk, timers.claim(desk))
        spans.append((time.perf_counter() - began) * 1000)
    return statistics.median(spans)


if __name__ == "__main__":
    main()
