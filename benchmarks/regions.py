"""Do the statements of a city's day stay inside its own region when every table is spread by region?

On Citus each table would be distributed by its column ``region``. PostgreSQL's own partitions by the same column ask
the same of a schema (every unique key and every foreign key holds the column) and of each statement (it names the
region, or it reads all regions), so both are tried here, on a PostgreSQL of its own: once with plain tables, once with
a partition for each region, each holding a demo city. One city then lives through some days: residents report and
confirm, workers press what their cards offer, timers, regular jobs and letters run. The plan of each statement is
looked at for partitions of other regions, and the server is asked whether any of them was read.

    python -m benchmarks.regions [--regions 16] [--residents 100] [--days 3]
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, UniqueConstraint, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable

from benchmarks.plans import READS, watch
from benchmarks.servers import durable
from benchmarks.turn import at, buildings, first_button, lines, turn
from gridwhistle.bot.app import Application, build, settle_memory
from gridwhistle.bot.logs import set_up_logs
from gridwhistle.bot.settings import LogLevel, Settings
from gridwhistle.dialogs.message import Text
from gridwhistle.services import chats, rehearsal
from gridwhistle.services.clock import ShiftableClock
from gridwhistle.services.demo_city import DEMO_CHANNEL, settle_demo
from gridwhistle.services.desk import Address
from gridwhistle.services.schema import Base, Region
from gridwhistle.services.store import Store

KEY = "region"


def main() -> None:
    """Live through the same days on both, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--regions", type=int, default=16)
    parser.add_argument("--residents", type=int, default=100)
    parser.add_argument("--days", type=int, default=3)
    options = parser.parse_args()
    set_up_logs(level=LogLevel.WARNING, as_json=False)
    _keys()
    with durable() as server:
        plain = _live(server.create(), options, spread=False)
        spread = _live(server.create(), options, spread=True)
    print(f"a turn, p50 / p99: plain tables {plain}, {options.regions} partitions each {spread}")


def _keys() -> None:
    """Tell which keys would not fit a table that is distributed by region."""
    tables = [table for table in Base.metadata.sorted_tables if KEY in table.c]
    wrong = [f"{table.name}: {names}" for table in tables for names in _unique_keys(table) if KEY not in names]
    foreign = [key for table in tables for key in table.foreign_key_constraints]
    crossing = [str(key.name) for key in foreign if KEY not in key.column_keys]
    deferred = [str(key.name) for key in foreign if key.deferrable]
    others = [table.name for table in Base.metadata.sorted_tables if KEY not in table.c]
    print(f"{len(tables)} tables with the column {KEY}, without it: {', '.join(others)}")
    print(f"unique keys without {KEY}: {', '.join(wrong) or 'none'}")
    print(f"{len(foreign)} foreign keys, those without {KEY}: {', '.join(crossing) or 'none'}")
    print(f"foreign keys checked at the commit: {', '.join(deferred) or 'none'}")


def _unique_keys(table: Table) -> Iterator[Sequence[str]]:
    yield table.primary_key.columns.keys()
    yield from (index.columns.keys() for index in table.indexes if index.unique)
    yield from (key.columns.keys() for key in table.constraints if isinstance(key, UniqueConstraint))


@dataclass(frozen=True, kw_only=True, slots=True)
class Turns:
    """Milliseconds of the turns of residents."""

    spans: Sequence[float]

    def __str__(self) -> str:
        return f"{at(self.spans, 50):.1f} / {at(self.spans, 99):.1f} ms"


def _live(url: str, options: argparse.Namespace, *, spread: bool) -> Turns:
    store, settings = Store(url), Settings(demo=True, database_url=url)
    regions = [settings.region, *(f"region{number}" for number in range(1, options.regions))]
    clock = ShiftableClock()
    with store.engine.begin() as connection:
        _create(connection, regions if spread else [])
    with store.begin() as session:
        session.add(Region(code=settings.region, name=settings.region_name))
    settle_demo(store, settings.region, settings.demo_dir, now=clock.now())
    with store.engine.begin() as connection:
        for region in regions[1:]:
            _copy(connection, settings.region, region)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    with tempfile.TemporaryDirectory() as files:
        application = build(settings.model_copy(update={"files_dir": Path(files)}), store, clock=clock)
        settle_memory()
        others = tuple(regions[1:])
        before = _reads(store, others)
        with watch(store) as seen:
            spans = _days(application, clock, options)
        if spread:
            _tell(store, seen, others, before)
        with application.office.desk() as desk:
            print(f"{'partitions' if spread else 'plain tables'}: {len(rehearsal.tickets(desk))} tickets")
    store.close()
    return Turns(spans=spans)


