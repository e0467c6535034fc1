"""How does a worker report what was seen on the way (巡查上报)?"""

from __future__ import annotations

import re
from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK
from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.flows.report import location
from gridwhistle.dialogs.nlu.understood import EntityKind
from gridwhistle.dialogs.slots import Confirm, PhotoSlot, PlaceSlot
from gridwhistle.dialogs.slots.matter import MatterSlot
from gridwhistle.dialogs.slots.told import Told
from gridwhistle.services import assignments, tickets
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.places import Location, exact_name
from gridwhistle.services.schema import Category
from gridwhistle.services.tickets import Draft

COMMAND = r"日常|巡查|巡逻|走访|入户|上报|发现|看见|看到|我|转到|今天|在|了|patrol"
NOTHING = re.compile(
    r"未见异常|无异常|没有?异常|没(?:有)?(?:发现)?问题|一切正常|没啥事|all (?:clear|fine)", re.IGNORECASE
)


class Patrol(Flow):
    """A worker's own report: it stays on their desk, and no resident is asked about it later."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_patrol"})
    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    words = Told(COMMAND, at_least=4)
    matter = MatterSlot(which="patrol.matter.which")
    place = PlaceSlot()
    picture = PhotoSlot().optional()
    sure = Confirm()

    def allowed(self, desk: Desk) -> bool:
        """For everybody who may own a ticket."""
        return assignments.is_post_holder(desk)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """“未见异常” needs no ticket: nobody has to prove that they were out (no check-ins, DOMAIN.md)."""
        if NOTHING.search(ask.opened.text):
            return Say("patrol.nothing")
        words = ask(self.words)
        spec = desk.city.matters.get(ask(self.matter))
        if spec is None:
            raise Refused("refused.matter")
        where = location(ask(self.place, matter=spec)) if spec.place != "none" else Location()
        photos = ask(self.picture, reason=spec.photo_reason) if spec.photo != "none" else None
        if not ask(self.sure, matter=spec, place=exact_name(desk.city, where) or "—", words=words):
            return Say("patrol.dropped")
        # As for residents: hurry alone is not urgent, a danger that presses is.
        urgent = spec.category is Category.HAZARD and ask.opened.first(EntityKind.URGENCY) is not None
        draft = Draft(matter=spec.code, where=where, words=words, photos=photos or (), urgent=urgent, from_patrol=True)
        ticket = tickets.open_ticket(desk, draft)
        if ticket.handler_id == desk.me:
            # Whoever has found it need not press a button to learn that they have it.
            assignments.accept(desk, ticket)
            return ()
        return Say("patrol.done", number=ticket.number, matter=spec)
