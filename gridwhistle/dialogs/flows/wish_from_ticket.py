"""How does a coordinator make a wish of a ticket that is really one?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.slots import Confirm, Option, TicketSlot, YesNo
from gridwhistle.dialogs.slots.wish import WisherSlot, WishWords
from gridwhistle.dialogs.wish_options import WISH_TALK
from gridwhistle.services import tickets, wishes
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import WisherKind
from gridwhistle.services.wish_check import unfit, without_identity
from gridwhistle.services.wishes import REVIEWERS, Told

LONGEST_LABEL = 60


class WishFromTicket(Flow):
    """Opened by the button on a coordinator's card."""

    keeps: ClassVar[frozenset[str]] = WISH_TALK
    ticket = TicketSlot()
    what = WishWords()
    whom = WisherSlot()
    guardian = YesNo(yes="wish.guardian.yes", no="wish.guardian.no")
    sure = Confirm()

    def allowed(self, desk: Desk) -> bool:
        """For coordinators."""
        return desk.actor.has(*REVIEWERS)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The resident's words, masked, are offered as they are."""
        ticket = tickets.get(desk, ask(self.ticket, among=()))
        own, _ = without_identity(ticket.words)
        is_fit = 0 < len(own) <= LONGEST_LABEL and unfit(own) is None
        offered = (Option(value=own, label=f"={own}"),) if is_fit else ()
        said = ask(self.what, among=offered, number=ticket.number)
        kind = WisherKind(ask(self.whom))
        guardian = ask(self.guardian) if kind is WisherKind.CHILD else False
        if not ask(self.sure, number=ticket.number, what=said.text, kind=kind):
            return Say("wish_from_ticket.cancelled", number=ticket.number)
        wish = wishes.from_ticket(desk, ticket, Told(what=said.text, kind=kind, guardian_consent=guardian))
        return Say("wish_from_ticket.done", number=ticket.number, wish=wish.number)
