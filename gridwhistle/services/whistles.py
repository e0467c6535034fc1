"""Has the department that was called really come?

A whistle (吹哨) is an object beside the ticket with four facts, each with its time and its witness: signed, contacted,
arrived, acted. The arrival is counter-signed by the grid worker or a resident; 报而不到, 表格报到 and 只报到不服务
follow from these facts alone, without another form.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select

from gridwhistle.services import events, timers
from gridwhistle.services.calendar import after_office_time
from gridwhistle.services.cards import facts, matter_of, show
from gridwhistle.services.desk import Desk, Phrase, Refused
from gridwhistle.services.lifecycle import WORKING, Step, capacities, move
from gridwhistle.services.lifecycle import Who as Capacity
from gridwhistle.services.org import centre_coordinator, clerks, coordinator
from gridwhistle.services.outbox import Button, Letter, Priority, post
from gridwhistle.services.residents import residents, tell_residents
from gridwhistle.services.rules import (
    ACT_WITHIN,
    ARRIVE_HARD_WITHIN,
    ARRIVE_URGENT_WITHIN,
    ARRIVE_WITHIN,
    CONFIRM_NUDGE_AFTER,
    CONFIRM_WITHIN,
    HARD_FROM,
    RETURN_ANSWER_WITHIN,
    SIGN_WITHIN,
)
from gridwhistle.services.schema import (
    ArrivalAnswer,
    HandledBy,
    JsonObject,
    Role,
    Status,
    Ticket,
    UnitKind,
    Whistle,
    WhistleState,
)
from gridwhistle.services.store import new_id

LIVE = (
    WhistleState.BLOWN,
    WhistleState.SIGNED,
    WhistleState.CONTACTED,
    WhistleState.ARRIVAL_CLAIMED,
    WhistleState.ARRIVED,
    WhistleState.DISPUTED,
)
ON_THE_WAY = (WhistleState.SIGNED, WhistleState.CONTACTED)


class Flag(StrEnum):
    """What the facts say against a department."""

    UNSIGNED = "unsigned"
    NO_SHOW = "no_show"
    """报而不到: signed, no confirmed arrival within the limit."""
    PAPER_ARRIVAL = "paper_arrival"
    """表格报到: arrival claimed, but denied, or unconfirmed after a nudge."""
    NO_SERVICE = "no_service"
    """只报到不服务: confirmed arrival and no action within the limit, or a witness says so."""


def blow(desk: Desk, ticket: Ticket, department: str, reason: str) -> Whistle:
    """Whistle to a department with the reason why the grid cannot do it alone.

    Raises ``Refused`` for somebody who is not the handler, a ticket that nobody has accepted, an unknown department,
    or one that has been called for this ticket already.
    """
    if Capacity.HANDLER not in capacities(desk, ticket):
        raise Refused("refused.not_yours", number=ticket.number)
    if ticket.status not in WORKING:
        raise Refused("refused.status", number=ticket.number, status=ticket.status)
    _check_department(desk, ticket, department)
    if ticket.status is Status.ACCEPTED:
        move(desk, ticket, Step.BEGIN)
    whistle = _blow(desk, ticket, department, reason)
    show(desk, ticket, ticket.handler_id, "letter.whistled_card", department=desk.city.unit_name(department))
    return whistle


def blow_at_once(desk: Desk, ticket: Ticket) -> None:
    """Whistle together with the assignment where the catalogue says that a department must act first."""
    spec = matter_of(desk, ticket)
    if spec.handled_by is HandledBy.DEPARTMENT and spec.department in desk.city.units:
        _blow(desk.as_system(), ticket, spec.department, "catalogue")


def sign(desk: Desk, whistle: Whistle) -> None:
    """The department signs for the whistle (签收)."""
    _act(desk, whistle, (WhistleState.BLOWN,), WhistleState.SIGNED, "whistle_signed")
    whistle.signed_at = desk.now
    whistle.clerk_id = desk.me
    timers.cancel(desk, whistle.id, "sign_limit")
    ticket = ticket_of(desk, whistle)
    show_clerk(desk, whistle, ticket, "letter.whistle_signed")
    _grey_out(desk, whistle, ticket)
    show(desk, ticket, ticket.handler_id, "letter.department_signed", department=_name(desk, whistle))
    tell_residents(desk, ticket, "letter.department_signed_resident", department=_name(desk, whistle))


def contact(desk: Desk, whistle: Whistle) -> None:
    """The department says that it has spoken with the grid or the resident (联系)."""
    _act(desk, whistle, (WhistleState.SIGNED,), WhistleState.CONTACTED, "whistle_contacted")
    whistle.contacted_at = desk.now
    show_clerk(desk, whistle, ticket_of(desk, whistle), "letter.whistle_contacted")


def claim_arrival(desk: Desk, whistle: Whistle) -> None:
    """The department says that it is there (报到); the grid worker is asked whether that is so."""
    _act(desk, whistle, ON_THE_WAY, WhistleState.ARRIVAL_CLAIMED, "arrival_claimed")
    whistle.claimed_at = desk.now
    ticket = ticket_of(desk, whistle)
    show_clerk(desk, whistle, ticket, "letter.whistle_claimed")
    _ask_witness(desk, whistle, ticket, ticket.handler_id)
    timers.put(desk, "arrival_nudge", whistle.id, desk.now + CONFIRM_NUDGE_AFTER)


def confirm_arrival(desk: Desk, whistle: Whistle, answer: ArrivalAnswer) -> None:
    """The grid worker or a resident counter-signs: came and did it, came and did nothing, nobody came."""
    ticket = ticket_of(desk, whistle)
    witnesses = {ticket.handler_id, *residents(desk, ticket)}
    if desk.actor.person_id not in witnesses:
        raise Refused("refused.not_yours", number=ticket.number)
    if whistle.state not in (*ON_THE_WAY, WhistleState.ARRIVAL_CLAIMED):
        raise Refused("refused.whistle_state", number=ticket.number, whistle=whistle.state)
    whistle.witness_id = desk.me
    events.append(desk, ticket, "arrival_witnessed", whistle=whistle.id, answer=answer)
    timers.cancel(desk, whistle.id, "arrival_nudge", "arrival_unconfirmed")
    if answer is ArrivalAnswer.NOBODY_CAME:
        whistle.state = WhistleState.SIGNED
        if whistle.claimed_at is not None:
            _flag(desk, whistle, ticket, Flag.PAPER_ARRIVAL)
        whistle.claimed_at = None
        show_clerk(desk, whistle, ticket, "letter.arrival_denied")
    else:
        whistle.arrived_at = desk.now
        timers.cancel(desk, whistle.id, "arrive_limit")
        if answer is ArrivalAnswer.CAME_AND_DID:
            whistle.state = WhistleState.ACTED
            whistle.acted_at = desk.now
            show_clerk(desk, whistle, ticket, "letter.arrival_confirmed")
        else:
            whistle.state = WhistleState.ARRIVED
            timers.put(desk, "act_limit", whistle.id, ACT_WITHIN.after(desk.now))
            show_clerk(desk, whistle, ticket, "letter.arrived_no_action")
    show(desk, ticket, ticket.handler_id, "letter.witnessed_card", answer=answer)


def act(desk: Desk, whistle: Whistle, result: str) -> None:
    """The department says what it did (办理); the grid worker checks it on the spot."""
    _act(
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
    show(desk, ticket, ticket.handler_id, "letter.department_acted", department=_name(desk, whistle), result=result)


def dispute(desk: Desk, whistle: Whistle, reason: str, proposed: str | None) -> None:
    """The department objects with a reason and the unit that is responsible (派单异议); the centre decides."""
    if proposed is not None and proposed not in desk.city.units:
        raise Refused("refused.no_unit")
    _act(
        desk,
        whistle,
        (WhistleState.BLOWN, WhistleState.SIGNED),
        WhistleState.DISPUTED,
        "whistle_disputed",
        reason=reason,
        proposed=proposed,
    )
    whistle.disputes += 1
    whistle.proposed = proposed
    timers.put(desk, "dispute_silence", whistle.id, RETURN_ANSWER_WITHIN.after(desk.now))
    ticket = ticket_of(desk, whistle)
    show_clerk(desk, whistle, ticket, "letter.whistle_disputed")
    post(
        desk,
        Letter(
            to=centre_coordinator(desk),
            text="letter.dispute",
            params={
                **facts(desk, ticket, third_party=True),
                "department": _name(desk, whistle),
                "reason": reason,
                "proposed": desk.city.unit_name(proposed) or "—",
            },
            key=f"dispute:{whistle.id}:{whistle.disputes}",
            card=f"dispute:{whistle.id}",
            buttons=(
                Button(label="button.uphold", press=_open("settle_dispute", whistle, verdict="uphold")),
                Button(label="button.reject", press=_open("settle_dispute", whistle, verdict="reject")),
            ),
        ),
    )


def settle_dispute(desk: Desk, whistle: Whistle, *, upheld: bool, reason: str) -> Whistle:
    """Decide an objection: upheld, the proposed unit is whistled to instead; rejected, the whistle stands.

    The second decision on a ticket is kept as a precedent. Gives the whistle that stands now.
    """
    if desk.actor.person_id is not None and not desk.actor.has(Role.CENTRE_COORDINATOR):
        raise Refused("refused.not_allowed")
    ticket = ticket_of(desk, whistle)
    if whistle.state is not WhistleState.DISPUTED:
        raise Refused("refused.whistle_state", number=ticket.number, whistle=whistle.state)
    events.append(desk, ticket, "dispute_settled", whistle=whistle.id, upheld=upheld, reason=reason)
    timers.cancel(desk, whistle.id, "dispute_silence")
    if len([other for other in of_ticket(desk, ticket) if other.disputes]) > 1 or whistle.disputes > 1:
        events.append(desk, ticket, "precedent", matter=ticket.matter, department=whistle.department, upheld=upheld)
    proposed = desk.city.units.get(whistle.proposed or "")
    if upheld:
        whistle.state = WhistleState.MOVED
        timers.cancel(desk, whistle.id)
        show_clerk(desk, whistle, ticket, "letter.dispute_upheld")
        if proposed is not None and proposed.kind is UnitKind.DEPARTMENT and ticket.status in WORKING | _EARLY:
            moved = _blow(desk, ticket, proposed.code, "moved")
            former, instead = _name(desk, whistle), _name(desk, moved)
            show(desk, ticket, ticket.handler_id, "letter.whistle_moved_card", department=former, instead=instead)
            return moved
        show(desk, ticket, ticket.handler_id, "letter.dispute_upheld_card", department=_name(desk, whistle))
        return whistle
    whistle.state = WhistleState.SIGNED
    whistle.signed_at = whistle.signed_at or desk.now
    timers.cancel(desk, whistle.id, "sign_limit")
    show_clerk(desk, whistle, ticket, "letter.dispute_rejected", judged=reason)
    return whistle


def not_signed(desk: Desk, whistle: Whistle) -> None:
    """The time to sign is over. The system's act."""
    if whistle.state is WhistleState.BLOWN:
        _flag(desk, whistle, ticket_of(desk, whistle), Flag.UNSIGNED)


