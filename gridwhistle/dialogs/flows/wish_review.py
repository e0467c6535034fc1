"""What does the community decide of a wish: to publish it, to refuse it, or that it is a matter?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import spoken
from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.slots import Choice, FreeText, Option, TicketSlot
from gridwhistle.dialogs.slots.matter import MatterSlot
from gridwhistle.dialogs.wish_options import WISH_TALK, brief, which_wish
from gridwhistle.services import wish_claims, wishes
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import WishStatus
from gridwhistle.services.wish_lifecycle import TAKEN
from gridwhistle.services.wishes import REVIEWERS

PUBLISH, REFUSE, TICKET = "publish", "refuse", "ticket"
YES, NO = "yes", "no"


class WishReview(Flow):
    """Opened by the buttons of a new wish's card."""

    keeps: ClassVar[frozenset[str]] = WISH_TALK | {"report"}
    wish = TicketSlot()
    verdict = Choice(*(Option(value=value, label=f"wish.button.{value}") for value in (PUBLISH, REFUSE, TICKET)))
    reason = FreeText(limit=300)
    matter = MatterSlot(which="patrol.matter.which")

    def allowed(self, desk: Desk) -> bool:
        """For coordinators."""
        return desk.actor.has(*REVIEWERS)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The cards that follow tell everybody concerned."""
        found = wishes.of_my_community(desk, WishStatus.SUBMITTED)
        wish = which_wish(ask, self.wish, desk, found, none="wish_review.none")
        verdict = ask(self.verdict, **brief(desk, wish))
        if verdict == PUBLISH:
            wishes.publish(desk, wish)
        elif verdict == REFUSE:
            reasons = spoken(desk, "wish_review.reason.cash", "wish_review.reason.big", "wish_review.reason.elsewhere")
            wishes.refuse(desk, wish, ask(self.reason, among=reasons, **brief(desk, wish)))
        else:
            wishes.turn_into_ticket(desk, wish, ask(self.matter, text="wish_review.matter.ask", **brief(desk, wish)))
        return ()


class WishConsent(Flow):
    """Opened by the buttons of a child's wish: has the guardian been asked, and do they agree?"""

    wish = TicketSlot()
    consent = Choice(Option(value=YES, label="wish.button.consent"), Option(value=NO, label="wish.button.no_consent"))

    def allowed(self, desk: Desk) -> bool:
        """For coordinators."""
        return desk.actor.has(*REVIEWERS)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """With the consent the wish is reviewed like any other."""
        found = wishes.of_my_community(desk, WishStatus.DRAFT)
        wish = which_wish(ask, self.wish, desk, found, none="wish_review.none")
        wishes.consent(desk, wish, given=ask(self.consent, **brief(desk, wish)) == YES)
        return ()


class WishMeet(Flow):
    """Opened by “同意对接”: how do wisher and claimants meet, with the community's help?"""

    keeps: ClassVar[frozenset[str]] = WISH_TALK
    wish = TicketSlot()
    arrangement = FreeText(limit=300)

    def allowed(self, desk: Desk) -> bool:
        """For coordinators."""
        return desk.actor.has(*REVIEWERS)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """What is written here is all that the claimants learn."""
        found = [wish for wish in wishes.of_my_community(desk, *TAKEN) if wish_claims.waiting_for_meeting(desk, wish)]
        wish = which_wish(ask, self.wish, desk, found, none="wish_review.none")
        ways = spoken(desk, "wish_meet.arrangement.centre", "wish_meet.arrangement.together")
        arrangement = ask(self.arrangement, among=ways, **brief(desk, wish))
        wish_claims.approve(desk, wish, arrangement)
        return Say("wish_meet.done", number=wish.number)
