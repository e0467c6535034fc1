"""What happens to a wish when nobody acts: who is reminded, and when does a claim run out?"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from gridwhistle.services import events, timers, wish_units
from gridwhistle.services.calendar import next_morning
from gridwhistle.services.clock import CITY_ZONE, in_city
from gridwhistle.services.desk import Desk
from gridwhistle.services.rules import (
    WISH_LAPSE_AFTER,
    WISH_PHONE_AFTER,
    WISH_PUSH_UNCLAIMED_AFTER,
    WISH_REMIND_CONFIRM_AFTER,
    WISH_REMIND_SILENT_AFTER,
    WISH_REMIND_UNCLAIMED_AFTER,
    WISH_REVIEW_WITHIN,
)
from gridwhistle.services.schema import ClaimState, Wish, WishStatus
from gridwhistle.services.wish_cards import (
    claim_buttons,
    confirm_buttons,
    open_wish,
    phone_buttons,
    review_buttons,
    tell_community,
    tell_member,
    tell_wisher,
    work_buttons,
)
from gridwhistle.services.wish_lifecycle import NEW, ON_BOARD, TAKEN, live_claims

LAST_DAYS = timedelta(days=2)
"""So near to the day it is wanted for, a wish that comes back goes to the paired units at once."""


def watch_review(desk: Desk, wish: Wish) -> None:
    """A new wish must not lie unread."""
    timers.put(desk, "wish_review", wish.id, WISH_REVIEW_WITHIN.after(desk.now))


def watch_board(desk: Desk, wish: Wish) -> None:
    """The wish is on the board from now on; one that is wanted in a day or two goes to the paired units at once."""
    timers.cancel(desk, wish.id)
    timers.put(desk, "wish_unclaimed", wish.id, desk.now + WISH_REMIND_UNCLAIMED_AFTER)
    if wish.wanted_by is not None:
        over = next_morning(datetime.combine(wish.wanted_by, time(), CITY_ZONE))
        timers.put(desk, "wish_day_passed", wish.id, max(over, desk.now))
    if wish.wanted_by is not None and wish.wanted_by - in_city(desk.now).date() <= LAST_DAYS:
        _push(desk, wish)
    else:
        timers.put(desk, "wish_push", wish.id, desk.now + WISH_PUSH_UNCLAIMED_AFTER)


def watch_claim(desk: Desk, wish: Wish) -> None:
    """The claimants have just given a sign of life."""
    timers.cancel(desk, wish.id)
    timers.put(desk, "wish_silent", wish.id, desk.now + WISH_REMIND_SILENT_AFTER)
    timers.put(desk, "wish_lapse", wish.id, desk.now + WISH_LAPSE_AFTER)


def watch_answer(desk: Desk, wish: Wish) -> None:
    """The wisher is asked whether it has come true."""
    timers.cancel(desk, wish.id)
    timers.put(desk, "wish_unconfirmed", wish.id, desk.now + WISH_REMIND_CONFIRM_AFTER)
    timers.put(desk, "wish_phone", wish.id, desk.now + WISH_PHONE_AFTER)


def unreviewed(desk: Desk, wish: Wish) -> None:
    """Nobody has looked at it within two working days: the community is reminded, every two working days."""
    if wish.status not in NEW:
        return
    events.append(desk, wish, "review_reminded")
    tell_community(desk, wish, "wish.letter.review_again", review_buttons(wish))
    watch_review(desk, wish)


def unclaimed(desk: Desk, wish: Wish) -> None:
    """Three days on the board: the community is reminded."""
    if wish.status not in ON_BOARD:
        return
    events.append(desk, wish, "unclaimed_reminded")
    tell_community(desk, wish, "wish.letter.unclaimed")


def push(desk: Desk, wish: Wish) -> None:
    """Seven days on the board: the paired party units are written to."""
    if wish.status in ON_BOARD:
        _push(desk, wish)


def day_passed(desk: Desk, wish: Wish) -> None:
    """The day it was wanted for is over and nobody has claimed it: wisher and community are told."""
    if wish.status not in ON_BOARD:
        return
    events.append(desk, wish, "day_passed")
    tell_wisher(desk, wish, "wish.letter.day_passed", (open_wish("wish_withdraw", "my_wishes.button.withdraw", wish),))
    tell_community(desk, wish, "wish.letter.day_passed_community")


def silent(desk: Desk, wish: Wish) -> None:
    """Five days without a sign of life: the claimants are reminded, and the community where it has arranged nothing."""
    if wish.status not in TAKEN:
        return
    claims = live_claims(desk, wish)
    events.append(desk, wish, "silence_reminded", claimants=len(claims))
    ends = desk.now + (WISH_LAPSE_AFTER - WISH_REMIND_SILENT_AFTER)
    for claim in claims:
        approved = claim.state is ClaimState.APPROVED
        buttons = work_buttons(wish, approved=approved)
        tell_member(desk, wish, claim.person_id, "wish.letter.silent", buttons, ends=ends)
    if any(claim.state is ClaimState.HELD for claim in claims):
        tell_community(desk, wish, "wish.letter.approve_again", (open_wish("wish_meet", "wish.button.approve", wish),))


def unconfirmed(desk: Desk, wish: Wish) -> None:
    """Three days without an answer: the wisher is asked once more."""
    if wish.status is not WishStatus.FULFILLED:
        return
    events.append(desk, wish, "confirm_reminded")
    tell_wisher(desk, wish, "wish.letter.confirm_again", confirm_buttons(wish), result=wish.result)


def ask_by_phone(desk: Desk, wish: Wish) -> None:
    """Fourteen days without an answer: the community asks on the telephone."""
    if wish.status is not WishStatus.FULFILLED:
        return
    events.append(desk, wish, "phone_list")
    tell_community(desk, wish, "wish.letter.phone", phone_buttons(wish), result=wish.result)


def _push(desk: Desk, wish: Wish) -> None:
    units = wish_units.paired(desk.city, wish.grid)
    events.append(desk, wish, "pushed", units=list(units))
    for person_id in dict.fromkeys(who for unit in units for who in wish_units.members(desk, unit)):
        if person_id != wish.wisher_id:
            tell_member(desk, wish, person_id, "wish.letter.pushed", claim_buttons(wish), bulk=True)