def not_arrived(desk: Desk, whistle: Whistle) -> None:
    """No confirmed arrival within the limit. The system's act."""
    if whistle.state in (WhistleState.BLOWN, *ON_THE_WAY, WhistleState.ARRIVAL_CLAIMED):
        flag = Flag.UNSIGNED if whistle.state is WhistleState.BLOWN else Flag.NO_SHOW
        _flag(desk, whistle, ticket_of(desk, whistle), flag)


def nudge_witness(desk: Desk, whistle: Whistle) -> None:
    """The worker has not answered whether they came: ask the residents too. The system's act."""
    if whistle.state is not WhistleState.ARRIVAL_CLAIMED:
        return
    ticket = ticket_of(desk, whistle)
    events.append(desk, ticket, "arrival_nudged", whistle=whistle.id)
    for person_id in dict.fromkeys([ticket.handler_id, *residents(desk, ticket)]):
        _ask_witness(desk, whistle, ticket, person_id)
    timers.put(desk, "arrival_unconfirmed", whistle.id, CONFIRM_WITHIN.after(desk.now))


def unconfirmed(desk: Desk, whistle: Whistle) -> None:
    """A claimed arrival that nobody confirmed after a nudge is 表格报到. The system's act."""
    if whistle.state is WhistleState.ARRIVAL_CLAIMED:
        _flag(desk, whistle, ticket_of(desk, whistle), Flag.PAPER_ARRIVAL)


