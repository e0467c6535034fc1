"""What lies on the acting person's desk, whatever the roles: what is it, where, and how much time is left?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from gridwhistle.services import assignments, audits, org, satisfaction, tickets, whistles
from gridwhistle.services.cards import is_third_party, matter_of
from gridwhistle.services.catalogue import MatterSpec
from gridwhistle.services.desk import LEADER_ROLES, Desk
from gridwhistle.services.lifecycle import Who, capacities
from gridwhistle.services.schema import Role, Status, Ticket, WhistleState

SOON = timedelta(hours=24)
"""From here on the time left is marked."""


class WorkKind(StrEnum):
    """Why something lies on a desk."""

    TICKET = "ticket"
    WHISTLE = "whistle"
    AUDIT = "audit"
    RETURN = "return"
    PHONE = "phone"
    MINE = "mine"
    """A resident's own report."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkItem:
    """One line of a desk."""

    kind: WorkKind
    ticket_id: str
    number: str
    matter: MatterSpec
    place: str
    state: Status | WhistleState
    urgent: bool
    due: datetime
    card: str
    """The card in the chat that belongs to it."""


def of_desk(desk: Desk) -> list[WorkItem]:
    """Everything on the acting person's desk, least time left first; a resident's own reports where it is empty."""
    found = sorted(_work(desk), key=lambda item: (item.due, item.number))
    return found or [_item(desk, WorkKind.MINE, ticket) for ticket in tickets.mine(desk)]


def _work(desk: Desk) -> Iterator[WorkItem]:
    if assignments.is_post_holder(desk):
        yield from (_item(desk, WorkKind.TICKET, ticket) for ticket in assignments.my_list(desk))
    if desk.actor.has(Role.DEPARTMENT_STAFF):
        yield from _whistles(desk)
    yield from (_item(desk, WorkKind.AUDIT, ticket) for ticket in audits.waiting(desk))
    if desk.actor.has(*LEADER_ROLES):
        yield from (_item(desk, WorkKind.RETURN, ticket) for ticket in _returns(desk))
        yield from (_item(desk, WorkKind.PHONE, ticket) for _, ticket in satisfaction.phone_list(desk))


def _whistles(desk: Desk) -> Iterator[WorkItem]:
    for whistle in whistles.of_my_department(desk):
        ticket = whistles.ticket_of(desk, whistle)
        if whistle.clerk_id not in (None, desk.me):
            continue
        yield WorkItem(
            kind=WorkKind.WHISTLE,
            ticket_id=ticket.id,
            number=ticket.number,
            matter=matter_of(desk, ticket),
            place=ticket.place_work,
            state=whistle.state,
            urgent=ticket.urgent,
            due=whistle.sign_by if whistle.state is WhistleState.BLOWN else whistle.arrive_by,
            card=f"whistle:{whistle.id}",
        )


def _returns(desk: Desk) -> Iterable[Ticket]:
    """Returned tickets that the acting person's community, or the coordination centre, has to decide."""
    waiting = desk.session.scalars(
        select(Ticket)
        .where(Ticket.region == desk.region, Ticket.status == Status.RETURNED)
        .order_by(Ticket.solve_by, Ticket.id)
    )
    for ticket in waiting:
        judges = {org.coordinator(desk, ticket.grid), org.centre_coordinator(desk)}
        if desk.me in judges and Who.LEADER in capacities(desk, ticket) and ticket.handler_id != desk.me:
            yield ticket


def _item(desk: Desk, kind: WorkKind, ticket: Ticket) -> WorkItem:
    prefix = {WorkKind.AUDIT: "audit", WorkKind.RETURN: "return", WorkKind.PHONE: "phone"}.get(kind, "ticket")
    # Of a neighbour's ticket that they added their voice to, residents see the building and not the door.
    masked = ticket.reporter_id != desk.me if kind is WorkKind.MINE else is_third_party(desk, desk.me)
    return WorkItem(
        kind=kind,
        ticket_id=ticket.id,
        number=ticket.number,
        matter=matter_of(desk, ticket),
        place=ticket.place_work if masked else ticket.place_exact,
        state=ticket.status,
        urgent=ticket.urgent,
        due=ticket.solve_by,
        card=f"{prefix}:{ticket.id}",
    )
