"""Has the department that says it is there really come?

The arrival is counter-signed by the grid worker or a resident with one press: came and did it, came and did nothing,
nobody came.
"""

from __future__ import annotations

from sqlalchemy import select

from gridwhistle.services import events, timers
from gridwhistle.services.cards import facts, show
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.outbox import Button, Letter, post
from gridwhistle.services.residents import residents
from gridwhistle.services.rules import ACT_WITHIN, CONFIRM_NUDGE_AFTER, CONFIRM_WITHIN
from gridwhistle.services.schema import ArrivalAnswer, Ticket, Whistle, WhistleState
from gridwhistle.services.whistle_cards import department_name, opens, show_clerk
from gridwhistle.services.whistle_flags import Flag, raise_flag
from gridwhistle.services.whistles import ON_THE_WAY, of_ticket, step, ticket_of


def claim_arrival(desk: Desk, whistle: Whistle) -> None:
    """The department says that it is there (报到); the grid worker is asked whether that is so."""
    step(desk, whistle, ON_THE_WAY, WhistleState.ARRIVAL_CLAIMED, "arrival_claimed")
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
            raise_flag(desk, whistle, ticket, Flag.PAPER_ARRIVAL)
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


def not_arrived(desk: Desk, whistle: Whistle) -> None:
    """No confirmed arrival within the limit. The system's act."""
    if whistle.state in (WhistleState.BLOWN, *ON_THE_WAY, WhistleState.ARRIVAL_CLAIMED):
        flag = Flag.UNSIGNED if whistle.state is WhistleState.BLOWN else Flag.NO_SHOW
        raise_flag(desk, whistle, ticket_of(desk, whistle), flag)


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
        raise_flag(desk, whistle, ticket_of(desk, whistle), Flag.PAPER_ARRIVAL)


def not_acted(desk: Desk, whistle: Whistle) -> None:
    """They came and did nothing within the limit: 只报到不服务. The system's act."""
    if whistle.state is WhistleState.ARRIVED:
        raise_flag(desk, whistle, ticket_of(desk, whistle), Flag.NO_SERVICE)


def witnessed_later(desk: Desk, ticket: Ticket, answer: ArrivalAnswer) -> None:
    """What a resident says of the arrival in the follow-up counts too, also after the unit's own report."""
    for whistle in of_ticket(desk, ticket):
        if whistle.claimed_at or whistle.arrived_at or whistle.acted_at:
            if answer is ArrivalAnswer.NOBODY_CAME:
                raise_flag(desk, whistle, ticket, Flag.PAPER_ARRIVAL)
            elif answer is ArrivalAnswer.CAME_DID_NOTHING:
                raise_flag(desk, whistle, ticket, Flag.NO_SERVICE)


def _ask_witness(desk: Desk, whistle: Whistle, ticket: Ticket, person_id: str) -> None:
    post(
        desk,
        Letter(
            to=person_id,
            text="letter.confirm_arrival",
            params={**facts(desk, ticket, third_party=True), "department": department_name(desk, whistle)},
            key=f"witness:{whistle.id}:{ticket.events}:{person_id}",
            card=f"witness:{whistle.id}",
            buttons=tuple(
                Button(label=f"button.{answer}", press=opens("confirm_arrival", whistle, answer=answer))
                for answer in ArrivalAnswer
            ),
        ),
    )
