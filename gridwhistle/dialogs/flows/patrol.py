"""How does a worker report what was seen on the way (巡查上报)?"""

from __future__ import annotations

import re
from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK
from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.nlu.understood import PlaceMention, Understood
from gridwhistle.dialogs.slots import Choice, Confirm, Context, Miss, Option, PhotoSlot, PlaceSlot
from gridwhistle.dialogs.slots.told import Told
from gridwhistle.services import assignments, tickets
from gridwhistle.services.desk import Desk
from gridwhistle.services.places import Location, exact_name
from gridwhistle.services.tickets import Draft

COMMAND = r"日常|巡查|巡逻|走访|入户|上报|发现|看见|看到|我|转到|今天|在|了|patrol"
NOTHING = re.compile(
    r"未见异常|无异常|没有?异常|没(?:有)?(?:发现)?问题|一切正常|没啥事|all (?:clear|fine)", re.IGNORECASE
)
WORTH_ASKING = 0.1


class PatrolMatter(Choice):
    """The catalogue's matter: taken where it is sure, else one of the best guesses."""

    def fill(self, understood: Understood, context: Context) -> str | None:
        """The sure guess; ``read`` offers the rest."""
        found = super().fill(understood, context)
        return found if found in context.city.matters else None

    def guesses(self, understood: Understood | None, context: Context) -> Miss | None:
        """The best guesses as a question back."""
        found = [
            guess.matter
            for guess in (understood.matters if understood else ())
            if guess.confidence >= WORTH_ASKING and guess.matter in context.city.matters
        ]
        options = tuple(Option(value=code, label=f"={context.city.matters[code].name}") for code in found)
        return Miss(text="patrol.matter.which", options=options) if options else None


class Patrol(Flow):
    """A worker's own report: it stays on their desk, and no resident is asked about it later."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_patrol"})
    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    words = Told(COMMAND, at_least=4)
    matter = PatrolMatter(entity="matter")
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
        language = desk.actor.language
        guessed = [desk.city.matters[guess.matter] for guess in ask.opened.matters if guess.matter in desk.city.matters]
        options = [Option(value=spec.code, label=f"={spec.name_in(language)}") for spec in guessed]
        spec = desk.city.matters[ask(self.matter, among=options)]
        where = _location(ask(self.place, matter=spec)) if spec.place != "none" else Location()
        photos = ask(self.picture, reason=spec.photo_reason) if spec.photo != "none" else None
        if not ask(self.sure, matter=spec, place=exact_name(desk.city, where) or "—", words=words):
            return Say("patrol.dropped")
        draft = Draft(matter=spec.code, where=where, words=words, photos=photos or (), from_patrol=True)
        ticket = tickets.open_ticket(desk, draft)
        if ticket.handler_id == desk.me:
            # Whoever has found it need not press a button to learn that they have it.
            assignments.accept(desk, ticket)
            return ()
        return Say("patrol.done", number=ticket.number, matter=spec)


def _location(mention: PlaceMention) -> Location:
    return Location(
        place=mention.place,
        building=mention.building,
        unit=mention.unit,
        room=mention.room,
        detail=mention.detail,
        text=mention.text,
    )
