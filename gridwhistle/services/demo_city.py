"""How does the demo city, with all its people, come into a store?"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from gridwhistle.services.importing import Imported, import_all
from gridwhistle.services.schema import Account, Person, Setting, Unit, table_of
from gridwhistle.services.store import Insertion, Store, insert_later

DEMO_CHANNEL = "web"
DEMO_KEY = "demo"
_ACCOUNT = Insertion(table=table_of(Account), conflict=("region", "channel", "address"))


class NotADemo(Exception):  # noqa: N818 (a state of the store, not of the program)
    """The store holds a city of its own, which the demo would replace."""


def settle_demo(store: Store, region: str, folder: Path, *, now: datetime) -> tuple[Imported, ...]:
    """Import the folder's files and give everybody with a code a web chat under that code.

    Only ever for the demo: whoever knows a code is that person. May be run again; then only what differs is changed.
    Raises ``NotADemo`` for a store with another city in it, ``ImportProblems`` for files that are not sound.
    """
    _mark(store, region)
    outcomes = import_all(store, region, folder, now=now)
    with store.begin() as session:
        people = session.execute(
            select(Person.id, Person.code).where(Person.region == region, Person.code.is_not(None))
        ).all()
        for person_id, code in people:
            insert_later(
                session,
                _ACCOUNT,
                {
                    "region": region,
                    "channel": DEMO_CHANNEL,
                    "address": code,
                    "person_id": person_id,
                    "blocked": False,
                    "last_heard_at": now,
                },
            )
    return outcomes


def _mark(store: Store, region: str) -> None:
    """Mark the region as a demo while it is still empty: an import of demo files would sweep a real city away."""
    with store.begin() as session:
        if session.get(Setting, (region, DEMO_KEY)) is not None:
            return
        if session.scalars(select(Unit.code).where(Unit.region == region).limit(1)).first() is not None:
            raise NotADemo("the store holds a city of its own; name another with GRIDWHISTLE_DATABASE_URL for the demo")
        session.add(Setting(region=region, key=DEMO_KEY, value=True))
