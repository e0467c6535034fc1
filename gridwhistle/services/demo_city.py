"""How does the demo city, with all its people, come into a store?"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from gridwhistle.services.importing import Imported, import_all
from gridwhistle.services.schema import Account, Person, table_of
from gridwhistle.services.store import Store, insert_or_ignore

DEMO_CHANNEL = "web"


def settle_demo(store: Store, region: str, folder: Path, *, now: datetime) -> tuple[Imported, ...]:
    """Import the folder's files and give everybody with a code a web chat under that code.

    Only ever for the demo: whoever knows a code is that person. May be run again; then only what differs is changed.
    Raises ``ImportProblems`` for files that are not sound.
    """
    outcomes = import_all(store, region, folder, now=now)
    with store.begin() as session:
        people = session.execute(
            select(Person.id, Person.code).where(Person.region == region, Person.code.is_not(None))
        ).all()
        for person_id, code in people:
            insert_or_ignore(
                session,
                table_of(Account),
                region=region,
                channel=DEMO_CHANNEL,
                address=code,
                person_id=person_id,
                blocked=False,
                last_heard_at=now,
            )
    return outcomes
