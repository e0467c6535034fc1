"""How does a claimant say that a wish has come true (兑现)?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Result
from gridwhistle.dialogs.slots import PhotoSlot, TicketSlot, YesNo
from gridwhistle.dialogs.slots.told import Told
from gridwhistle.dialogs.wish_options import WISH_TALK, brief, which_wish
from gridwhistle.services import wish_claims, wish_work
from gridwhistle.services.desk import Desk
from gridwhistle.services.wish_lifecycle import TAKEN

DONE_WORDS = r"(?:心愿|愿望)?(?:已经?|都)?(?:兑现|实现|完成|办完|办好|送到|搞定)了?|done|fulfilled"


class WishFulfil(Flow):
    """What was done, and a photo only if there is one and the wisher agrees to it."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"wish_fulfil"})
    keeps: ClassVar[frozenset[str]] = WISH_TALK
    wish = TicketSlot()
    result = Told(DONE_WORDS, at_least=5, limit=300)
    photo = PhotoSlot().optional()
    consent = YesNo(yes="wish_fulfil.consent.yes", no="wish_fulfil.consent.no")

    def run(self, ask: Ask, desk: Desk) -> Result:
        """A photo without consent is not kept with the wish."""
        found = [wish for wish in wish_claims.of_me(desk) if wish.status in TAKEN]
        wish = which_wish(ask, self.wish, desk, found, none="wish_fulfil.none")
        result = ask(self.result, **brief(desk, wish))
        photos = ask(self.photo) or ()
        agreed = ask(self.consent) if photos else False
        wish_work.fulfil(desk, wish, result, photos if agreed else ())
        return ()
