"""How does a worker report what was seen on the way (巡查上报)?"""

from __future__ import annotations

import re
from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK
from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.flows.report import location
from gridwhistle.dialogs.message import Text
from gridwhistle.dialogs.nlu.understood import EntityKind, Understood, clear_matter
from gridwhistle.dialogs.slots import (
    Chosen,
    Confirm,
    Context,
    Invalid,
    Miss,
    Option,
    PhotoSlot,
    PlaceSlot,
    Reply,
    Slot,
)
from gridwhistle.dialogs.slots.choice import pick
from gridwhistle.dialogs.slots.told import Told
from gridwhistle.services import assignments, tickets
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.places import Location, exact_name
from gridwhistle.services.schema import Category, Json
from gridwhistle.services.tickets import Draft

COMMAND = r"日常|巡查|巡逻|走访|入户|上报|发现|看见|看到|我|转到|今天|在|了|patrol"
NOTHING = re.compile(
    r"未见异常|无异常|没有?异常|没(?:有)?(?:发现)?问题|一切正常|没啥事|all (?:clear|fine)", re.IGNORECASE
)
WORTH_ASKING = 0.1


class PatrolMatter(Slot[str]):
    """A matter of the catalogue: taken where the words say it clearly, else one of the best guesses."""

    def read(self, reply: Reply, context: Context) -> str | Miss:
        """A pressed or named guess, or what the words say."""
        match reply:
            case Chosen(value=value):
                return self.load(value)
            case Text(text=text):
                chosen = pick(text, context.options)
                if chosen is not None:
                    return self.load(chosen.value)
                if context.understood is not None:
                    return self.fill(context.understood, context) or Miss()
        return Miss()

    def load(self, value: Json) -> str:
        """A matter's code; whether there still is one is seen when it is used."""
        if not isinstance(value, str) or not value:
            raise Invalid(self.name)
        return value

    def dump(self, value: str) -> Json:
        """The code."""
        return value

    def fill(self, understood: Understood, context: Context) -> str | Miss | None:
        """The clear matter; several likely ones become a question back."""
        matters = {code: spec for code, spec in context.city.matters.items() if not spec.retired}
        clear = clear_matter(understood.matters)
        if clear in matters:
            return clear
        likely = [one.matter for one in understood.matters if one.confidence >= WORTH_ASKING and one.matter in matters]
        options = tuple(Option(value=code, label=f"={matters[code].name_in(understood.language)}") for code in likely)
        return Miss(text="patrol.matter.which", options=options) if options else None


class Patrol(Flow):
    """A worker's own report: it stays on their desk, and no resident is asked about it later."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_patrol"})
    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    words = Told(COMMAND, at_least=4)
    matter = PatrolMatter()
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
