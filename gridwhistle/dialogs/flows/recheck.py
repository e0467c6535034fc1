"""Four weeks later: is it still solved?"""

from __future__ import annotations

from gridwhistle.dialogs.flow import Ask, Flow, Open, Result, Say
from gridwhistle.dialogs.slots import Choice, Option, TicketSlot
from gridwhistle.services import places, satisfaction, tickets
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import JsonObject

ANSWERS = ("fine", "again", "back")


class Recheck(Flow):
    """Opened by the buttons of the recheck letter; what is back becomes a report of its own."""

    ticket = TicketSlot()
    still = Choice(*(Option(value=answer, label=f"button.recheck_{answer}") for answer in ANSWERS))

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Write the answer down and go on from it."""
        chosen, still = ask(self.ticket), ask(self.still)
        ticket = tickets.get(desk, chosen)
        back = satisfaction.rechecked(desk, ticket, still)
        if back is None:
            return Say(f"recheck.{still}")
        where = places.read_again(desk.city, back.place, back.place_exact)
        given: JsonObject = {"part": True, "matter": back.matter, "words": back.words, "place": where.dump()}
        return Say("recheck.back", then=Open(flow="report", given=given))
