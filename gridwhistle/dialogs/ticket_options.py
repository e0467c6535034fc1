"""How are tickets offered to choose from?"""

from __future__ import annotations

from collections.abc import Iterable

from gridwhistle.dialogs.slots import Hints, Option
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import Ticket

MOST = 6


def options(desk: Desk, found: Iterable[Ticket]) -> list[Option]:
    """One option a ticket: number and matter, found by number, building or matter in a sentence."""
    return [option(desk, ticket) for ticket in list(found)[:MOST]]


def option(desk: Desk, ticket: Ticket) -> Option:
    """A ticket as an option."""
    matter = desk.city.matters[ticket.matter]
    return Option(
        value=ticket.id,
        label=f"={ticket.number} {matter.name_in(desk.actor.language)}",
        hints=Hints(
            number=ticket.number,
            building=_building(ticket),
            matter=ticket.matter,
            text=f"{matter.name}{ticket.place_exact}",
        ),
    )


def _building(ticket: Ticket) -> str:
    """The bare number before 号楼 in the ticket's place (“3”)."""
    before, found, _ = ticket.place_work.partition("号楼")
    digits = ""
    while found and before and before[-1].isdigit():
        digits = before[-1] + digits
        before = before[:-1]
    return digits
