"""On whose desk does a ticket lie, and how does it come to the next?

1+X+N posts with A/B cover: who does not accept in time, or is away, hands the same live card on to the next of the
ladder A → B → party group → community → coordination centre.
"""

from __future__ import annotations

from sqlalchemy import select

from gridwhistle.services import events, timers
from gridwhistle.services.calendar import after_quiet_hours
from gridwhistle.services.cards import facts, matter_of, press, show
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.lifecycle import OPEN, UNACCEPTED, WORKING, Step, move
from gridwhistle.services.org import centre_coordinator, coordinator, holders, is_away, ladder, name_of
from gridwhistle.services.outbox import Button, Letter, post
from gridwhistle.services.residents import tell_residents
from gridwhistle.services.rules import (
    ACCEPT_URGENT_WITHIN,
    ACCEPT_WITHIN,
    LAST_AGAIN_AFTER,
    LAST_URGENT_AGAIN_AFTER,
    RETURN_ANSWER_WITHIN,
    RETURNS_BEFORE_ADJUDICATION,
)
from gridwhistle.services.schema import Event, HandledBy, PostKind, Role, Ticket, UnitKind


def post_of(desk: Desk, ticket: Ticket) -> PostKind:
    """Whether the property company's worker or the grid worker acts first.

    A complaint that is about the property company never goes to it (identity firewall).
    """
    by_property = matter_of(desk, ticket).handled_by is HandledBy.PROPERTY and not ticket.about_property
    if by_property and holders(desk, ticket.grid, PostKind.PROPERTY_WORKER):
        return PostKind.PROPERTY_WORKER
    return PostKind.GRID_WORKER


def assign(desk: Desk, ticket: Ticket) -> None:
    """Give a new ticket to the first of its ladder who is not away; a patrol report stays with its reporter."""
    people = ladder_of(desk, ticket)
    if ticket.from_patrol and desk.me in people:
        step = people.index(desk.me)
    else:
        step = next((index for index, who in enumerate(people) if not is_away(desk, who)), len(people) - 1)
    for index in range(step):
        events.append(desk, ticket, "passed_over", person=people[index], reason="away")
    _give(desk, ticket, people, step)
    move(desk, ticket, Step.ASSIGN, to=ticket.handler_id)
    _present(desk, ticket, "letter.assigned")
    found = holders(desk, ticket.grid, PostKind.GRID_WORKER)
    if found and found.mentor and found.a == ticket.handler_id:
        post(
            desk,
            Letter(
                to=found.mentor,
                text="letter.mentor_copy",
                params={**facts(desk, ticket, third_party=False), "worker": name_of(desk, found.a)},
                key=f"mentor:{ticket.id}",
            ),
        )


def ladder_of(desk: Desk, ticket: Ticket) -> list[str]:
    """Who may own this ticket, in order."""
    unit = desk.city.units.get(ticket.grid)
    if unit is None or unit.kind is not UnitKind.GRID or matter_of(desk, ticket).handled_by is HandledBy.COMMUNITY:
        return list(dict.fromkeys([coordinator(desk, ticket.grid), centre_coordinator(desk)]))
    return ladder(desk, ticket.grid, post_of(desk, ticket))


def accept(desk: Desk, ticket: Ticket) -> None:
    """The handler takes the ticket; the residents learn who it is."""
    move(desk, ticket, Step.ACCEPT)
    timers.cancel(desk, ticket.id, "accept_limit")
    show(desk, ticket, ticket.handler_id, "letter.accepted_card")
    late = desk.now >= ticket.solve_by
    tell_residents(desk, ticket, "letter.accepted_late" if late else "letter.accepted", worker=desk.actor.name)


def pass_on(desk: Desk, ticket: Ticket, reason: str) -> str:
    """The handler hands the ticket to the other holder of the post; gives the new handler's name.

    From B it goes to A when A is there, else further up the ladder. Raises ``Refused`` when nobody else is left, and
    for whoever has it no more, a leader too: they speak of their own desk.
    """
    if ticket.handler_id != desk.me:
        raise Refused("refused.not_yours", number=ticket.number)
    people = ladder_of(desk, ticket)
    others = [who for who in people if who != ticket.handler_id and not is_away(desk, who)]
    if not others:
        raise Refused("refused.nobody_else", number=ticket.number)
    hand_on(desk, ticket, others[0], reason)
    return name_of(desk, ticket.handler_id)


