"""Has the wish come true? Asked of the wisher, in chat or on the telephone; then thanked."""

from __future__ import annotations

from gridwhistle.services import events, timers, wish_deadlines
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.rules import PHONE_ATTEMPTS
from gridwhistle.services.schema import ClaimState, Wish, WishStatus
from gridwhistle.services.wish_board import claims_of
from gridwhistle.services.wish_cards import tell_community, tell_member, tell_wisher, work_buttons
from gridwhistle.services.wish_check import without_identity
from gridwhistle.services.wish_lifecycle import WishStep, WishWho, go, live_claims, wish_capacities


def confirm(desk: Desk, wish: Wish) -> None:
    """The wisher says that it has come true; from now on it counts for the units that carried it out.

    The community may enter what the wisher said on the telephone; a claimant never. Raises ``Refused`` otherwise.
    """
    claims = live_claims(desk, wish)
    by_phone = WishWho.WISHER not in wish_capacities(desk, wish)
    go(desk, wish, WishStep.CONFIRM, by_phone=by_phone)
    wish.confirmed_at = desk.now
    timers.cancel(desk, wish.id)
    for one in claims:
        one.state = ClaimState.DONE
        one.ended_at = desk.now
        tell_member(desk, wish, one.person_id, "wish.letter.confirmed_card")
    tell_community(desk, wish, "wish.letter.confirmed_community")
    if by_phone:
        tell_wisher(desk, wish, "wish.letter.confirmed_by_phone")


def deny(desk: Desk, wish: Wish, reason: str) -> None:
    """The wisher says that it has not come true: back to the claimants. Raises ``Refused`` for anybody else."""
    words, _ = without_identity(reason)
    go(desk, wish, WishStep.DENY, reason=words or "—")
    wish.fulfilled_at = None
    wish_deadlines.watch_claim(desk, wish)
    for one in live_claims(desk, wish):
        buttons = work_buttons(wish, approved=True)
        tell_member(desk, wish, one.person_id, "wish.letter.denied_card", buttons, reason=words or "—")
    tell_community(desk, wish, "wish.letter.denied_community", reason=words or "—")


def thank(desk: Desk, wish: Wish, words: str) -> None:
    """Hand the wisher's thanks to those who made it true, once, without names and numbers.

    Raises ``Refused`` for anybody else, and before it has come true.
    """
    if desk.actor.person_id != wish.wisher_id:
        raise Refused("refused.wish_not_yours", number=wish.number)
    if wish.status is not WishStatus.CONFIRMED:
        raise Refused("refused.wish_status", number=wish.number, status=wish.status)
    past = events.history(desk, wish.id)
    if any(event.kind == "thank" for event in past):
        raise Refused("refused.wish_thanked", number=wish.number)
    said, _ = without_identity(words)
    events.append(desk, wish, "thank", words=said)
    for person_id in claimants(desk, wish):
        tell_member(desk, wish, person_id, "wish.letter.thanks", said=said)


def not_reached(desk: Desk, wish: Wish) -> int:
    """Write down a call that nobody answered, and give the count; after the third the wish is closed unconfirmed.

    It is then counted for nobody. Raises ``Refused`` for everybody but the community.
    """
    if WishWho.COORDINATOR not in wish_capacities(desk, wish):
        raise Refused("refused.wish_not_yours", number=wish.number)
    if wish.status is not WishStatus.FULFILLED:
        raise Refused("refused.wish_status", number=wish.number, status=wish.status)
    wish.attempts += 1
    events.append(desk, wish, "phone_unanswered", attempts=wish.attempts)
    if wish.attempts >= PHONE_ATTEMPTS:
        claims = live_claims(desk, wish)
        go(desk, wish, WishStep.CLOSE, attempts=wish.attempts)
        timers.cancel(desk, wish.id)
        for one in claims:
            one.state = ClaimState.ENDED
            one.ended_at = desk.now
            tell_member(desk, wish, one.person_id, "wish.letter.unconfirmed_card")
    return wish.attempts


def claimants(desk: Desk, wish: Wish) -> list[str]:
    """Those who made a confirmed wish true, in the order of their claims."""
    return [one.person_id for one in claims_of(desk, wish) if one.state is ClaimState.DONE]