def not_acted(desk: Desk, whistle: Whistle) -> None:
    """They came and did nothing within the limit: 只报到不服务. The system's act."""
    if whistle.state is WhistleState.ARRIVED:
        _flag(desk, whistle, ticket_of(desk, whistle), Flag.NO_SERVICE)


def witnessed_later(desk: Desk, ticket: Ticket, answer: ArrivalAnswer) -> None:
    """What a resident says of the arrival in the follow-up counts too, also after the unit's own report."""
    for whistle in of_ticket(desk, ticket):
        if whistle.claimed_at or whistle.arrived_at or whistle.acted_at:
            if answer is ArrivalAnswer.NOBODY_CAME:
                _flag(desk, whistle, ticket, Flag.PAPER_ARRIVAL)
            elif answer is ArrivalAnswer.CAME_DID_NOTHING:
                _flag(desk, whistle, ticket, Flag.NO_SERVICE)


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
    """A whistle by its id, locked for this turn. Raises ``Refused`` for an unknown one."""
    whistle = desk.session.get(Whistle, (desk.region, whistle_id), with_for_update=True)
    if whistle is None:
        raise Refused("refused.no_ticket")
    return whistle


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


def to_confirm(desk: Desk) -> list[Whistle]:
    """Whistles whose arrival the acting person may counter-sign: on a ticket of theirs, on its way or claimed."""
    tickets = select(Ticket.id).where(
        Ticket.region == desk.region, (Ticket.handler_id == desk.me) | (Ticket.reporter_id == desk.me)
    )
    return list(
        desk.session.scalars(
            select(Whistle)
            .where(
                Whistle.region == desk.region,
                Whistle.ticket_id.in_(tickets),
                Whistle.state.in_((*ON_THE_WAY, WhistleState.ARRIVAL_CLAIMED)),
            )
            .order_by(Whistle.blown_at, Whistle.id)
        )
    )


