"""Somebody is in danger: what to do now, whom to call, and who comes?"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Open, Result, Say
from gridwhistle.dialogs.flows.report import location
from gridwhistle.dialogs.nlu.understood import Emergency as Kind
from gridwhistle.dialogs.opened import load_place
from gridwhistle.dialogs.parts import DANGERS
from gridwhistle.services import places, tickets
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import OPEN
from gridwhistle.services.org import name_of
from gridwhistle.services.places import Location

MATTERS = {**{kind: matter for matter, kind in DANGERS.items()}, Kind.GAS: "gas_smell"}
SAME_FOR = timedelta(hours=2)


class Emergency(Flow):
    """Advice and number first, an urgent ticket at once, questions afterwards.

    A second message within two hours about the same danger goes onto the same ticket.
    """

    interrupts: ClassVar[bool] = True

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Open the ticket without a question, say what to do, and ask for the place only if it is unknown."""
        kind = ask.opened.emergency or _given(ask)
        if kind is None:
            return Say("emergency.call")
        words = str(ask.given("words") or ask.opened.text)
        known = next(
            (
                ticket
                for ticket in tickets.mine(desk)
                if ticket.matter == MATTERS[kind] and ticket.status in OPEN and desk.now - ticket.opened_at < SAME_FOR
            ),
            None,
        )
        if known is not None:
            tickets.supplement(desk, known, words)
            return Say(f"emergency.{kind}"), Say("emergency.added", number=known.number)
        told_before = ask.given("place")
        mention = ask.opened.place or (load_place(told_before) if told_before else None)
        where = places.at_home(desk.city, location(mention), desk.actor.place) if mention else _unknown(desk)
        ticket = tickets.open_ticket(
            desk,
            tickets.Draft(
                matter=MATTERS[kind],
                where=where,
                words=words,
                photos=ask.opened.photos,
                urgent=True,
            ),
        )
        advice = Say(f"emergency.{kind}")
        told = Say(
            "emergency.told" if kind is Kind.SUICIDE else "emergency.ticket",
            number=ticket.number,
            worker=name_of(desk, ticket.handler_id),
        )
        if places.grid_of(desk.city, where) is None:
            told.then = Open(flow="locate", given={"ticket": ticket.id, "kind": kind})
        return advice, told


def _given(ask: Ask) -> Kind | None:
    """The danger that the model, not the rules, found in a report."""
    kind = ask.given("kind")
    return Kind(kind) if isinstance(kind, str) and kind in set(Kind) else None


def _unknown(desk: Desk) -> Location:
    """Those who come at once must at least know where the caller lives."""
    home = desk.actor.place
    if home not in desk.city.places:
        return Location()
    params = {"home": desk.city.full_name(home)}
    return Location(text=desk.wording.text("emergency.place_unknown", desk.actor.language, params))
