"""What does whoever plays a conversation through see of the whole store: its people, timers, states and tickets?

For transcripts and tests only; no flow and no page may look past a person's rights like this.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridwhistle.services import events
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import (
    Account,
    Attachment,
    Conversation,
    JsonObject,
    Person,
    Role,
    RoleGrant,
    Ticket,
    TimerRow,
    Wish,
)
from gridwhistle.services.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Player:
    """Somebody of the demo city and the address of their chat."""

    person_id: str
    name: str
    address: str
    roles: frozenset[Role]


class Stores(Protocol):
    """Where the stores of plays come from."""

    def empty(self) -> Store:
        """A new store without tables."""
        ...

    def copy_of(self, template: Store) -> Store:
        """A new store with everything that one of these holds."""
        ...


class InMemory:
    """Stores of SQLite that last as long as the process."""

    def empty(self) -> Store:
        """A new store without tables."""
        return Store("sqlite://")

    def copy_of(self, template: Store) -> Store:
        """A new store with everything that one of these holds."""
        copy = self.empty()
        source, target = template.engine.raw_connection(), copy.engine.raw_connection()
        try:
            # The driver's own backup: a millisecond for the demo city, where an import takes a third of a second.
            source.driver_connection.backup(target.driver_connection)  # type: ignore[union-attr]
        finally:
            source.close()
            target.close()
        return copy


def players(session: Session, region: str) -> list[Player]:
    """Everybody who has a chat of the demo."""
    held: defaultdict[str, set[Role]] = defaultdict(set)
    for grant in session.scalars(select(RoleGrant).where(RoleGrant.region == region)):
        held[grant.person_id].add(grant.role)
    rows = session.execute(
        select(Person.id, Person.name, Account.address)
        .join(Account, (Account.region == Person.region) & (Account.person_id == Person.id))
        .where(Person.region == region, Person.name != "", Account.channel == DEMO_CHANNEL)
        .order_by(Account.address)
    )
    return [Player(person_id=row.id, name=row.name, address=row.address, roles=frozenset(held[row.id])) for row in rows]


def timers_left(desk: Desk) -> list[TimerRow]:
    """All timers of the region, soonest first."""
    return list(
        desk.session.scalars(
            select(TimerRow)
            .where(TimerRow.region == desk.region)
            .order_by(TimerRow.due_at, TimerRow.subject_id, TimerRow.job, TimerRow.part)
        )
    )


def states(desk: Desk) -> list[tuple[str, JsonObject]]:
    """What is remembered of each chat, by address."""
    rows = desk.session.execute(
        select(Conversation.address, Conversation.state).where(Conversation.region == desk.region)
    )
    return [(row.address, row.state) for row in rows]


def tickets(desk: Desk) -> list[Ticket]:
    """All tickets of the region in the order of their opening."""
    return list(desk.session.scalars(select(Ticket).where(Ticket.region == desk.region).order_by(Ticket.id)))


def wishes(desk: Desk) -> list[Wish]:
    """All wishes of the region in the order in which they were told."""
    return list(desk.session.scalars(select(Wish).where(Wish.region == desk.region).order_by(Wish.id)))


def photos(desk: Desk, ticket: Ticket) -> int:
    """How many photos a ticket has."""
    return _attached(desk, ticket, ("photo",))


def recordings(desk: Desk, ticket: Ticket) -> int:
    """How many voices and videos a ticket has."""
    return _attached(desk, ticket, ("voice", "video"))


def _attached(desk: Desk, ticket: Ticket, kinds: tuple[str, ...]) -> int:
    return (
        desk.session.scalar(
            select(func.count())
            .select_from(Attachment)
            .where(Attachment.region == desk.region, Attachment.ticket_id == ticket.id, Attachment.kind.in_(kinds))
        )
        or 0
    )


def broken_chains(desk: Desk) -> list[str]:
    """The numbers of the tickets and wishes whose history has been changed."""
    return [ticket.number for ticket in tickets(desk) if events.broken_link(desk, ticket) is not None] + [
        wish.number for wish in wishes(desk) if events.broken_link(desk, wish) is not None
    ]
