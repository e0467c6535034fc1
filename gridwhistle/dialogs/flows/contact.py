"""How does a department say that it has spoken with the grid or the resident (联系)?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import brief, which_whistle
from gridwhistle.dialogs.flow import Ask, Flow, Open, Result, Say
from gridwhistle.dialogs.slots import TicketSlot
from gridwhistle.services import assignments, whistles
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import Role, WhistleState


class Contact(Flow):
    """The second of a whistle's four facts; a grid worker's “联系上了” is a note."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_contacted"})
    whistle = TicketSlot()

    def allowed(self, desk: Desk) -> bool:
        """For the staff of departments."""
        return desk.actor.has(Role.DEPARTMENT_STAFF)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The card shows it; a colleague of whoever signed is told in a letter of their own."""
        found = whistles.of_my_department(desk, WhistleState.SIGNED)
        if not found and ask.known(self.whistle) is None and assignments.is_post_holder(desk):
            return Open(flow="note", sentence=True)
        whistle = which_whistle(ask, self.whistle, desk, found, none="contact.none")
        whistles.contact(desk, whistle)
        if whistle.clerk_id == desk.me:
            return ()
        return Say("contact.done", **brief(desk, whistles.ticket_of(desk, whistle)))
