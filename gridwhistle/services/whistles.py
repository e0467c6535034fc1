"""Which department has been called, and how far has it come?

A whistle (吹哨) is an object beside the ticket with four facts, each with its time and its witness: signed, contacted,
arrived, acted. ``arrivals`` has the third, ``objections`` what a department may say against it.
"""

from __future__ import annotations

from sqlalchemy import select

from gridwhistle.services import events, timers
from gridwhistle.services.calendar import after_office_time
from gridwhistle.services.cards import matter_of, show
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.lifecycle import CAN_WHISTLE, Step, capacities, move
from gridwhistle.services.lifecycle import Who as Capacity
from gridwhistle.services.residents import tell_residents
from gridwhistle.services.rules import (
    ARRIVE_HARD_WITHIN,
    ARRIVE_URGENT_WITHIN,
    ARRIVE_WITHIN,
    HARD_FROM,
    SIGN_WITHIN,
)
from gridwhistle.services.schema import HandledBy, Role, Status, Ticket, UnitKind, Whistle, WhistleState
from gridwhistle.services.store import new_id
from gridwhistle.services.whistle_cards import department_name, grey_out, show_clerk
from gridwhistle.services.whistle_flags import Flag, raise_flag

LIVE = (
    WhistleState.BLOWN,
    WhistleState.SIGNED,
    WhistleState.CONTACTED,
    WhistleState.ARRIVAL_CLAIMED,
    WhistleState.ARRIVED,
    WhistleState.DISPUTED,
)
ON_THE_WAY = (WhistleState.SIGNED, WhistleState.CONTACTED)


def blow(desk: Desk, ticket: Ticket, department: str, reason: str) -> Whistle:
    """Whistle to a department with the reason why the grid cannot do it alone.

    Raises ``Refused`` for somebody who is not the handler, a ticket that nobody has accepted, an unknown department,
    or one that has been called for this ticket already.
    """
    if Capacity.HANDLER not in capacities(desk, ticket):
        raise Refused("refused.not_yours", number=ticket.number)
    if ticket.status not in CAN_WHISTLE:
        raise Refused("refused.status", number=ticket.number, status=ticket.status)
    _check_department(desk, ticket, department)
    if ticket.status is Status.ACCEPTED:
        move(desk, ticket, Step.BEGIN)
    whistle = dispatch(desk, ticket, department, reason)
    show(desk, ticket, ticket.handler_id, "letter.whistled_card", department=desk.city.unit_name(department))
    return whistle


def blow_at_once(desk: Desk, ticket: Ticket) -> None:
    """Whistle together with the assignment where the catalogue says that a department must act first."""
    spec = matter_of(desk, ticket)
    if spec.handled_by is HandledBy.DEPARTMENT and spec.department in desk.city.units:
        dispatch(desk.as_system(), ticket, spec.department, "catalogue")


def sign(desk: Desk, whistle: Whistle) -> None:
    """The department signs for the whistle (签收)."""
    step(desk, whistle, (WhistleState.BLOWN,), WhistleState.SIGNED, "whistle_signed")
    whistle.signed_at = desk.now
    whistle.clerk_id = desk.me
    timers.cancel(desk, whistle.id, "sign_limit")
    ticket = ticket_of(desk, whistle)
    show_clerk(desk, whistle, ticket, "letter.whistle_signed")
    grey_out(desk, whistle, ticket)
    show(desk, ticket, ticket.handler_id, "letter.department_signed", department=department_name(desk, whistle))
    tell_residents(desk, ticket, "letter.department_signed_resident", department=department_name(desk, whistle))


def contact(desk: Desk, whistle: Whistle) -> None:
    """The department says that it has spoken with the grid or the resident (联系)."""
    step(desk, whistle, (WhistleState.SIGNED,), WhistleState.CONTACTED, "whistle_contacted")
    whistle.contacted_at = desk.now
    show_clerk(desk, whistle, ticket_of(desk, whistle), "letter.whistle_contacted")


def act(desk: Desk, whistle: Whistle, result: str) -> None:
    """The department says what it did (办理); the grid worker checks it on the spot."""
    step(
        desk,
        whistle,
        (*ON_THE_WAY, WhistleState.ARRIVAL_CLAIMED, WhistleState.ARRIVED),
        WhistleState.ACTED,
        "whistle_acted",
        result=result,
    )
    whistle.acted_at = desk.now
    timers.cancel(desk, whistle.id, "act_limit", "arrive_limit", "arrival_nudge", "arrival_unconfirmed")
    ticket = ticket_of(desk, whistle)
    show_clerk(desk, whistle, ticket, "letter.whistle_acted")
    show(
        desk,
        ticket,
        ticket.handler_id,
        "letter.department_acted",
        department=department_name(desk, whistle),
        result=result,
    )


def not_signed(desk: Desk, whistle: Whistle) -> None:
    """The time to sign is over. The system's act."""
    if whistle.state is WhistleState.BLOWN:
        raise_flag(desk, whistle, ticket_of(desk, whistle), Flag.UNSIGNED)


