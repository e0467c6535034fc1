"""How does a worker say honestly that something is not possible now?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK, brief, spoken, which_ticket
from gridwhistle.dialogs.flow import Ask, Flow, Result
from gridwhistle.dialogs.slots import DaySlot, TicketSlot
from gridwhistle.dialogs.slots.told import Told
from gridwhistle.services import assignments, deadlines
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import PAUSED, WORKING

REASONS = ("suspend.reason.frozen", "suspend.reason.parts", "suspend.reason.money")


class Suspend(Flow):
    """“天太冷没法施工，开春再说”: with the reason and a day on which it is looked at again."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_suspend"})
    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    ticket = TicketSlot()
    reason = Told(r"申请|先?挂起|先?挂着|暂缓|延期|先?放一放|[一二两三十\d]+[天周]|再说", at_least=5, limit=200)
    day = DaySlot()

    def allowed(self, desk: Desk) -> bool:
        """For everybody who may own a ticket."""
        return assignments.is_post_holder(desk)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The card that follows tells when the worker is reminded."""
        found = [ticket for ticket in assignments.my_list(desk) if ticket.status in WORKING | PAUSED]
        ticket = which_ticket(ask, self.ticket, desk, found, none="suspend.none")
        reason = ask(self.reason, among=spoken(desk, *REASONS), **brief(desk, ticket))
        deadlines.suspend(desk, ticket, ask(self.day, **brief(desk, ticket)), reason)
        return ()
