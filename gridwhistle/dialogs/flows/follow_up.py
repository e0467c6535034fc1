"""Contacted? Came? Solved? Satisfied? (回访)"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.slots import Choice, FreeText, Option, TicketSlot
from gridwhistle.dialogs.ticket_options import options
from gridwhistle.services import residents, satisfaction, tickets
from gridwhistle.services.desk import Desk
from gridwhistle.services.satisfaction import ARRIVALS, REASONS, SATISFACTION, SOLVED, Answers


def choice(name: str, values: tuple[str, ...]) -> Choice:
    """A question of the follow-up with its fixed answers."""
    return Choice(*(Option(value=value, label=f"follow_up.{name}.{value}") for value in values))


class FollowUp(Flow):
    """A few taps, then one's own words if one likes; begun by the city's letter the day after the audit."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"satisfied", "unsatisfied"})

    # “根本没人来过” in one's own words is said about this very matter.
    keeps: ClassVar[frozenset[str]] = frozenset({"confirm_arrival", "deny_arrival", "urge", "supplement", "progress"})
    ticket = TicketSlot()
    contacted = choice("contacted", ("yes", "no"))
    arrival = choice("arrival", ARRIVALS)
    solved = choice("solved", SOLVED)
    satisfaction = choice("satisfaction", SATISFACTION)
    reason = choice("reason", REASONS)
    words = FreeText(limit=500).optional()
    may_contact = choice("may_contact", ("yes", "no"))

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Ask one after another, write the answers down, and say what follows from them."""
        asked = satisfaction.asked_of_me(desk)
        if not asked and ask.known(self.ticket) is None:
            return Say("follow_up.none")
        ticket = tickets.get(desk, ask(self.ticket, among=options(desk, asked), only=True))
        matter = desk.city.matters[ticket.matter]
        contacted = ask(self.contacted, matter=matter, place=residents.place_for(ticket, desk.me))
        arrival = ask(self.arrival) if matter.place == "required" else "not_needed"
        solved = ask(self.solved, matter=matter)
        satisfied = ask(self.satisfaction)
        unhappy = solved in ("partly", "unsolved") or satisfied == "unsatisfied"
        reasons = (ask(self.reason),) if unhappy else ()
        words = ask(self.words, text="follow_up.words.unhappy" if unhappy else None)
        may_contact = ask(self.may_contact) == "yes"
        rework = satisfaction.record(
            desk,
            ticket,
            Answers(
                contacted=contacted == "yes",
                arrival=arrival,
                solved=solved,
                satisfaction=satisfied,
                reasons=reasons,
                words=words or "",
                may_contact=may_contact,
            ),
        )
        return Say("follow_up.rework" if rework else "follow_up.thanks", number=ticket.number)
