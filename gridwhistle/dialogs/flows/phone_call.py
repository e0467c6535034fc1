"""How is the follow-up asked on the telephone where the chat stayed silent?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK, brief, which_ticket
from gridwhistle.dialogs.flow import Ask, Flow, Result, Say, opens
from gridwhistle.dialogs.slots import Choice, FreeText, Option, TicketSlot, YesNo
from gridwhistle.services import org, people, satisfaction
from gridwhistle.services.desk import LEADER_ROLES, Desk
from gridwhistle.services.satisfaction import ARRIVALS, REASONS, SATISFACTION, SOLVED, Answers
from gridwhistle.services.schema import Status, Ticket

YES, NO = "yes", "no"


def _among(question: str, values: tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(Option(value=value, label=f"phone_call.{question}.{value}") for value in values)


class PhoneCall(Flow):
    """First the number (a reveal that is logged), then whether somebody answered, then the resident's own answers."""

    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    ticket = TicketSlot()
    reached = Choice(
        Option(value=YES, label="button.phone_reached"), Option(value=NO, label="button.phone_not_reached")
    )
    contacted = YesNo()
    arrival = Choice(*_among("arrival", ARRIVALS))
    solved = Choice(*_among("solved", SOLVED))
    satisfaction = Choice(*_among("satisfaction", SATISFACTION))
    reason = Choice(*_among("reason", REASONS))
    words = FreeText().optional()

    def allowed(self, desk: Desk) -> bool:
        """For those who lead a grid or above."""
        return desk.actor.has(*LEADER_ROLES)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Without ``reached`` it only shows the number; the buttons of that letter open it again."""
        found = [ticket for _, ticket in satisfaction.phone_list(desk)]
        ticket = which_ticket(ask, self.ticket, desk, found, none="phone_call.none")
        about = brief(desk, ticket)
        reached = ask.known(self.reached)
        if reached is None:
            return _show_number(desk, ticket)
        if reached == NO:
            attempts = satisfaction.not_reached(desk, ticket)
            last = ticket.status is Status.CLOSED
            return Say("phone_call.unreachable" if last else "phone_call.not_reached", attempts=attempts, **about)
        contacted = ask(self.contacted, **about)
        arrival = ask(self.arrival)
        solved = ask(self.solved)
        satisfied = ask(self.satisfaction)
        bad = solved in ("partly", "unsolved") or satisfied == "unsatisfied"
        answers = Answers(
            contacted=contacted,
            arrival=arrival,
            solved=solved,
            satisfaction=satisfied,
            reasons=(ask(self.reason),) if bad else (),
            words=ask(self.words) or "",
        )
        rework = satisfaction.record(desk, ticket, answers, for_person=ticket.reporter_id)
        return Say("phone_call.rework" if rework else "phone_call.done", **about)


def _show_number(desk: Desk, ticket: Ticket) -> Say:
    why = desk.wording.text("phone_call.why", "zh", {"number": ticket.number})
    number = people.phone(desk, ticket.reporter_id, why)
    return Say(
        "phone_call.number" if number else "phone_call.no_number",
        name=org.name_of(desk, ticket.reporter_id) or "—",
        phone=number or "—",
        buttons=(
            opens("button.phone_reached", "phone_call", ticket=ticket.id, reached=YES),
            opens("button.phone_not_reached", "phone_call", ticket=ticket.id, reached=NO),
        ),
        **brief(desk, ticket),
    )
