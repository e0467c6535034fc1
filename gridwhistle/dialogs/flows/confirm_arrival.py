"""How does a grid worker or a resident counter-sign a department's arrival?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import brief, opening_intent, which_whistle
from gridwhistle.dialogs.flow import Ask, Flow, Open, Result, Say
from gridwhistle.dialogs.slots import Option, TicketSlot
from gridwhistle.dialogs.slots.told import ByIntent
from gridwhistle.services import arrivals, tickets, whistles
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import OPEN
from gridwhistle.services.schema import ArrivalAnswer

ANSWERS = tuple(Option(value=answer.value, label=f"button.{answer.value}") for answer in ArrivalAnswer)


class ConfirmArrival(Flow):
    """“他们来了” asks whether they did something; “没人来” is an answer already."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"confirm_arrival", "deny_arrival"})
    whistle = TicketSlot()
    answer = ByIntent(*ANSWERS, intents={"deny_arrival": ArrivalAnswer.NOBODY_CAME.value})

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Whoever holds the ticket sees it on the card; a resident is thanked."""
        found = arrivals.to_confirm(desk)
        waiting = opening_intent(ask) == "deny_arrival" and any(one.status in OPEN for one in tickets.mine(desk))
        if not found and ask.known(self.whistle) is None and waiting:
            # Nobody was called: “没人来” means that the resident is still waiting.
            return Open(flow="urge", sentence=True)
        whistle = which_whistle(ask, self.whistle, desk, found, none="confirm_arrival.none", with_department=True)
        ticket = whistles.ticket_of(desk, whistle)
        came = [option for option in ANSWERS if option.value != ArrivalAnswer.NOBODY_CAME]
        among = came if opening_intent(ask) == "confirm_arrival" else ANSWERS
        department = desk.city.unit_name(whistle.department)
        answer = ask(self.answer, among=among, department=department, **brief(desk, ticket))
        arrivals.confirm_arrival(desk, whistle, ArrivalAnswer(answer))
        return () if ticket.handler_id == desk.me else Say("confirm_arrival.done", department=department)
