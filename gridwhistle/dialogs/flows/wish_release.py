"""How is a claim given back?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import spoken
from gridwhistle.dialogs.flow import Ask, Flow, Result
from gridwhistle.dialogs.slots import FreeText, TicketSlot
from gridwhistle.dialogs.wish_options import WISH_TALK, brief, which_wish
from gridwhistle.services import wish_claims
from gridwhistle.services.desk import Desk
from gridwhistle.services.wish_lifecycle import TAKEN


class WishRelease(Flow):
    """Without blame, up to the last day: others can take it on then."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"wish_release"})
    keeps: ClassVar[frozenset[str]] = WISH_TALK
    wish = TicketSlot()
    reason = FreeText(limit=200)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The card that follows says that it is done."""
        found = [wish for wish in wish_claims.of_me(desk) if wish.status in TAKEN]
        wish = which_wish(ask, self.wish, desk, found, none="wish_release.none")
        reasons = spoken(desk, "wish_release.reason.no_time", "wish_release.reason.not_found")
        wish_claims.release(desk, wish, ask(self.reason, among=reasons, **brief(desk, wish)))
        return ()
