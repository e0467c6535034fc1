"""Where is it? For a ticket that was opened before its place was known."""

from __future__ import annotations

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.flows.report import location
from gridwhistle.dialogs.nlu.understood import Emergency as Danger
from gridwhistle.dialogs.slots import PlaceSlot
from gridwhistle.services import places, tickets
from gridwhistle.services.desk import Desk


class Locate(Flow):
    """Opened by the emergency dialog, given the ticket."""

    place = PlaceSlot()

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Take the place and tell those who are on their way."""
        # Whoever is in despair is spoken to, not asked for an address.
        text = "locate.place.kindly" if ask.given("kind") == Danger.SUICIDE else None
        where = places.at_home(desk.city, location(ask(self.place, text=text)), desk.actor.place)
        ticket = tickets.get(desk, str(ask.given("ticket")))
        tickets.locate(desk, ticket, where)
        return Say("locate.done", number=ticket.number, place=ticket.place_exact)
