"""How does a worker put a question to whoever reported a matter?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK, brief, which_ticket
from gridwhistle.dialogs.flow import Ask, Flow, Result
from gridwhistle.dialogs.slots import TicketSlot
from gridwhistle.dialogs.slots.told import Told
from gridwhistle.services import assignments, deadlines
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import WORKING


class AskResident(Flow):
    """The bot relays it: so a property company's worker too reaches the resident, without a name or a number."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_ask_resident"})
    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    ticket = TicketSlot()
    question = Told(
        r"(?:帮我)?(?:问一下|问下|问问|问|请|让|需要)(?:居民|报事人|反映人|户主|他们|他|她)?(?:补充|说清楚)?|信息不够",
        at_least=4,
        without=True,
        limit=300,
    )

    def allowed(self, desk: Desk) -> bool:
        """For everybody who may own a ticket."""
        return assignments.is_post_holder(desk)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The card that follows tells how long the answer is waited for."""
        found = [ticket for ticket in assignments.my_list(desk) if ticket.status in WORKING]
        ticket = which_ticket(ask, self.ticket, desk, found, none="ask_resident.none")
        deadlines.ask_resident(desk, ticket, ask(self.question, **brief(desk, ticket)))
        return ()
