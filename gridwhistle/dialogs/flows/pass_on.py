"""How does a worker hand a ticket to the other holder of the post (AB顶岗)?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK, brief, spoken, which_ticket
from gridwhistle.dialogs.flow import Ask, Flow, Result
from gridwhistle.dialogs.slots import TicketSlot
from gridwhistle.dialogs.slots.told import Told
from gridwhistle.services import assignments
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import PAUSED, UNACCEPTED, WORKING


class PassOn(Flow):
    """The cover gets the same live card; this one greys out."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_pass"})
    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    ticket = TicketSlot()
    reason = Told(r"转给|转派|移交|转|B岗|顶岗|让|接一下|帮我|处理", at_least=6, limit=200)

    def allowed(self, desk: Desk) -> bool:
        """For everybody who may own a ticket."""
        return assignments.is_post_holder(desk)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The card that follows says who has it now."""
        found = [ticket for ticket in assignments.my_list(desk) if ticket.status in UNACCEPTED | WORKING | PAUSED]
        ticket = which_ticket(ask, self.ticket, desk, found, none="pass_on.none")
        reasons = spoken(desk, "pass_on.reason.leave", "pass_on.reason.off_duty", "pass_on.reason.other")
        assignments.pass_on(desk, ticket, ask(self.reason, among=reasons, **brief(desk, ticket)))
        return ()
