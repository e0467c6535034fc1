"""Do many rows in one statement mean what they mean one by one?"""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from sqlalchemy.dialects import postgresql

from gridwhistle.services.clock import CITY_ZONE
from gridwhistle.services.many_rows import folded
from gridwhistle.services.schema import Event, Lane, LetterRow, LetterState, table_of
from gridwhistle.services.store import Insertion

AT = datetime(2026, 11, 23, 9, 0, tzinfo=CITY_ZONE)


def test_rows_are_folded_with_their_columns_values() -> None:
    row = {"id": "1", "state": LetterState.WAITING, "buttons": [{"label": "好"}], "card": None, "not_before": AT}

    assert json.loads(folded(table_of(LetterRow), [row, {**row, "id": "2"}])) == [
        {"id": number, "state": "waiting", "buttons": [{"label": "好"}], "card": None,
         "not_before": "2026-11-23T01:00:00+00:00"}
        for number in "12"
    ]  # fmt: skip


def test_a_naive_time_is_refused_at_this_door_too() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        folded(table_of(Event), [{"at": AT.replace(tzinfo=None)}])


def test_the_statement_keeps_the_rows_that_are_there_as_the_plain_one_does() -> None:
    names = ("region", "channel", "address", "priority", "due_at")
    how = Insertion(
        table=table_of(Lane),
        conflict=("region", "channel", "address", "priority"),
        update=("due_at",),
        only_if=lambda new: new.due_at < Lane.__table__.c.due_at,
    )
    said = " ".join(str(how.together(names).compile(dialect=postgresql.dialect())).split())

    assert said.startswith("INSERT INTO lane (region, channel, address, priority, due_at) SELECT")
    assert "json_populate_recordset(NULL::lane, CAST(%(rows)s" in said
    assert "ON CONFLICT (region, channel, address, priority) DO UPDATE SET due_at = excluded.due_at" in said
    assert said.endswith("WHERE excluded.due_at < lane.due_at")
    assert how.together(names) is how.together(names)
