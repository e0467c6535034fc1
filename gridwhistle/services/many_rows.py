"""How do many rows of a kind reach PostgreSQL in one statement?

Row by row, even in a pipeline, the server parses, plans and answers for each. Sent as one JSON array, which the server
unfolds into rows of the table by itself, a hundred rows cost little more than one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import orjson
from sqlalchemy import JSON, Table, Text, bindparam, cast, column, func, literal_column, select
from sqlalchemy.dialects import postgresql

FEW = 4
"""Up to so many rows the usual way is as quick."""

_Process: TypeAlias = Callable[[Any], Any] | None


def unfolding(table: Table, names: tuple[str, ...]) -> postgresql.Insert:
    """The insertion of rows with these columns from the JSON text ``rows``; a conflict clause may follow."""
    source = func.json_populate_recordset(
        literal_column(f"NULL::{table.name}"), cast(bindparam("rows", type_=Text), postgresql.JSON)
    ).table_valued(*(column(name) for name in names))
    return postgresql.insert(table).from_select(list(names), select(*(source.c[name] for name in names)))


def folded(table: Table, rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows with the same columns as a JSON text, every value as the column's type has it."""
    processes = _processes(table, tuple(rows[0]))
    return orjson.dumps(
        [{name: process(row[name]) if process else row[name] for name, process in processes} for row in rows],
        default=str,
    ).decode()


@lru_cache(maxsize=128)
def _processes(table: Table, names: tuple[str, ...]) -> tuple[tuple[str, _Process], ...]:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return tuple(
        (
            name,
            # JSON is folded in as it is; made a text first it would be unfolded as a text.
            None
            if isinstance(table.columns[name].type, JSON)
            else table.columns[name].type.dialect_impl(dialect).bind_processor(dialect),
        )
        for name in names
    )
