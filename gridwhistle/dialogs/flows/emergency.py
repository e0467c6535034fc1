"""Somebody is in danger: what to do now, whom to call, and who comes?"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Open, Result, Say
from gridwhistle.dialogs.flows.report import location
from gridwhistle.dialogs.nlu.understood import Emergency as Kind
from gridwhistle.services import places, tickets
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import OPEN
from gridwhistle.services.org import person
from gridwhistle.services.places import Location

MATTERS = {
    Kind.FIRE: "fire_emergency",
    Kind.GAS: "gas_smell",
    Kind.INJURY: "injury_emergency",
    Kind.VIOLENCE: "violence_emergency",
    Kind.SUICIDE: "life_crisis",
}
SAME_FOR = timedelta(hours=2)


class Emergency(Flow):
    """Advice and number first, an urgent ticket at once, questions afterwards.

    A second message within two hours about the same danger goes onto the same ticket.
    """

    interrupts: ClassVar[bool] = True

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Open the ticket without a question, say what to do, and ask for the place only if it is unknown."""
        kind = ask.opened.emergency
        if kind is None:
            return Say("emergency.call")
        known = next(
            (
                ticket
                for ticket in tickets.mine(desk)
                if ticket.matter == MATTERS[kind] and ticket.status in OPEN and desk.now - ticket.opened_at < SAME_FOR
            ),
            None,
        )
        if known is not None:
            tickets.supplement(desk, known, ask.opened.text)
            return Say(f"emergency.{kind}", then=None), Say("emergency.added", number=known.number)
        mention = ask.opened.place
        where = places.at_home(desk.city, location(mention), desk.actor.place) if mention else Location()
        ticket = tickets.open_ticket(
            desk,
            tickets.Draft(
                matter=MATTERS[kind],
                where=where,
                words=ask.opened.text,
                photos=ask.opened.photos,
                urgent=True,
            ),
        )
        advice = Say(f"emergency.{kind}")
        told = Say("emergency.ticket", number=ticket.number, worker=person(desk, ticket.handler_id).name)
        if places.grid_of(desk.city, where) is None:
            told.then = Open(flow="supplement", given={"ticket": ticket.id, "why": "place"})
        return advice, told
