"""Who takes a wish on, how are both sides brought together, and how does a claim end early?

First come wins: the share of a round is unique in the store, so that of two presses in one second one is a claim and
the other a kind word.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import func, select

from gridwhistle.services import events, timers, wish_deadlines, wish_units
from gridwhistle.services.desk import Desk, Phrase, Refused
from gridwhistle.services.rules import WISH_CLAIMS_AT_MOST, WISH_SHARES_AT_MOST
from gridwhistle.services.schema import (
    ClaimState,
    Person,
    Reveal,
    Unit,
    Wish,
    WishClaim,
    WishStatus,
    table_of,
)
from gridwhistle.services.store import Insertion, insert, new_id
from gridwhistle.services.wish_cards import (
    open_wish,
    tell_community,
    tell_member,
    tell_wisher,
    work_buttons,
)
from gridwhistle.services.wish_lifecycle import (
    LIVE_CLAIMS,
    ON_BOARD,
    TAKEN,
    WishStep,
    WishWho,
    go,
    live_claims,
    wish_capacities,
)

_CLAIM = Insertion(table=table_of(WishClaim), conflict=("region", "wish_id", "round", "share"))


class Way(StrEnum):
    """How somebody claims."""

    WHOLE = "whole"
    UNIT = "unit"
    GROUP = "group"
    JOIN = "join"


def claim(desk: Desk, wish: Wish, way: Way) -> None:
    """Take a wish on: alone, in the unit's name, or as the first or a further one of a group.

    Raises ``Refused`` for somebody who is no party member, for one's own wish, for a fourth open claim, and for a
    wish that somebody else has taken.
    """
    unit = wish_units.unit_of(desk.city, desk.actor)
    if unit is None:
        raise Refused("refused.not_member")
    if desk.me == wish.wisher_id:
        raise Refused("refused.wish_own", number=wish.number)
    if not may_be_claimed(desk, wish, way):
        raise Refused("refused.wish_taken", number=wish.number)
    _check_limit(desk, unit, for_unit=way is Way.UNIT)
    share = _next_share(desk, wish)
    joined = _insert(desk, wish, unit, share, for_unit=way is Way.UNIT)
    if not joined:
        raise Refused("refused.wish_taken", number=wish.number)
    wish.shared = way in (Way.GROUP, Way.JOIN)
    go(desk, wish, WishStep.JOIN if way is Way.JOIN else WishStep.CLAIM, unit=unit, way=way, share=share)
    wish_deadlines.watch_claim(desk, wish)
    name = wish_units.party_name(desk.city, unit)
    tell_member(desk, wish, desk.me, "wish.letter.claimed_card", work_buttons(wish, approved=False))
    tell_community(
        desk,
        wish,
        "wish.letter.claimed_community",
        (open_wish("wish_meet", "wish.button.approve", wish),),
        unit=name,
        member=desk.actor.name,
        count=len(live_claims(desk, wish)),
    )
    tell_wisher(desk, wish, "wish.letter.claimed", unit=name)


def may_be_claimed(desk: Desk, wish: Wish, way: Way) -> bool:
    """Whether a wish is free for this way of claiming."""
    if way is not Way.JOIN:
        return wish.status in ON_BOARD
    claims = live_claims(desk, wish)
    taken_part = any(one.person_id == desk.me for one in claims)
    return wish.status is WishStatus.CLAIMED and wish.shared and len(claims) < WISH_SHARES_AT_MOST and not taken_part


def approve(desk: Desk, wish: Wish, arrangement: str) -> None:
    """The community brings both sides together (同意对接): the claimants read how to meet, and that is written down.

    Raises ``Refused`` for everybody but the community, and for a wish without a waiting claim.
    """
    if WishWho.COORDINATOR not in wish_capacities(desk, wish):
        raise Refused("refused.wish_not_yours", number=wish.number)
    waiting = [one for one in live_claims(desk, wish) if one.state is ClaimState.HELD]
    if wish.status not in TAKEN or not waiting:
        raise Refused("refused.wish_status", number=wish.number, status=wish.status)
    for one in waiting:
        one.state = ClaimState.APPROVED
        one.approved_at = desk.now
        desk.session.add(
            Reveal(
                region=desk.region,
                id=new_id(),
                person_id=wish.wisher_id,
                viewer_id=one.person_id,
                reason=f"{wish.number} 同意对接",
                at=desk.now,
            )
        )
    events.append(desk, wish, "approve", claimants=[one.person_id for one in waiting], arrangement=arrangement)
    wish_deadlines.watch_claim(desk, wish)
    for one in waiting:
        tell_member(
            desk, wish, one.person_id, "wish.letter.approved_card", work_buttons(wish, approved=True), meet=arrangement
        )
    tell_wisher(desk, wish, "wish.letter.approved", meet=arrangement)


def release(desk: Desk, wish: Wish, reason: str) -> None:
    """Give a claim back, up to the last day and without blame; the last one of a group frees the wish.

    Raises ``Refused`` for everybody but a claimant and the community.
    """
    claims = live_claims(desk, wish)
    own = [one for one in claims if one.person_id == desk.actor.person_id]
    given_back = own or claims
    if own and len(claims) > len(own):
        for one in own:
            _finish(desk, one, ClaimState.RELEASED)
        events.append(desk, wish, "share_released", reason=reason)
        tell_member(desk, wish, desk.me, "wish.letter.left_card")
        return
    go(desk, wish, WishStep.RELEASE, reason=reason)
    for one in given_back:
        _finish(desk, one, ClaimState.RELEASED)
        tell_member(desk, wish, one.person_id, "wish.letter.released_card")
    _back_on_board(desk, wish, reason=reason)


def lapse(desk: Desk, wish: Wish) -> None:
    """Ten days without a sign of life: the wish is free for others again (the system's act)."""
    if wish.status not in TAKEN:
        return
    claims = live_claims(desk, wish)
    go(desk, wish, WishStep.LAPSE)
    for one in claims:
        _finish(desk, one, ClaimState.LAPSED)
        tell_member(desk, wish, one.person_id, "wish.letter.lapsed_card")
    _back_on_board(desk, wish, reason=Phrase("wish.lapsed"))


def of_me(desk: Desk) -> list[Wish]:
    """The wishes that the acting person has taken on and not finished, the oldest claim first."""
    return list(
        desk.session.scalars(
            select(Wish)
            .join(WishClaim, (WishClaim.region == Wish.region) & (WishClaim.wish_id == Wish.id))
            .where(
                WishClaim.region == desk.region,
                WishClaim.person_id == desk.me,
                WishClaim.state.in_(LIVE_CLAIMS),
                WishClaim.round == Wish.round,
            )
            .order_by(WishClaim.id)
        )
    )


def waiting_for_meeting(desk: Desk, wish: Wish) -> bool:
    """Whether a claimant waits for the community to arrange the meeting."""
    return wish.status in TAKEN and any(one.state is ClaimState.HELD for one in live_claims(desk, wish))


def _check_limit(desk: Desk, unit: str, *, for_unit: bool) -> None:
    # Locked, so that two presses on two wishes are counted one after the other.
    locked = desk.session.get(Unit, (desk.region, unit), with_for_update=True) if for_unit else None
    if locked is None:
        desk.session.get(Person, (desk.region, desk.me), with_for_update=True)
    whose = WishClaim.unit == unit if for_unit else WishClaim.person_id == desk.me
    held = desk.session.scalar(
        select(func.count())
        .select_from(WishClaim)
        .join(Wish, (Wish.region == WishClaim.region) & (Wish.id == WishClaim.wish_id))
        .where(
            WishClaim.region == desk.region,
            whose,
            WishClaim.for_unit == for_unit,
            WishClaim.state.in_(LIVE_CLAIMS),
            Wish.status.in_(TAKEN),
        )
    )
    if (held or 0) >= WISH_CLAIMS_AT_MOST:
        raise Refused("refused.wish_limit", most=WISH_CLAIMS_AT_MOST)


def _next_share(desk: Desk, wish: Wish) -> int:
    last = desk.session.scalar(
        select(func.max(WishClaim.share)).where(
            WishClaim.region == desk.region, WishClaim.wish_id == wish.id, WishClaim.round == wish.round
        )
    )
    return (last or 0) + 1


def _insert(desk: Desk, wish: Wish, unit: str, share: int, *, for_unit: bool) -> bool:
    return insert(
        desk.session,
        _CLAIM,
        {
            "region": desk.region,
            "id": new_id(),
            "wish_id": wish.id,
            "round": wish.round,
            "share": share,
            "unit": unit,
            "person_id": desk.me,
            "for_unit": for_unit,
            "state": ClaimState.HELD,
            "at": desk.now,
            "approved_at": None,
            "ended_at": None,
        },
    )


def _finish(desk: Desk, one: WishClaim, state: ClaimState) -> None:
    one.state = state
    one.ended_at = desk.now


def _back_on_board(desk: Desk, wish: Wish, *, reason: object) -> None:
    wish.round += 1
    wish.shared = False
    timers.cancel(desk, wish.id)
    tell_wisher(desk, wish, "wish.letter.back_on_board")
    tell_community(desk, wish, "wish.letter.back_community", reason=reason)
    wish_deadlines.watch_board(desk, wish)
