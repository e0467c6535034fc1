"""What has happened to a ticket or a wish, in an order and a wording that nobody can change afterwards?

Append-only; each event carries the hash of the one before (可追溯).
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import select

from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import Event, JsonObject, table_of
from gridwhistle.services.store import Insertion, insert_later, write_now

GENESIS = "0" * 64

_EVENT = Insertion(table=table_of(Event))


class Chained(Protocol):
    """Whatever has a history of its own: a ticket, a wish."""

    id: str
    events: int
    """How many events its chain has."""
    chain: str
    """The hash of its last event."""


def append(desk: Desk, subject: Chained, kind: str, **data: object) -> None:
    """Write one fact, or one non-event and its reason, at the end of the subject's chain.

    ``data`` holds JSON values and times; times are kept as ISO texts in UTC.
    """
    facts: JsonObject = {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value  # type: ignore[misc]
        for name, value in data.items()
        if value is not None
    }
    seq = subject.events + 1
    fingerprint = _hash(subject.chain, desk.region, subject.id, seq, kind, desk.now, desk.actor.person_id, facts)
    insert_later(
        desk.session,
        _EVENT,
        {
            "region": desk.region,
            "subject_id": subject.id,
            "seq": seq,
            "kind": kind,
            "at": desk.now,
            "actor_id": desk.actor.person_id,
            "data": facts,
            "before": subject.chain,
            "hash": fingerprint,
        },
    )
    subject.events = seq
    subject.chain = fingerprint
    desk.writes += 1


def history(desk: Desk, subject_id: str) -> list[Event]:
    """All events of a subject, oldest first."""
    write_now(desk.session)
    return list(
        desk.session.scalars(
            select(Event).where(Event.region == desk.region, Event.subject_id == subject_id).order_by(Event.seq)
        )
    )


def broken_link(desk: Desk, subject: Chained) -> int | None:
    """The sequence number of the first event whose hash does not fit, or ``None`` for a sound chain."""
    before = GENESIS
    seq = 0
    for event in history(desk, subject.id):
        seq += 1
        expected = _hash(
            before, event.region, event.subject_id, event.seq, event.kind, event.at, event.actor_id, event.data
        )
        if event.seq != seq or event.before != before or event.hash != expected:
            return seq
        before = event.hash
    return None if (seq, before) == (subject.events, subject.chain) else seq


def _hash(
    before: str, region: str, subject: str, seq: int, kind: str, at: datetime, actor: str | None, data: JsonObject
) -> str:
    body = json.dumps(
        [before, region, subject, seq, kind, at.astimezone(UTC).isoformat(), actor, data],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(body.encode()).hexdigest()
