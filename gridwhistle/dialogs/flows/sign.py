"""How does a department sign for a whistle (签收)?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import opening_intent, which_whistle
from gridwhistle.dialogs.flow import Ask, Flow, Open, Result
from gridwhistle.dialogs.slots import TicketSlot
from gridwhistle.services import assignments, whistles
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import UNACCEPTED
from gridwhistle.services.schema import Role, WhistleState


class Sign(Flow):
    """A clerk's “接单” is a signature too; who is also a grid worker takes a waiting ticket with it first."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_sign", "worker_accept"})
    whistle = TicketSlot()

    def allowed(self, desk: Desk) -> bool:
        """For the staff of departments."""
        return desk.actor.has(Role.DEPARTMENT_STAFF)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The card that follows shows the next steps."""
        found = whistles.of_my_department(desk, WhistleState.BLOWN)
        if ask.known(self.whistle) is None and assignments.is_post_holder(desk):
            unaccepted = any(ticket.status in UNACCEPTED for ticket in assignments.my_list(desk))
            if unaccepted and (not found or opening_intent(ask) == "worker_accept"):
                return Open(flow="accept", sentence=True)
        whistles.sign(desk, which_whistle(ask, self.whistle, desk, found, none="sign.none"))
        return ()