_EARLY = frozenset({Status.ASSIGNED, Status.REOPENED, Status.RETURNED})
_REASONS = {"catalogue": Phrase("name.whistle_reason.catalogue"), "moved": Phrase("name.whistle_reason.moved")}


def _blow(desk: Desk, ticket: Ticket, department: str, reason: str) -> Whistle:
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


def show_clerk(desk: Desk, whistle: Whistle, ticket: Ticket, text: str, **more: object) -> None:
    """Post the newest form of a whistle's card: to the clerk who signed, before that to the whole staff."""
    to = [whistle.clerk_id] if whistle.clerk_id else clerks(desk, whistle.department)
    for person_id in to or [centre_coordinator(desk)]:
        post(
            desk,
            Letter(
                to=person_id,
                text=text,
                params={
                    **facts(desk, ticket, third_party=True),
                    "reason": _REASONS.get(whistle.reason, whistle.reason),
                    "department": _name(desk, whistle),
                    "assisting": "、".join(desk.city.unit_name(unit) for unit in whistle.assisting) or "—",
                    "arrive_by": whistle.arrive_by,
                    "task": Phrase("name.task.come" if _is_on_site(desk, ticket) else "name.task.answer"),
                    **more,
                },
                key=f"whistle:{whistle.id}:{ticket.events}:{person_id}:{text}",
                card=f"whistle:{whistle.id}",
                buttons=buttons(desk, whistle, ticket),
                priority=Priority.EMERGENCY if ticket.urgent else Priority.PERSONAL,
            ),
        )


def _grey_out(desk: Desk, whistle: Whistle, ticket: Ticket) -> None:
    """The colleagues' cards lose their buttons: one of the department has signed."""
    for person_id in clerks(desk, whistle.department):
        if person_id != whistle.clerk_id:
            post(
                desk,
                Letter(
                    to=person_id,
                    text="letter.whistle_taken",
                    params={**facts(desk, ticket, third_party=True), "clerk": desk.actor.name},
                    key=f"whistle:{whistle.id}:{ticket.events}:{person_id}:taken",
                    card=f"whistle:{whistle.id}",
                ),
            )


