"""Has the wish come true, and what does the wisher want to say?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import spoken
from gridwhistle.dialogs.flow import Ask, Flow, Result, Say, opens
from gridwhistle.dialogs.slots import Choice, FreeText, Option, TicketSlot
from gridwhistle.dialogs.wish_options import WISH_TALK, brief, which_wish
from gridwhistle.services import wish_answers, wishes
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import WishStatus

YES, NO = "yes", "no"


class WishConfirm(Flow):
    """Opened by the buttons of the question; nobody answers for the wisher."""

    keeps: ClassVar[frozenset[str]] = WISH_TALK
    wish = TicketSlot()
    answer = Choice(Option(value=YES, label="wish.button.came_true"), Option(value=NO, label="wish.button.not_yet"))
    reason = FreeText(limit=300)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """On a no the wish goes back to its claimants with the reason."""
        found = wishes.mine(desk, WishStatus.FULFILLED)
        wish = which_wish(ask, self.wish, desk, found, none="wish_confirm.none")
        if ask(self.answer, **brief(desk, wish)) == NO:
            wish_answers.deny(desk, wish, ask(self.reason, **brief(desk, wish)))
            return Say("wish_confirm.denied", number=wish.number)
        wish_answers.confirm(desk, wish)
        thank = opens("wish.button.thank", "wish_thank", wish=wish.id)
        return Say("wish_confirm.done", buttons=(thank,), number=wish.number)


class WishThank(Flow):
    """Optional: the wisher's own words, handed on without names and numbers."""

    keeps: ClassVar[frozenset[str]] = WISH_TALK
    wish = TicketSlot()
    words = FreeText(limit=300)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Once for each wish."""
        found = wishes.mine(desk, WishStatus.CONFIRMED)
        wish = which_wish(ask, self.wish, desk, found, none="wish_thank.none")
        words = ask(self.words, among=spoken(desk, "wish_thank.words.short"), **brief(desk, wish))
        wish_answers.thank(desk, wish, words)
        return Say("wish_thank.done")