def hand_on(desk: Desk, ticket: Ticket, to: str, reason: str) -> None:
    """Move a ticket to somebody else's desk: their card comes alive, the former one's greys out."""
    former = ticket.handler_id
    people = ladder_of(desk, ticket)
    move(desk, ticket, Step.PASS_ON, to=to, reason=reason)
    _give(desk, ticket, people, people.index(to) if to in people else len(people) - 1, to=to)
    show(desk, ticket, former, "letter.moved_card", to_name=name_of(desk, to))
    _present(desk, ticket, "letter.assigned")


def move_to_grid(desk: Desk, ticket: Ticket, grid: str) -> None:
    """The place turned out to lie in another grid: its holder gets the ticket (the system's act)."""
    ticket.grid = grid
    people = ladder_of(desk, ticket)
    hand_on(desk.as_system(), ticket, next((who for who in people if not is_away(desk, who)), people[-1]), "other grid")


def not_accepted(desk: Desk, ticket: Ticket) -> None:
    """Nobody pressed in time: the next of the ladder gets the same live card; the last one keeps it.

    The system's act, from the timer ``accept_limit``.
    """
    if ticket.status not in UNACCEPTED:
        return
    people = ladder_of(desk, ticket)
    # Somebody from outside the ladder, to whom it was handed by name, has the whole of it above.
    step = ticket.ladder + 1 if ticket.handler_id in people else 0
    later = [who for who in people[step:] if who != ticket.handler_id]
    if not later:
        events.append(desk, ticket, "not_accepted", person=ticket.handler_id, reason="last of the ladder")
        show(desk, ticket, ticket.handler_id, "letter.still_unaccepted", fresh=True)
        again = LAST_URGENT_AGAIN_AFTER if ticket.urgent else LAST_AGAIN_AFTER
        timers.put(desk, "accept_limit", ticket.id, desk.now + again)
        return
    present = [who for who in later if not is_away(desk, who)]
    hand_on(desk, ticket, (present or later)[0], "not_accepted")


def give_back(desk: Desk, ticket: Ticket, reason: str, proposed: str | None) -> None:
    """The handler returns a wrong ticket with the reason and the unit that it belongs to (不推诿).

    The community decides while the clock runs; the second dispute is adjudicated by the coordination centre.
    """
    if proposed is not None and proposed not in desk.city.units:
        raise Refused("refused.no_unit")
    move(desk, ticket, Step.RETURN, reason=reason, proposed=proposed)
    ticket.returns += 1
    timers.cancel(desk, ticket.id, "accept_limit")
    judge = coordinator(desk, ticket.grid)
    if ticket.returns >= RETURNS_BEFORE_ADJUDICATION or judge == ticket.handler_id:
        judge = centre_coordinator(desk)
    timers.put(desk, "return_silence", ticket.id, RETURN_ANSWER_WITHIN.after(desk.now))
    above = desk.city.community_of(ticket.grid) if judge == coordinator(desk, ticket.grid) else None
    judging = above.name if above else desk.city.unit_name(desk.city.centre)
    show(desk, ticket, ticket.handler_id, "letter.returned_card", reason=reason, judge=judging)
    post(
        desk,
        Letter(
            to=judge,
            text="letter.returned",
            params={
                **facts(desk, ticket, third_party=False),
                "worker": desk.actor.name,
                "reason": reason,
                "proposed": desk.city.unit_name(proposed) or "—",
            },
            key=f"returned:{ticket.id}:{ticket.returns}",
            card=f"return:{ticket.id}",
            buttons=(
                Button(label="button.uphold", press=press("settle_return", ticket, verdict="uphold")),
                Button(label="button.reject", press=press("settle_return", ticket, verdict="reject")),
            ),
        ),
    )


