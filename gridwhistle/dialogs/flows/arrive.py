"""How does a department say that it is there (报到)?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import brief, which_whistle
from gridwhistle.dialogs.flow import Ask, Flow, Open, Result, Say
from gridwhistle.dialogs.slots import TicketSlot
from gridwhistle.services import arrivals, assignments, whistles
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import Role


class Arrive(Flow):
    """The claim alone proves nothing: the grid worker or a resident counter-signs it."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_arrived"})
    whistle = TicketSlot()

    def allowed(self, desk: Desk) -> bool:
        """For the staff of departments."""
        return desk.actor.has(Role.DEPARTMENT_STAFF)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The card shows it; a colleague of whoever signed is told in a letter of their own."""
        found = whistles.of_my_department(desk, *whistles.ON_THE_WAY)
        if not found and ask.known(self.whistle) is None and assignments.is_post_holder(desk):
            return Open(flow="note", sentence=True)
        whistle = which_whistle(ask, self.whistle, desk, found, none="arrive.none")
        arrivals.claim_arrival(desk, whistle)
        if whistle.clerk_id == desk.me:
            return ()
        return Say("arrive.done", **brief(desk, whistles.ticket_of(desk, whistle)))
