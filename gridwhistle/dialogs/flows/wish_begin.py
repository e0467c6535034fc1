"""How does a claimant say that they have begun, or that they are still at it?"""

from __future__ import annotations

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.slots import TicketSlot
from gridwhistle.dialogs.wish_options import which_wish
from gridwhistle.services import wish_claims, wish_work
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import WishStatus
from gridwhistle.services.wish_lifecycle import TAKEN


class WishBegin(Flow):
    """Opened by the card's button."""

    wish = TicketSlot()

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The card that follows shows the next step."""
        found = [wish for wish in wish_claims.of_me(desk) if wish.status is WishStatus.CLAIMED]
        wish_work.begin(desk, which_wish(ask, self.wish, desk, found, none="wish_begin.none"))
        return ()


class WishProgress(Flow):
    """Opened by “still at it”: one press, so that a claim does not lapse while somebody works on it."""

    wish = TicketSlot()

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Write the sign of life down."""
        found = [wish for wish in wish_claims.of_me(desk) if wish.status in TAKEN]
        wish = which_wish(ask, self.wish, desk, found, none="wish_begin.none")
        wish_work.progress(desk, wish, ask.opened.text)
        return Say("wish_progress.done", number=wish.number)
