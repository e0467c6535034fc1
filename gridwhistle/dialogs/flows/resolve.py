"""How does a worker say that a matter is solved (办结)?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK, brief, which_ticket
from gridwhistle.dialogs.flow import Ask, Flow, Result
from gridwhistle.dialogs.slots import PhotoSlot, TicketSlot
from gridwhistle.dialogs.slots.told import Told
from gridwhistle.services import assignments, audits
from gridwhistle.services.cards import matter_of
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import PAUSED, WORKING

DONE_WORDS = (
    r"已?经?(?:处理|办理?|修|弄|整|搞|解决|清理|疏通)?(?:完|好)?了?(?:办结|办完了?|完事了?|搞定了?|结束了?|解决了?)"
    r"|(?:处理|修|弄|整|换)(?:完|好)了?|通了|好了|完了|done|fixed"
)
"""What says that it is done, but not how."""


class Resolve(Flow):
    """“通了 办完了”; the result is read by the residents and the auditor, so it says what was done."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_resolve"})
    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    ticket = TicketSlot()
    result = Told(DONE_WORDS, at_least=6)
    photo = PhotoSlot()
    picture = PhotoSlot().optional()

    def allowed(self, desk: Desk) -> bool:
        """For everybody who may own a ticket."""
        return assignments.is_post_holder(desk)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """A photo only where the catalogue wants one; the catalogue's reason is that of the report's, not of this."""
        found = [ticket for ticket in assignments.my_list(desk) if ticket.status in WORKING | PAUSED]
        ticket = which_ticket(ask, self.ticket, desk, found, none="resolve.none")
        matter = matter_of(desk, ticket)
        result = ask(self.result, **brief(desk, ticket))
        photos = ask.known(self.photo)
        if matter.photo == "required":
            photos = ask(self.photo, **brief(desk, ticket))
        elif matter.photo == "useful" and not photos:
            added = ask(self.picture, **brief(desk, ticket))
            photos = added or ()
        audits.resolve(desk, ticket, result, photos or ())
        return ()