def located(desk: Desk, ticket: Ticket) -> None:
    """The place is known now: whoever was called without it must read it."""
    for whistle in of_ticket(desk, ticket):
        if whistle.state in LIVE:
            show_clerk(desk, whistle, ticket, "letter.whistle_located")


def end_all(desk: Desk, ticket: Ticket) -> None:
    """The ticket is done or gone: nobody has to come any more."""
    for whistle in of_ticket(desk, ticket):
        timers.cancel(desk, whistle.id)
        if whistle.state in LIVE:
            whistle.state = WhistleState.ENDED
            show_clerk(desk, whistle, ticket, "letter.whistle_ended")


def of_ticket(desk: Desk, ticket: Ticket) -> list[Whistle]:
    """The whistles of a ticket, oldest first."""
    return list(
        desk.session.scalars(
            select(Whistle)
            .where(Whistle.region == desk.region, Whistle.ticket_id == ticket.id)
            .order_by(Whistle.blown_at, Whistle.id)
        )
    )


def get(desk: Desk, whistle_id: str) -> Whistle:
    """A whistle by its id, locked for this turn, after its ticket. Raises ``Refused`` for an unknown one."""
    known = desk.session.get(Whistle, (desk.region, whistle_id))
    if known is None:
        raise Refused("refused.no_ticket")
    # Always the ticket first: two who lock in different orders wait for each other.
    ticket_of(desk, known)
    desk.session.refresh(known, with_for_update=True)
    return known


def ticket_of(desk: Desk, whistle: Whistle) -> Ticket:
    """The ticket that a whistle belongs to."""
    ticket = desk.session.get(Ticket, (desk.region, whistle.ticket_id), with_for_update=True)
    if ticket is None:
        raise LookupError(f"whistle {whistle.id} has no ticket")
    return ticket


def of_my_department(desk: Desk, *states: WhistleState) -> list[Whistle]:
    """The live whistles to the departments that the acting person works for, soonest limit first."""
    return list(
        desk.session.scalars(
            select(Whistle)
            .where(
                Whistle.region == desk.region,
                Whistle.department.in_(desk.actor.units(Role.DEPARTMENT_STAFF)),
                Whistle.state.in_(states or LIVE),
            )
            .order_by(Whistle.arrive_by, Whistle.id)
        )
    )


def dispatch(desk: Desk, ticket: Ticket, department: str, reason: str) -> Whistle:
    """Write a whistle and set its limits; the clock starts here. The callers have checked the right to blow it."""
    hard = ticket.solve_by - ticket.opened_at >= HARD_FROM
    arrive = ARRIVE_URGENT_WITHIN if ticket.urgent else ARRIVE_HARD_WITHIN if hard else ARRIVE_WITHIN
    sign_by = ARRIVE_URGENT_WITHIN.after(desk.now) if ticket.urgent else after_office_time(desk.now, SIGN_WITHIN)
    whistle = Whistle(
        region=desk.region,
        id=new_id(),
        ticket_id=ticket.id,
        state=WhistleState.BLOWN,
        department=department,
        assisting=[unit for unit in matter_of(desk, ticket).assist if unit != department],
        reason=reason,
        blown_by=desk.actor.person_id,
        blown_at=desk.now,
        clerk_id=None,
        sign_by=sign_by,
        arrive_by=arrive.after(desk.now),
        signed_at=None,
        contacted_at=None,
        claimed_at=None,
        arrived_at=None,
        witness_id=None,
        acted_at=None,
        disputes=0,
        proposed=None,
        flags=[],
    )
    desk.session.add(whistle)
    events.append(desk, ticket, "whistle_blown", whistle=whistle.id, department=department, reason=reason)
    timers.put(desk, "sign_limit", whistle.id, sign_by)
    timers.put(desk, "arrive_limit", whistle.id, whistle.arrive_by)
    show_clerk(desk, whistle, ticket, "letter.whistle")
    return whistle


def step(
    desk: Desk,
    whistle: Whistle,
    sources: tuple[WhistleState, ...],
    target: WhistleState,
    kind: str,
    **given: object,
) -> None:
    """A step of the department's own staff. Raises ``Refused`` for others, and in a wrong state."""
    ticket = ticket_of(desk, whistle)
    if (Role.DEPARTMENT_STAFF, whistle.department) not in desk.actor.roles:
        raise Refused("refused.not_yours", number=ticket.number)
    if whistle.state not in sources:
        raise Refused("refused.whistle_state", number=ticket.number, whistle=whistle.state)
    whistle.state = target
    events.append(desk, ticket, kind, whistle=whistle.id, department=whistle.department, **given)


def _check_department(desk: Desk, ticket: Ticket, department: str) -> None:
    unit = desk.city.units.get(department)
    if unit is None or unit.kind is not UnitKind.DEPARTMENT:
        raise Refused("refused.no_unit")
    if any(other.department == department and other.state in LIVE for other in of_ticket(desk, ticket)):
        raise Refused("refused.whistled", number=ticket.number, department=unit.name)
