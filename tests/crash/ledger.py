"""Which timers were ever set, what became of each, and which messages had their turn, as the store itself tells?

Triggers write down every timer that is set, in the transaction that sets it; the wrapped jobs and turns (``points``)
write down that they ran, in the transaction of their effect. What is rolled back is not in it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, insert, select, text
from sqlalchemy.orm import Session

from gridwhistle.services.schema import TimerRow, table_of
from gridwhistle.services.store import Store

LEDGER = Table(
    "crash_ledger",
    MetaData(),
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("what", String),
    Column("key", String),
    *(Column(name, table_of(TimerRow).c[name].type) for name in ("job", "subject_id", "due_at")),
)
_SET = (
    "INSERT INTO crash_ledger(what, key, job, subject_id, due_at) "
    "VALUES ('set', NEW.job || ':' || NEW.subject_id || ':' || NEW.part, NEW.job, NEW.subject_id, NEW.due_at);"
)
_SQLITE = (
    f"CREATE TRIGGER crash_set AFTER INSERT ON timer BEGIN {_SET} END",
    f"CREATE TRIGGER crash_moved AFTER UPDATE OF due_at ON timer WHEN OLD.due_at <> NEW.due_at BEGIN {_SET} END",
)
_POSTGRESQL = (
    f"CREATE FUNCTION crash_set() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_SET} RETURN NULL; END $$",
    "CREATE TRIGGER crash_set AFTER INSERT ON timer FOR EACH ROW EXECUTE FUNCTION crash_set()",
    (
        "CREATE TRIGGER crash_moved AFTER UPDATE OF due_at ON timer FOR EACH ROW "
        "WHEN (OLD.due_at IS DISTINCT FROM NEW.due_at) EXECUTE FUNCTION crash_set()"
    ),
)


def open_ledger(store: Store) -> None:
    """Let a store keep the ledger from now on."""
    with store.engine.begin() as connection:
        LEDGER.create(connection)
        for statement in _SQLITE if store.is_sqlite else _POSTGRESQL:
            connection.execute(text(statement))


def enter(session: Session, what: str, *, subject: str, job: str = "", key: str = "", due_at: datetime | None) -> None:
    """Write one line into the ledger, in this transaction."""
    session.connection().execute(insert(LEDGER).values(what=what, key=key, job=job, subject_id=subject, due_at=due_at))


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What became of all timers."""

    ran: int
    lost: list[str]
    twice: list[str]


def turns(session: Session) -> Counter[tuple[str, str]]:
    """How many turns each message had, by its chat and its number on the platform."""
    lines = session.execute(select(LEDGER.c.subject_id, LEDGER.c.key).where(LEDGER.c.what == "turn"))
    return Counter((address, external_id) for address, external_id in lines)


def judge(session: Session, now: datetime) -> Verdict:
    """Whether each timer whose time has come ran once, was moved, or was cancelled."""
    waiting = {(row.key, row.due_at) for row in session.scalars(select(TimerRow)) if row.due_at > now}
    times_set: Counter[tuple[str, datetime]] = Counter()
    ran: Counter[tuple[str, datetime]] = Counter()
    latest: dict[str, Any] = {}
    cancelled: dict[tuple[str, str], int] = {}
    for line in session.execute(select(LEDGER).order_by(LEDGER.c.seq)):
        match line.what:
            case "set":
                latest[line.key] = line
                times_set[line.key, line.due_at] += 1
            case "cancelled":
                cancelled[line.subject_id, line.job] = line.seq
            case "ran":
                ran[line.key, line.due_at] += 1
    return Verdict(
        ran=sum(ran.values()),
        twice=[f"{key} of {due_at}" for (key, due_at), times in ran.items() if times > times_set[key, due_at]],
        lost=[
            f"{key} of {line.due_at}"
            for key, line in latest.items()
            if not ran[key, line.due_at]
            and (key, line.due_at) not in waiting
            # Taken back for one job, or for all of a subject.
            and all(cancelled.get((line.subject_id, job), 0) < line.seq for job in (line.job, ""))
        ],
    )
