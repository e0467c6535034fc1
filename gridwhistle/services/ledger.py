"""What may everybody read about a ticket (一事一公开)?

Generated from the facts, never typed: the matter, the place at street level, who is responsible, the promised date,
the steps and the result, without names of residents, doors or numbers. Matters that the catalogue keeps private
(key groups, disputes, households) have no page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from gridwhistle.services import events, tickets
from gridwhistle.services.cards import matter_of
from gridwhistle.services.catalogue import MatterSpec
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import Step
from gridwhistle.services.masking import mask_name, mask_private
from gridwhistle.services.org import name_of
from gridwhistle.services.residents import residents
from gridwhistle.services.schema import Category, Event, Status, Ticket

SHOWN = {
    "receive",
    Step.ASSIGN,
    Step.ACCEPT,
    Step.SCHEDULE,
    Step.SUSPEND,
    Step.RESOLVE,
    Step.AUDIT_PASS,
    Step.AUDIT_REJECT,
    Step.REOPEN,
    Step.CLOSE,
    Step.WITHDRAW,
    "whistle_blown",
    "whistle_signed",
    "arrival_witnessed",
    "flagged",
    "escalated",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerLine:
    """One public step: when, what kind, and the unit concerned where there is one."""

    at: datetime
    kind: str
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerPage:
    """The public page of one ticket."""

    number: str
    matter: MatterSpec
    category: Category
    place: str
    grid: str
    responsible: str
    status: Status
    opened_at: datetime
    promised_at: datetime
    result: str
    lines: tuple[LedgerLine, ...]


def page(desk: Desk, number: str) -> LedgerPage | None:
    """The public page of a ticket; ``None`` for an unknown or a private one (no telling which)."""
    ticket = tickets.by_number(desk, number)
    return _page(desk, ticket) if ticket is not None and matter_of(desk, ticket).public else None


def recent(desk: Desk, limit: int = 50) -> list[LedgerPage]:
    """The newest public tickets."""
    public = [code for code, matter in desk.city.matters.items() if matter.public]
    found = desk.session.scalars(
        select(Ticket)
        .where(Ticket.region == desk.region, Ticket.matter.in_(public), Ticket.status != Status.MERGED)
        .order_by(Ticket.opened_at.desc(), Ticket.id.desc())
        .limit(limit)
    )
    return [_page(desk, ticket) for ticket in found]


def _page(desk: Desk, ticket: Ticket) -> LedgerPage:
    # Whoever reported, also a worker on patrol: nobody is to be asked why they did.
    waiting = {name_of(desk, person_id) for person_id in (ticket.reporter_id, *residents(desk, ticket))}
    return LedgerPage(
        number=ticket.number,
        matter=matter_of(desk, ticket),
        category=ticket.category,
        place=mask_private(ticket.place_public, waiting),
        grid=desk.city.unit_name(ticket.grid),
        responsible=mask_name(name_of(desk, ticket.handler_id)),
        status=ticket.status,
        opened_at=ticket.opened_at,
        promised_at=ticket.promised_at,
        result=mask_private(ticket.result, waiting),
        lines=tuple(
            LedgerLine(at=event.at, kind=event.kind, unit=_unit(desk, event))
            for event in events.history(desk, ticket.id)
            if event.kind in SHOWN
        ),
    )


def _unit(desk: Desk, event: Event) -> str:
    department = event.data.get("department")
    return desk.city.unit_name(department) if isinstance(department, str) else ""
