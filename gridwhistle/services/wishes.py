"""How does a wish come to the community and onto the board, and how does it leave again?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from gridwhistle.services import events, org, tickets, timers, whistles, wish_deadlines
from gridwhistle.services.cards import show
from gridwhistle.services.clock import in_city
from gridwhistle.services.desk import LEADER_ROLES, WORKER_ROLES, Actor, Desk, Refused
from gridwhistle.services.lifecycle import Step, move
from gridwhistle.services.places import Location
from gridwhistle.services.residents import tell_residents
from gridwhistle.services.rules import WISH_COST_AT_MOST
from gridwhistle.services.schema import ClaimState, Role, Ticket, Wish, WisherKind, WishStatus
from gridwhistle.services.store import count_up, new_id
from gridwhistle.services.wish_cards import review_buttons, tell_community, tell_member, tell_wisher
from gridwhistle.services.wish_check import essence, unfit, without_identity
from gridwhistle.services.wish_lifecycle import WishStep, WishWho, go, live_claims, wish_capacities

REVIEWERS = (Role.COMMUNITY_COORDINATOR, Role.CENTRE_COORDINATOR)
YOUNGEST, OLDEST = 1, 120
ADULT = 18


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A wish as it was told in chat."""

    what: str
    kind: WisherKind
    age: int | None = None
    wanted_by: date | None = None
    cost: int | None = None
    guardian_consent: bool = False
    """For a minor's wish: whoever tells it is the guardian, or the guardian has agreed."""
    whose: str = ""
    """Who and where the wisher is, where a worker tells it for them."""


def tell(desk: Desk, told: Told) -> Wish:
    """Number a wish and bring it to the community; a child's waits as a draft until the guardian has agreed.

    Names, numbers and doors in its words are left out. Raises ``Refused`` for what is no micro-wish.
    """
    if told.whose and not desk.actor.is_staff:
        raise Refused("refused.not_worker")
    wish = _enter(desk, told, wisher_id=desk.me, grid=desk.actor.grid or _own_grid(desk))
    _submit(desk, wish)
    return wish


def from_ticket(desk: Desk, ticket: Ticket, told: Told) -> Wish:
    """Make a wish of a ticket that is really one; the resident who reported it is its wisher.

    Raises ``Refused`` for everybody but the leaders of its grid, and for what is no micro-wish.
    """
    wish = _enter(desk, told, wisher_id=ticket.reporter_id, grid=ticket.grid)
    wish.ticket_id = ticket.id
    move(desk, ticket, Step.MERGE, into=wish.number)
    ticket.closed_at = desk.now
    timers.cancel(desk, ticket.id)
    whistles.end_all(desk, ticket)
    events.append(desk, wish, "from_ticket", ticket=ticket.number)
    show(desk, ticket, ticket.handler_id, "wish.letter.ticket_card", wish=wish.number)
    tell_residents(desk, ticket, "wish.letter.from_ticket", but=desk.actor.person_id, wish=wish.number)
    _submit(desk, wish)
    return wish


def consent(desk: Desk, wish: Wish, *, given: bool) -> None:
    """Enter whether the guardian of a child agrees; without it the wish goes no further.

    Raises ``Refused`` for everybody but the community.
    """
    if WishWho.COORDINATOR not in wish_capacities(desk, wish):
        raise Refused("refused.wish_not_yours", number=wish.number)
    events.append(desk, wish, "guardian_asked", agreed=given)
    if not given:
        go(desk, wish, WishStep.REFUSE, reason="guardian")
        _end(desk, wish, ClaimState.ENDED)
        tell_wisher(desk, wish, "wish.letter.no_consent")
        tell_community(desk, wish, "wish.letter.refused_card", reason="—")
        return
    wish.guardian_consent = True
    _submit(desk, wish)


def publish(desk: Desk, wish: Wish) -> None:
    """The community has reviewed the wish and puts it on the board, masked.

    Raises ``Refused`` for everybody but the community, and for words that are no micro-wish after all.
    """
    problem = unfit(wish.what, wish.cost)
    if problem is not None:
        raise Refused("refused.wish_unfit", number=wish.number, why=problem)
    go(desk, wish, WishStep.REVIEW)
    go(desk, wish, WishStep.PUBLISH)
    wish.published_at = desk.now
    wish.round = 1
    wish_deadlines.watch_board(desk, wish)
    tell_wisher(desk, wish, "wish.letter.published")
    tell_community(desk, wish, "wish.letter.published_card")


def refuse(desk: Desk, wish: Wish, reason: str) -> None:
    """Say why a wish cannot be taken up. Raises ``Refused`` for everybody but the community."""
    go(desk, wish, WishStep.REFUSE, reason=reason)
    _end(desk, wish, ClaimState.ENDED)
    tell_wisher(desk, wish, "wish.letter.refused", reason=reason)
    tell_community(desk, wish, "wish.letter.refused_card", reason=reason)


def turn_into_ticket(desk: Desk, wish: Wish, matter: str) -> Ticket:
    """Open a ticket for a wish that is really a matter, in the name of whoever told it.

    Raises ``Refused`` for everybody but the community, and for a matter that the catalogue does not hold.
    """
    if WishWho.COORDINATOR not in wish_capacities(desk, wish):
        raise Refused("refused.wish_not_yours", number=wish.number)
    wisher = org.person(desk, wish.wisher_id)
    actor = Actor(person_id=wisher.id, name=wisher.name, language=wisher.language, grid=wisher.grid, place=wisher.place)
    hands = replace(desk, actor=actor, here=None)
    draft = tickets.Draft(matter=matter, where=Location(), words=wish.what, community=wish.grid)
    ticket = tickets.open_ticket(hands, draft)
    desk.writes, desk.letters = hands.writes, hands.letters
    wish.ticket_id = ticket.id
    go(desk, wish, WishStep.TURN, ticket=ticket.number)
    _end(desk, wish, ClaimState.ENDED)
    spec = desk.city.matters[matter]
    tell_wisher(desk, wish, "wish.letter.turned", ticket=ticket.number, matter=spec)
    tell_community(desk, wish, "wish.letter.turned_card", ticket=ticket.number, matter=spec)
    return ticket


