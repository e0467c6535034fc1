"""How does my matter stand?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say, opens
from gridwhistle.dialogs.ticket_options import MOST, named, option
from gridwhistle.services import events, residents, tickets
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.lifecycle import OPEN
from gridwhistle.services.org import name_of
from gridwhistle.services.schema import Event, Ticket

TOLD = frozenset(
    {
        "receive", "accept", "pass_on", "ask_resident", "go_on", "schedule", "suspend", "resolve", "audit_pass",
        "audit_reject", "close", "reopen", "withdraw", "urge", "supplement", "voice", "whistle_blown",
        "whistle_signed", "arrival_witnessed", "whistle_acted", "escalated", "note",
    }
)  # fmt: skip
"""Events that a resident is told of; each has a text ``progress.event.<kind>``."""


class Progress(Flow):
    """One line for every open ticket, with a button for its history."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"progress"})

    def run(self, ask: Ask, desk: Desk) -> Result:
        """List the tickets; the only one, or the one that is named or quoted, is shown with its history at once."""
        asked = named(ask, desk)
        if asked is None and ask.opened.ticket:
            asked = tickets.get(desk, ask.opened.ticket)
        if asked is not None and tickets.is_mine(desk, asked):
            return _history(desk, asked)
        found = tickets.mine(desk)
        if not found:
            return Say("progress.none")
        if len(found) == 1:
            return _history(desk, found[0])
        lines = [
            desk.wording.text(
                "progress.line",
                desk.actor.language,
                {
                    "number": ticket.number,
                    "matter": desk.city.matters[ticket.matter],
                    "status": ticket.status,
                    "due": ticket.promised_at,
                },
            )
            for ticket in found
        ]
        return Say(
            "progress.list",
            buttons=tuple(
                opens(option(desk, ticket).label, TicketHistory.name, ticket=ticket.id) for ticket in found[:MOST]
            ),
            count=len(found),
            lines="\n".join(lines),
        )


class TicketHistory(Flow):
    """Opened by a button: what has happened to one ticket so far."""

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Show the history of a ticket of one's own."""
        ticket = tickets.get(desk, str(ask.given("ticket")))
        if not tickets.is_mine(desk, ticket):
            raise Refused("refused.no_ticket")
        return _history(desk, ticket)


def _history(desk: Desk, ticket: Ticket) -> Say:
    lines = [
        desk.wording.text(
            f"progress.event.{event.kind}", desk.actor.language, {"at": event.at, "who": _who(desk, event, ticket)}
        )
        for event in events.history(desk, ticket.id)
        if event.kind in TOLD
    ]
    more = ("urge", "supplement", "withdraw") if ticket.status in OPEN else ()
    return Say(
        "progress.one" if ticket.status in OPEN else "progress.done",
        buttons=tuple(opens(f"progress.button.{flow}", flow, ticket=ticket.id) for flow in more),
        number=ticket.number,
        matter=desk.city.matters[ticket.matter],
        place=residents.place_for(ticket, desk.me),
        status=ticket.status,
        worker=name_of(desk, ticket.handler_id),
        due=ticket.promised_at,
        lines="\n".join(lines),
    )


def _who(desk: Desk, event: Event, ticket: Ticket) -> str:
    department = event.data.get("department")
    if isinstance(department, str):
        return desk.city.unit_name(department)
    if event.actor_id is None or event.actor_id == ticket.reporter_id:
        return ""
    return name_of(desk, event.actor_id)
