"""Who writes in this chat, and what was said last?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from gridwhistle.services.desk import Actor, Address
from gridwhistle.services.prepared import fetch, run
from gridwhistle.services.schema import Account, Conversation, JsonObject, Person, RoleGrant, table_of
from gridwhistle.services.store import Insertion, hold, insert, insert_later, new_id

# Every turn runs these: built once, without the ORM.
_PERSON = Insertion(table=table_of(Person))
_ACCOUNT = Insertion(table=table_of(Account))
_MEMORY = Insertion(
    table=table_of(Conversation),
    conflict=("region", "channel", "address"),
    update=("person_id", "state", "updated_at"),
)
_A, _P, _C, _R = (table_of(model) for model in (Account, Person, Conversation, RoleGrant))
_CHAT = (
    _A.c.region == bindparam("here"),
    _A.c.channel == bindparam("channel"),
    _A.c.address == bindparam("address"),
)
_RECALL = (
    select(
        _A.c.person_id,
        _A.c.last_heard_at,
        _P.c.reachable,
        _P.c.name,
        _P.c.language,
        _P.c.grid,
        _P.c.place,
        _C.c.state,
        _R.c.role,
        _R.c.unit,
    )
    .join_from(_A, _P, (_P.c.region == _A.c.region) & (_P.c.id == _A.c.person_id))
    .outerjoin(_C, (_C.c.region == _A.c.region) & (_C.c.channel == _A.c.channel) & (_C.c.address == _A.c.address))
    .outerjoin(_R, (_R.c.region == _A.c.region) & (_R.c.person_id == _A.c.person_id))
    .where(*_CHAT)
)
_HEARD = (
    update(_A)
    .where(_A.c.region == bindparam("here"), _A.c.channel == bindparam("of_channel"), _A.c.address == bindparam("chat"))
    .values(last_heard_at=bindparam("now"), blocked=False)
)
_HOLD = select(_A.c.person_id).where(*_CHAT).with_for_update()


def recall(
    session: Session, region: str, where: Address, now: datetime, *, heard: bool = True
) -> tuple[Actor, JsonObject]:
    """The person of a chat with all roles, and the dialogue's state; locks the chat for this transaction.

    A chat that was never heard before gets a new resident. ``heard`` is whether the person said something now.
    """
    chat = {"here": region, "channel": where.channel, "address": where.address}
    hold(session, _HOLD, chat)
    rows = fetch(session, _RECALL, chat)
    if not rows:
        return _newcomer(session, region, where, now), {}
    first = rows[0]
    if heard:
        # To the moment: a platform counts what it lets us say from the person's last word on.
        names = {"here": region, "of_channel": where.channel, "chat": where.address, "now": now}
        run(session, _HEARD, [names])
    if heard and not first.reachable:
        session.execute(
            update(Person).where(Person.region == region, Person.id == first.person_id).values(reachable=True)
        )
    actor = Actor(
        person_id=first.person_id,
        name=first.name,
        language=first.language,
        grid=first.grid,
        place=first.place,
        roles=frozenset((row.role, row.unit) for row in rows if row.role is not None),
    )
    return actor, first.state or {}


def keep(session: Session, region: str, where: Address, person_id: str, state: JsonObject, now: datetime) -> None:
    """Save the dialogue's state of a chat."""
    insert_later(
        session,
        _MEMORY,
        {
            "region": region,
            "channel": where.channel,
            "address": where.address,
            "person_id": person_id,
            "state": state,
            "updated_at": now,
        },
    )


def speak_language(session: Session, region: str, person_id: str, language: str) -> None:
    """Remember in which language a person is answered from now on."""
    session.execute(update(Person).where(Person.region == region, Person.id == person_id).values(language=language))


def _newcomer(session: Session, region: str, where: Address, now: datetime) -> Actor:
    person_id = new_id()
    insert(
        session,
        _PERSON,
        {
            "region": region,
            "id": person_id,
            "code": None,
            "name": "",
            "language": "zh",
            "unit": None,
            "grid": None,
            "place": None,
            "reachable": True,
            "created_at": now,
        },
    )
    insert(
        session,
        _ACCOUNT,
        {
            "region": region,
            "channel": where.channel,
            "address": where.address,
            "person_id": person_id,
            "blocked": False,
            "last_heard_at": now,
        },
    )
    return Actor(person_id=person_id, name="", language="zh")
