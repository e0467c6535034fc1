"""How does a coordinator put a ticket's matter right, and what is learnt from it?"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwhistle.services import events, lifecycle
from gridwhistle.services.cards import show
from gridwhistle.services.desk import LEADER_ROLES, Desk, Refused
from gridwhistle.services.lifecycle import OPEN
from gridwhistle.services.masking import mask_private
from gridwhistle.services.org import name_of
from gridwhistle.services.residents import tell_residents
from gridwhistle.services.schema import Correction, Person, Ticket
from gridwhistle.services.store import new_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """Somebody's masked words with the matter that they are about."""

    text: str
    matter: str
    understood_as: str | None = None
    """What they had been taken for, where that was put right."""


def correct_matter(desk: Desk, ticket: Ticket, matter: str) -> None:
    """Put an open ticket under another matter, tell its handler and its residents, and keep the words as an example.

    The promised date stands: a mistake of ours is no reason to let a resident wait. Raises ``Refused`` for everybody
    but the leaders of its grid, for a ticket that is closed and for a matter that the catalogue does not hold.
    """
    if lifecycle.Who.LEADER not in lifecycle.capacities(desk, ticket):
        raise Refused("refused.not_yours", number=ticket.number)
    if ticket.status not in OPEN:
        raise Refused("refused.status", number=ticket.number, status=ticket.status)
    spec = desk.city.matters.get(matter)
    if spec is None or spec.retired:
        raise Refused("refused.matter")
    before = ticket.matter
    if before == matter:
        raise Refused("refused.same_matter", number=ticket.number)
    ticket.matter, ticket.category = spec.code, spec.category
    # Never the other way: who complained of the property company stays out of its sight.
    ticket.about_property = ticket.about_property or spec.about_property
    events.append(desk, ticket, "matter_corrected", before=before, matter=matter)
    _keep(desk, ticket, before)
    show(desk, ticket, ticket.handler_id, "letter.matter_corrected")
    tell_residents(desk, ticket, "letter.matter_corrected_told")


def correctable(desk: Desk, limit: int = 50) -> list[Ticket]:
    """The newest open tickets of the grids that the acting person leads, on whoever's desk."""
    own = desk.actor.units(*LEADER_ROLES)
    led = [code for code in desk.city.units if any(desk.city.within(code, unit) for unit in own)]
    return list(
        desk.session.scalars(
            select(Ticket)
            .where(Ticket.region == desk.region, Ticket.grid.in_(led), Ticket.status.in_(OPEN))
            .order_by(Ticket.opened_at.desc(), Ticket.id)
            .limit(limit)
        )
    )


def corrections(session: Session, region: str) -> tuple[Told, ...]:
    """All examples that coordinators have given, oldest first."""
    rows = session.scalars(select(Correction).where(Correction.region == region).order_by(Correction.at, Correction.id))
    return tuple(Told(text=row.text, matter=row.matter, understood_as=row.understood_as) for row in rows)


def recent(session: Session, region: str, limit: int) -> tuple[Told, ...]:
    """The newest tickets' masked words with the matters they have now; patrols' reports are no residents' words."""
    rows = session.execute(
        select(Ticket.words, Ticket.matter, Person.name)
        .join(Person, (Person.region == Ticket.region) & (Person.id == Ticket.reporter_id))
        .where(Ticket.region == region, Ticket.from_patrol.is_(False))
        .order_by(Ticket.opened_at.desc())
        .limit(limit)
    )
    return tuple(Told(text=mask_private(words, [name]), matter=matter) for words, matter, name in rows)


def _keep(desk: Desk, ticket: Ticket, before: str) -> None:
    session = desk.session
    kept = session.scalars(
        select(Correction).where(Correction.region == desk.region, Correction.ticket_id == ticket.id)
    ).one_or_none()
    if kept is None:
        kept = Correction(
            region=desk.region,
            id=new_id(),
            ticket_id=ticket.id,
            text=mask_private(ticket.words, [name_of(desk, ticket.reporter_id)]),
            understood_as=before,
        )
        session.add(kept)
    kept.matter, kept.by_id, kept.at = ticket.matter, desk.me, desk.now
    desk.writes += 1