def buttons(desk: Desk, whistle: Whistle, ticket: Ticket) -> tuple[Button, ...]:
    """What the department can do next, by the whistle's state."""
    return tuple(
        Button(label=f"button.{flow}", press=_open(flow, whistle))
        for flow in _next(whistle.state)
        if flow != "arrive" or _is_on_site(desk, ticket)
    )


def _is_on_site(desk: Desk, ticket: Ticket) -> bool:
    """A question is answered, not visited; nor is a matter that may have a place, but has none here."""
    wanted = matter_of(desk, ticket).place
    return wanted == "required" or (wanted == "optional" and bool(ticket.place_work))


def _next(state: WhistleState) -> tuple[str, ...]:
    return {
        WhistleState.BLOWN: ("sign", "dispute"),
        WhistleState.SIGNED: ("contact", "arrive", "act", "dispute"),
        WhistleState.CONTACTED: ("arrive", "act"),
        WhistleState.ARRIVAL_CLAIMED: ("act",),
        WhistleState.ARRIVED: ("act",),
    }.get(state, ())


def _ask_witness(desk: Desk, whistle: Whistle, ticket: Ticket, person_id: str) -> None:
    post(
        desk,
        Letter(
            to=person_id,
            text="letter.confirm_arrival",
            params={**facts(desk, ticket, third_party=True), "department": _name(desk, whistle)},
            key=f"witness:{whistle.id}:{ticket.events}:{person_id}",
            card=f"witness:{whistle.id}",
            buttons=tuple(
                Button(label=f"button.{answer}", press=_open("confirm_arrival", whistle, answer=answer))
                for answer in ArrivalAnswer
            ),
        ),
    )


def _act(
    desk: Desk,
    whistle: Whistle,
    sources: tuple[WhistleState, ...],
    target: WhistleState,
    kind: str,
    **given: object,
) -> None:
    ticket = ticket_of(desk, whistle)
    if (Role.DEPARTMENT_STAFF, whistle.department) not in desk.actor.roles:
        raise Refused("refused.not_yours", number=ticket.number)
    if whistle.state not in sources:
        raise Refused("refused.whistle_state", number=ticket.number, whistle=whistle.state)
    whistle.state = target
    events.append(desk, ticket, kind, whistle=whistle.id, department=whistle.department, **given)


def _flag(desk: Desk, whistle: Whistle, ticket: Ticket, flag: Flag) -> None:
    if flag in whistle.flags:
        return
    whistle.flags = [*whistle.flags, flag]
    events.append(desk, ticket, "flagged", whistle=whistle.id, department=whistle.department, flag=flag)
    # Not to whoever has just said so.
    told = {coordinator(desk, ticket.grid), centre_coordinator(desk), ticket.handler_id} - {desk.actor.person_id}
    for person_id in sorted(told):
        post(
            desk,
            Letter(
                to=person_id,
                text="letter.flagged",
                params={**facts(desk, ticket, third_party=True), "department": _name(desk, whistle), "flag": flag},
                key=f"flagged:{whistle.id}:{flag}:{person_id}",
                card=f"flagged:{whistle.id}",
            ),
        )
    show_clerk(desk, whistle, ticket, "letter.flagged_department")


def _check_department(desk: Desk, ticket: Ticket, department: str) -> None:
    unit = desk.city.units.get(department)
    if unit is None or unit.kind is not UnitKind.DEPARTMENT:
        raise Refused("refused.no_unit")
    if any(other.department == department and other.state in LIVE for other in of_ticket(desk, ticket)):
        raise Refused("refused.whistled", number=ticket.number, department=unit.name)


def _open(flow: str, whistle: Whistle, **given: str) -> JsonObject:
    return {"open": flow, "with": {"whistle": whistle.id, **given}}


def _name(desk: Desk, whistle: Whistle) -> str:
    return desk.city.unit_name(whistle.department)
