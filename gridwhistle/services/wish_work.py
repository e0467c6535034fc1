"""What does a claimant do with a wish once the meeting is arranged, until it is said to have come true?"""

from __future__ import annotations

from collections.abc import Sequence

from gridwhistle.services import events, wish_deadlines
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.masking import mask_numbers
from gridwhistle.services.schema import Attachment, ClaimState, Wish
from gridwhistle.services.wish_cards import confirm_buttons, tell_community, tell_member, tell_wisher, work_buttons
from gridwhistle.services.wish_lifecycle import TAKEN, WishStep, WishWho, go, live_claims, wish_capacities


def begin(desk: Desk, wish: Wish) -> None:
    """A claimant starts; the wisher learns it. Raises ``Refused`` before the community has arranged the meeting."""
    _check_approved(desk, wish)
    go(desk, wish, WishStep.BEGIN)
    wish_deadlines.watch_claim(desk, wish)
    _tell_claimants(desk, wish, "wish.letter.begun_card")
    tell_wisher(desk, wish, "wish.letter.begun")


def progress(desk: Desk, wish: Wish, words: str) -> None:
    """A claimant's sign of life: the time to be silent begins anew. Raises ``Refused`` for anybody else."""
    if WishWho.CLAIMANT not in wish_capacities(desk, wish) or wish.status not in TAKEN:
        raise Refused("refused.wish_not_yours", number=wish.number)
    events.append(desk, wish, "alive", words=mask_numbers(words))
    wish_deadlines.watch_claim(desk, wish)


def fulfil(desk: Desk, wish: Wish, result: str, photos: Sequence[str] = ()) -> None:
    """A claimant says what was done; the wisher is asked. Photos only with the wisher's consent.

    Raises ``Refused`` for anybody else, before the meeting was arranged, and for somebody else's photo.
    """
    _check_approved(desk, wish)
    for photo in photos:
        row = desk.session.get(Attachment, (desk.region, photo))
        if row is None or row.person_id != desk.me or row.ticket_id is not None:
            raise Refused("refused.photo")
    go(desk, wish, WishStep.FULFIL, result=mask_numbers(result), photos=list(photos))
    wish.result = mask_numbers(result)
    wish.photos = list(photos)
    wish.fulfilled_at = desk.now
    wish_deadlines.watch_answer(desk, wish)
    _tell_claimants(desk, wish, "wish.letter.waiting_card")
    tell_wisher(desk, wish, "wish.letter.fulfilled", confirm_buttons(wish), result=wish.result)
    tell_community(desk, wish, "wish.letter.fulfilled_card", result=wish.result)


def _check_approved(desk: Desk, wish: Wish) -> None:
    own = [one for one in live_claims(desk, wish) if one.person_id == desk.actor.person_id]
    if own and all(one.state is not ClaimState.APPROVED for one in own):
        raise Refused("refused.wish_not_approved", number=wish.number)


def _tell_claimants(desk: Desk, wish: Wish, text: str) -> None:
    buttons = work_buttons(wish, approved=True) if wish.status in TAKEN else ()
    for one in live_claims(desk, wish):
        tell_member(desk, wish, one.person_id, text, buttons)