def _create(connection: Connection, regions: Sequence[str]) -> None:
    """Make the tables, with a partition for each of the regions."""
    for table in Base.metadata.sorted_tables:
        statement = str(CreateTable(table).compile(dialect=connection.dialect)).rstrip()
        by_region = bool(regions) and KEY in table.c
        connection.exec_driver_sql(f"{statement} PARTITION BY LIST ({KEY})" if by_region else statement)
        for region in regions if by_region else ():
            connection.exec_driver_sql(
                f"CREATE TABLE {table.name}_of_{region} PARTITION OF {table.name} FOR VALUES IN ('{region}')"
            )
        for index in table.indexes:
            connection.execute(CreateIndex(index))


def _copy(connection: Connection, source: str, region: str) -> None:
    for table in Base.metadata.sorted_tables:
        key = KEY if KEY in table.c else "code"
        names = ", ".join(f'"{column.name}"' for column in table.c if column.name != key)
        connection.exec_driver_sql(
            f'INSERT INTO "{table.name}" ({key}, {names}) SELECT \'{region}\', {names} FROM "{table.name}"'  # noqa: S608
            f" WHERE {key} = '{source}'"
        )


def _days(application: Application, clock: ShiftableClock, options: argparse.Namespace) -> list[float]:
    """Residents report and confirm, workers press; then days pass with all that is due in them."""
    people = [f"resident-{number}" for number in range(options.residents)]
    said = lines("regions", buildings(application), len(people))
    spans = []
    for one, line in zip(people, said, strict=True):
        turn(application, one, "0", Text(text="你好"))
        spans.append(turn(application, one, "1", Text(text=line)))
        application.delivery.run()
        spans.append(turn(application, one, "2", first_button(application, one)))
    application.delivery.run()
    with application.office.desk() as desk:
        workers = [player.address for player in rehearsal.players(desk.session, desk.region)]
    for day in range(options.days):
        for worker in workers:
            _press(application, worker, str(day))
        clock.ahead_to(clock.now() + timedelta(days=1))
        application.drain.run_due()
        application.cron.run_due()
        application.delivery.run()
    return spans


def _press(application: Application, worker: str, day: str) -> None:
    """What a worker's newest card offers first, and a word on it where one is asked for."""
    for number, answer in enumerate(("", "疏通好了，现场看过了", "跳过")):
        with application.office.desk() as desk:
            written = chats.letters(desk, Address(channel=DEMO_CHANNEL, address=worker))
        if not written or (not answer and not written[-1].buttons):
            return
        said = Text(text=answer) if answer else first_button(application, worker)
        turn(application, worker, f"{day}-{number}", said)


def _reads(store: Store, others: tuple[str, ...]) -> int:
    """How often a partition of another region was read so far, as the server has counted."""
    time.sleep(1.5)  # the server's sessions tell what they did once a second
    with store.engine.begin() as connection:
        return int(
            connection.scalar(
                text(
                    "SELECT coalesce(sum(seq_scan + coalesce(idx_scan, 0)), 0) FROM pg_stat_user_tables"
                    " WHERE split_part(relname, '_of_', 2) = ANY(:others)"
                ),
                {"others": list(others)},
            )
            or 0
        )


def _tell(store: Store, seen: Sequence[tuple[str, Any]], others: tuple[str, ...], before: int) -> None:
    shapes: dict[str, tuple[str, Any]] = {}
    for statement, values in seen:
        if READS.match(statement) or statement.lstrip().startswith("INSERT"):
            shapes.setdefault(re.sub(r"'[^']*'|\b\d+\b", "?", statement), (statement, values))
    wide: dict[str, int] = {}
    for shape, (statement, values) in shapes.items():
        try:
            if strange := _of_others(store, statement, values, others):
                wide[shape] = len(strange)
        except DBAPIError as error:
            print(f"  no plan ({error.orig}): {shape[:200]}")
    control = len(_of_others(store, "SELECT count(*) FROM ticket WHERE words = 'x'", None, others))
    print(f"a statement that does not name its region reads {control} partitions of others")
    print(f"{len(shapes)} different statements of those days: {len(wide)} read partitions of other regions")
    for shape, count in wide.items():
        print(f"  {count} partitions: {shape[:300]}")
    folded = sum("json_populate_recordset" in shape for shape in shapes)
    print(f"insertions that tell their region only inside a JSON array: {folded}")
    print(f"reads of other regions' partitions, as the server counted them: {_reads(store, others) - before}")


def _of_others(store: Store, statement: str, values: Any, others: tuple[str, ...]) -> set[str]:
    """The partitions of other regions in a statement's plan."""
    with store.engine.begin() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values or None).scalar_one()
    return {name for name in _relations(plan) if name.partition("_of_")[2] in others}


def _relations(plan: Any) -> Iterator[str]:
    if isinstance(plan, dict):
        if "Relation Name" in plan:
            yield plan["Relation Name"]
        plan = list(plan.values())
    if isinstance(plan, list):
        for part in plan:
            yield from _relations(part)


if __name__ == "__main__":
    main()
