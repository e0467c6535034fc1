"""How do the wishes stand that I told, that I have taken on, or that I answer for?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from gridwhistle.dialogs.candidates import spoken
from gridwhistle.dialogs.flow import Ask, Flow, Result, Say, opens
from gridwhistle.dialogs.slots import FreeText, TicketSlot
from gridwhistle.dialogs.wish_options import WISH_TALK, brief, short, which_wish
from gridwhistle.services import wish_claims, wishes
from gridwhistle.services.desk import Desk
from gridwhistle.services.outbox import Button
from gridwhistle.services.schema import Wish, WishStatus
from gridwhistle.services.wish_cards import public_facts
from gridwhistle.services.wish_lifecycle import NEW, ON_BOARD, TAKEN

MOST_BUTTONS = 4


class MyWishes(Flow):
    """Three short lists, as far as they are not empty, with the next step as buttons."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"my_wishes"})

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Own ones, claimed ones, and for the community those that wait for it."""
        del ask
        told = wishes.mine(desk)
        claimed = wish_claims.of_me(desk)
        waiting = [
            wish
            for wish in wishes.of_my_community(desk, *NEW, *TAKEN)
            if wish.status in NEW or wish_claims.waiting_for_meeting(desk, wish)
        ]
        if not (told or claimed or waiting):
            return Say("my_wishes.none", buttons=(opens("wish.button.tell", "wish"),))
        parts = [
            desk.wording.text(f"my_wishes.{name}", desk.actor.language, {"lines": _lines(desk, found)})
            for name, found in (("told", told), ("claimed", claimed), ("waiting", waiting))
            if found
        ]
        return Say("my_wishes.list", buttons=_buttons(desk, told, claimed, waiting), parts=parts)


class WishWithdraw(Flow):
    """Opened by a button: the wisher takes a wish back."""

    keeps: ClassVar[frozenset[str]] = WISH_TALK
    wish = TicketSlot()
    reason = FreeText(limit=200)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """A reason helps the community; a ready one is offered."""
        found = wishes.mine(desk, *NEW, *ON_BOARD, *TAKEN)
        wish = which_wish(ask, self.wish, desk, found, none="my_wishes.none")
        reasons = spoken(desk, "wish_withdraw.reason.settled", "wish_withdraw.reason.changed")
        wishes.withdraw(desk, wish, ask(self.reason, among=reasons, **brief(desk, wish)))
        return Say("wish_withdraw.done", number=wish.number)


def _lines(desk: Desk, found: Iterable[Wish]) -> list[str]:
    language = desk.actor.language
    return [desk.wording.text("my_wishes.line", language, public_facts(desk, wish)) for wish in found]


def _buttons(desk: Desk, told: list[Wish], claimed: list[Wish], waiting: list[Wish]) -> tuple[Button, ...]:
    steps = [
        *((wish, "wish_confirm", "confirm") for wish in told if wish.status is WishStatus.FULFILLED),
        *((wish, "wish_fulfil", "fulfil") for wish in claimed if wish.status in TAKEN),
        *((wish, "wish_review", "review") for wish in waiting if wish.status is WishStatus.SUBMITTED),
        *((wish, "wish_consent", "consent") for wish in waiting if wish.status is WishStatus.DRAFT),
        *((wish, "wish_meet", "approve") for wish in waiting if wish.status in TAKEN),
        *((wish, "wish_withdraw", "withdraw") for wish in told if wish.status in NEW | ON_BOARD | TAKEN),
    ]
    language = desk.actor.language
    return tuple(
        opens(f"={desk.wording.text(f'my_wishes.button.{label}', language, {})} {short(wish)}", flow, wish=wish.id)
        for wish, flow, label in steps[:MOST_BUTTONS]
    )