def withdraw(desk: Desk, wish: Wish, reason: str) -> None:
    """Take a wish back: its wisher, or the community for one who has moved away. Raises ``Refused`` otherwise."""
    claimants = [claim.person_id for claim in live_claims(desk, wish)]
    go(desk, wish, WishStep.WITHDRAW, reason=reason)
    _end(desk, wish, ClaimState.ENDED)
    tell_wisher(desk, wish, "wish.letter.withdrawn")
    for person_id in claimants:
        tell_member(desk, wish, person_id, "wish.letter.withdrawn_card")
    tell_community(desk, wish, "wish.letter.withdrawn_card")


def get(desk: Desk, wish_id: str) -> Wish:
    """A wish by its id, locked for this turn. Raises ``Refused`` for an unknown one."""
    wish = desk.session.get(Wish, (desk.region, wish_id), with_for_update=True)
    if wish is None:
        raise Refused("refused.no_wish")
    return wish


def by_number(desk: Desk, number: str) -> Wish | None:
    """A wish by the number that people see."""
    return desk.session.scalars(select(Wish).where(Wish.region == desk.region, Wish.number == number)).one_or_none()


def mine(desk: Desk, *statuses: WishStatus, limit: int = 20) -> list[Wish]:
    """The wishes that the acting person told, newest first."""
    wanted = select(Wish).where(Wish.region == desk.region, Wish.wisher_id == desk.me)
    if statuses:
        wanted = wanted.where(Wish.status.in_(statuses))
    return list(desk.session.scalars(wanted.order_by(Wish.id.desc()).limit(limit)))


def of_my_community(desk: Desk, *statuses: WishStatus, limit: int = 20) -> list[Wish]:
    """The wishes that the acting coordinator answers for, oldest first."""
    if not desk.actor.has(*REVIEWERS):
        return []
    found = desk.session.scalars(
        select(Wish).where(Wish.region == desk.region, Wish.status.in_(statuses)).order_by(Wish.id)
    )
    return [wish for wish in found if WishWho.COORDINATOR in wish_capacities(desk, wish)][:limit]


def is_child(told: Told) -> bool:
    """Whether the wish is a minor's, whichever was said."""
    return told.kind is WisherKind.CHILD or (told.age is not None and told.age < ADULT)


def _enter(desk: Desk, told: Told, *, wisher_id: str, grid: str) -> Wish:
    minor = is_child(told)
    bare, _ = without_identity(told.what)
    what = essence(bare, child=minor)
    problem = unfit(bare, told.cost)
    if problem is not None:
        raise Refused(f"wish.unfit.{problem}", most=WISH_COST_AT_MOST)
    if not what:
        raise Refused("refused.wish_empty")
    wish = Wish(
        region=desk.region,
        id=new_id(),
        number=_number(desk, grid),
        status=WishStatus.DRAFT,
        wisher_id=wisher_id,
        by_worker=bool(told.whose),
        whose=told.whose,
        kind=WisherKind.CHILD if minor else told.kind,
        age=told.age if told.age is not None and YOUNGEST <= told.age <= OLDEST else None,
        grid=grid,
        what=what,
        wanted_by=told.wanted_by,
        cost=told.cost,
        is_minor=minor,
        guardian_consent=minor and told.guardian_consent,
        shared=False,
        round=0,
        told_at=desk.now,
        published_at=None,
        fulfilled_at=None,
        confirmed_at=None,
        result="",
        photos=[],
        attempts=0,
        ticket_id=None,
        events=0,
        chain=events.GENESIS,
    )
    desk.session.add(wish)
    # Its events and letters refer to it.
    desk.session.flush()
    events.append(desk, wish, "tell", wisher=wish.kind, by_worker=wish.by_worker)
    return wish


def _submit(desk: Desk, wish: Wish) -> None:
    if wish.is_minor and not wish.guardian_consent:
        tell_community(desk, wish, "wish.letter.consent_needed", review_buttons(wish))
    else:
        go(desk, wish, WishStep.SUBMIT)
        tell_community(desk, wish, "wish.letter.review", review_buttons(wish))
    wish_deadlines.watch_review(desk, wish)


def _end(desk: Desk, wish: Wish, state: ClaimState) -> None:
    timers.cancel(desk, wish.id)
    for claim in live_claims(desk, wish):
        claim.state = state
        claim.ended_at = desk.now


def _own_grid(desk: Desk) -> str:
    """Of somebody without a home that we know: the unit that they work for, else the coordination centre's."""
    units = desk.actor.units(*WORKER_ROLES, *LEADER_ROLES)
    return units[0] if units else desk.city.centre


def _number(desk: Desk, grid: str) -> str:
    community = desk.city.community_of(grid)
    name = community.name.removesuffix("社区").removesuffix("村") if community else desk.city.name.removesuffix("市")
    day = in_city(desk.now).strftime("%y%m%d")
    return f"心愿-{name}-{day}-{count_up(desk.session, desk.region, f'wish:{name}:{day}'):03d}"
