"""What did the wisher say on the telephone, where the chat stayed silent?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.slots import Choice, FreeText, Option, TicketSlot
from gridwhistle.dialogs.wish_options import WISH_TALK, brief, which_wish
from gridwhistle.services import people, wish_answers, wishes
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import Wish, WishStatus
from gridwhistle.services.wish_cards import phone_buttons
from gridwhistle.services.wishes import REVIEWERS

NUMBER, YES, NO, UNREACHED = "number", "yes", "no", "unreached"


class WishPhone(Flow):
    """First the number (a reveal that is logged), then what came of the call."""

    keeps: ClassVar[frozenset[str]] = WISH_TALK
    wish = TicketSlot()
    outcome = Choice(
        *(Option(value=value, label=f"wish.button.phone_{value}") for value in (NUMBER, YES, NO, UNREACHED))
    )
    reason = FreeText(limit=300)

    def allowed(self, desk: Desk) -> bool:
        """For coordinators."""
        return desk.actor.has(*REVIEWERS)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Only what the wisher said is entered; after three vain calls the wish is closed unconfirmed."""
        found = wishes.of_my_community(desk, WishStatus.FULFILLED)
        wish = which_wish(ask, self.wish, desk, found, none="wish_phone.none")
        about = brief(desk, wish)
        match ask(self.outcome, **about):
            case "number":
                return _number(desk, wish)
            case "yes":
                wish_answers.confirm(desk, wish)
                return Say("wish_phone.confirmed", number=wish.number)
            case "no":
                wish_answers.deny(desk, wish, ask(self.reason, **about))
                return Say("wish_phone.denied", number=wish.number)
        attempts = wish_answers.not_reached(desk, wish)
        closed = wish.status is WishStatus.UNCONFIRMED
        return Say("wish_phone.closed" if closed else "wish_phone.unreached", number=wish.number, attempts=attempts)


def _number(desk: Desk, wish: Wish) -> Say:
    why = desk.wording.text("wish_phone.why", "zh", {"number": wish.number})
    phone = people.phone(desk, wish.wisher_id, why)
    return Say(
        "wish_phone.shown" if phone else "wish_phone.no_number",
        buttons=phone_buttons(wish)[1:],
        number=wish.number,
        phone=phone or "—",
    )