def settle_return(desk: Desk, ticket: Ticket, *, upheld: bool, reason: str) -> str:
    """Decide a return: upheld, the proposed grid gets it (else whoever decides); rejected, it goes back.

    Gives the new handler's name. The second decision on a ticket is kept as a precedent in its history. Raises
    ``Refused`` for whoever returned it: nobody judges their own return.
    """
    returned = _last_return(desk, ticket)
    if returned is not None and returned.actor_id == desk.actor.person_id and desk.actor.person_id is not None:
        raise Refused("refused.not_allowed")
    proposed = str(returned.data.get("proposed") or "") if returned is not None else ""
    judge = desk.actor.person_id or coordinator(desk, ticket.grid)
    former = to = ticket.handler_id
    if upheld:
        unit = desk.city.units.get(proposed)
        if unit is not None and unit.kind is UnitKind.GRID:
            ticket.grid = unit.code
            to = ladder_of(desk, ticket)[0]
        else:
            to = judge
    move(desk, ticket, Step.SETTLE_RETURN, to=to, upheld="yes" if upheld else "no", reason=reason)
    if ticket.returns >= RETURNS_BEFORE_ADJUDICATION:
        events.append(desk, ticket, "precedent", matter=ticket.matter, proposed=proposed, upheld=upheld, reason=reason)
    timers.cancel(desk, ticket.id, "return_silence")
    people = ladder_of(desk, ticket)
    _give(desk, ticket, people, people.index(to) if to in people else len(people) - 1, to=to)
    if upheld:
        _present(desk, ticket, "letter.assigned")
        if former != to:
            show(desk, ticket, former, "letter.moved_card", to_name=name_of(desk, to))
    else:
        show(desk, ticket, to, "letter.return_rejected", fresh=True, reason=reason)
    return name_of(desk, to)


def my_list(desk: Desk, limit: int = 50) -> list[Ticket]:
    """The tickets on the acting person's desk, least time left first."""
    return _list_of(desk, desk.me, limit)


def _list_of(desk: Desk, person_id: str, limit: int) -> list[Ticket]:
    return list(
        desk.session.scalars(
            select(Ticket)
            .where(Ticket.region == desk.region, Ticket.handler_id == person_id, Ticket.status.in_(OPEN))
            .order_by(Ticket.solve_by, Ticket.id)
            .limit(limit)
        )
    )


def cover(desk: Desk, person_id: str) -> dict[str, int]:
    """Hand everything on a worker's desk to the cover of each post (leave: AB顶岗); gives to whom how many, by name.

    The acting worker's own desk, or anybody's as the system's act.
    """
    handed: dict[str, int] = {}
    for ticket in _list_of(desk, person_id, limit=500):
        if ticket.status in UNACCEPTED | WORKING:
            others = [who for who in ladder_of(desk, ticket) if who != person_id and not is_away(desk, who)]
            if others:
                hand_on(desk, ticket, others[0], "leave")
                name = name_of(desk, others[0])
                handed[name] = handed.get(name, 0) + 1
    return handed


def is_post_holder(desk: Desk) -> bool:
    """Whether the acting person may work on tickets at all."""
    return desk.actor.has(
        Role.GRID_WORKER_FULL,
        Role.GRID_WORKER_PART,
        Role.GRID_WORKER_PROFESSIONAL,
        Role.PROPERTY_WORKER,
        Role.PARTY_GROUP_LEADER,
        Role.COMMUNITY_COORDINATOR,
        Role.CENTRE_COORDINATOR,
    )


def reopened(desk: Desk, ticket: Ticket, to: str) -> None:
    """Put a reopened ticket on a desk and wait for its acceptance."""
    people = ladder_of(desk, ticket)
    _give(desk, ticket, people, people.index(to) if to in people else len(people) - 1, to=to)
    _present(desk, ticket, "letter.reopened")


def _give(desk: Desk, ticket: Ticket, people: list[str], step: int, *, to: str | None = None) -> None:
    ticket.handler_id = to or people[step]
    ticket.ladder = step
    _wait_for_acceptance(desk, ticket)


def _wait_for_acceptance(desk: Desk, ticket: Ticket) -> None:
    within = ACCEPT_URGENT_WITHIN if ticket.urgent else ACCEPT_WITHIN
    # At night nobody is woken for an ordinary matter, so the span begins in the morning.
    begins = desk.now if ticket.urgent else after_quiet_hours(desk.now)
    timers.put(desk, "accept_limit", ticket.id, begins + within)


def _present(desk: Desk, ticket: Ticket, text: str) -> None:
    show(desk, ticket, ticket.handler_id, text, fresh=True)


def _last_return(desk: Desk, ticket: Ticket) -> Event | None:
    returns = [event for event in events.history(desk, ticket.id) if event.kind == Step.RETURN]
    return returns[-1] if returns else None
