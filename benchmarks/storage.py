"""How many bytes does a ticket's whole life take on PostgreSQL, from the first message to the answered follow-up?

Plays written conversations (``tests/transcripts``), each in a demo city of its own, and looks at which rows are there
that were not there before. These rows are copied as often as told, with ids and times of their own in the order in
which they would have come, so that tables and indexes fill their pages as in use; then the server is asked for the
sizes. Prints rows and bytes of each table for one life.

    python -m benchmarks.storage [--copies 20000] [FILE.chat …]
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from sqlalchemy import Column, Connection, String, Table, UniqueConstraint, create_engine

from benchmarks.servers import durable
from gridwhistle.bot.logs import set_up_logs
from gridwhistle.bot.settings import LogLevel, Settings
from gridwhistle.bot.transcript.play import play
from gridwhistle.bot.transcript.script import read_script
from gridwhistle.bot.transcript.world import World
from gridwhistle.services.schema import Base
from gridwhistle.services.store import Store
from tests.postgresql import Server

TRANSCRIPTS = Path(__file__).parents[1] / "tests" / "transcripts"
LIVES = (
    "一句话说清_网格员接单办结_次日回访.chat",
    "网格吹哨_部门签收联系到场办了_网格员确认后办结.chat",
    "回访说没解决_重办先回原办理人_再没解决交社区.chat",
)
ID_DIGITS = 32
SECONDS_BETWEEN = 30


class Copies:
    """Databases of a server; remembers the last one."""

    def __init__(self, server: Server) -> None:
        self.last = ""
        self.template = ""
        self._server = server

    def empty(self) -> Store:
        """A new database."""
        return Store(self._server.create())

    def copy_of(self, template: Store) -> Store:
        """A new database with everything that one of these holds."""
        template.engine.dispose()
        self.template = template.url
        self.last = self._server.create(template.url)
        return Store(self.last)


def main() -> None:
    """Play each life, copy its rows, and print what one takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*", default=[TRANSCRIPTS / name for name in LIVES])
    parser.add_argument("--copies", type=int, default=20_000)
    options = parser.parse_args()
    set_up_logs(level=LogLevel.WARNING, as_json=False)
    with durable() as server:
        copies = Copies(server)
        world = World(Settings(), copies)
        for file in options.files:
            if differences := play(read_script(file), world):
                raise SystemExit(f"{file.name} does not hold: {differences[0]}")
            _tell(file, copies, options.copies)


def _tell(file: Path, copies: Copies, times: int) -> None:
    engine = create_engine(copies.last)
    total = 0.0
    print(f"{file.stem}: rows, bytes of one life (with {times:,} of them)")
    with engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            for key in table.foreign_key_constraints:
                # The copies' people are nobody's.
                connection.exec_driver_sql(f'ALTER TABLE "{table.name}" DROP CONSTRAINT "{key.name}"')
        new = {table.name: _new_rows(connection, copies.template, table) for table in Base.metadata.sorted_tables}
        before = {name: _size(connection, name) for name in new}
        for table in Base.metadata.sorted_tables:
            if new[table.name]:
                _copy(connection, table, times)
        for name, rows in new.items():
            if rows:
                size = (_size(connection, name) - before[name]) / times
                total += size
                print(f"  {name:16} {rows:3} {size:8,.0f}")
    print(f"  {'all':16} {sum(new.values()):3} {total:8,.0f}", flush=True)
    engine.dispose()


def _new_rows(connection: Connection, template: str, table: Table) -> int:
    """Leave the rows that the template does not have under ``fresh_…``; gives how many."""
    old = create_engine(template)
    keys = [column.name for column in table.primary_key]
    names = ", ".join(f'"{name}"' for name in keys)
    with old.connect() as other:
        known = [tuple(row) for row in other.exec_driver_sql(f'SELECT {names} FROM "{table.name}"')]  # noqa: S608
    old.dispose()
    rows = connection.exec_driver_sql(f'SELECT {names} FROM "{table.name}"')  # noqa: S608
    fresh = [tuple(row) for row in rows if tuple(row) not in set(known)]
    connection.exec_driver_sql(f'CREATE TEMP TABLE "fresh_{table.name}" (LIKE "{table.name}")')
    marks = ", ".join("%s" for _ in keys)
    for key in fresh:
        connection.exec_driver_sql(
            f'INSERT INTO "fresh_{table.name}" SELECT * FROM "{table.name}" WHERE ({names}) = ({marks})',  # noqa: S608
            key,
        )
    return len(fresh)


def _copy(connection: Connection, table: Table, times: int) -> None:
    unique = {column for index in table.indexes if index.unique for column in index.columns}
    unique |= {column for key in table.constraints if isinstance(key, UniqueConstraint) for column in key.columns}
    unique |= set(table.primary_key)
    values = ", ".join(_value(column, column in unique) for column in table.c)
    columns = ", ".join(f'"{column.name}"' for column in table.c)
    connection.exec_driver_sql(
        f'INSERT INTO "{table.name}" ({columns}) SELECT {values}'  # noqa: S608
        f' FROM generate_series(1, {times}) AS copies(i) CROSS JOIN "fresh_{table.name}" AS o'
    )


def _value(column: Column[object], is_key: bool) -> str:
    """A column of a copy: ids and times go up with its number, other keys are told apart by it."""
    value = f'o."{column.name}"'
    if column.name == "region":
        return value
    if isinstance(column.type, String) and (column.type.length == ID_DIGITS or is_key):
        as_id = f"lpad(to_hex(i), 12, '0') || right({value}, {ID_DIGITS - 12})"
        other = f"{value} || i" if is_key and column.type.length != ID_DIGITS else value
        return f"CASE WHEN {value} ~ '^[0-9a-f]{{{ID_DIGITS}}}$' THEN {as_id} ELSE {other} END"
    if re.search(r"_(at|by)$|^at$|^not_before$|^leased_until$", column.name) and not isinstance(column.type, String):
        return f"{value} + make_interval(secs => i * {SECONDS_BETWEEN})"
    return value


def _size(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql("SELECT pg_total_relation_size(%s)", (f'"{name}"',)).scalar_one())


if __name__ == "__main__":
    main()
