"""How is a ticket offered to choose from, and by which words of a sentence may it be meant?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gridwhistle.dialogs.flow import Ask
from gridwhistle.dialogs.nlu.understood import EntityKind
from gridwhistle.dialogs.slots import Hints, Option
from gridwhistle.services import tickets
from gridwhistle.services.cards import matter_of
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.schema import Ticket

MOST = 6
_BUILDING = re.compile(r"([0-9A-Za-z]+)(?:号楼|栋|座)")


def options(desk: Desk, found: Iterable[Ticket]) -> list[Option]:
    """One option a ticket: number and matter, found by number, building or matter in a sentence."""
    return [option(desk, ticket) for ticket in list(found)[:MOST]]


def named(ask: Ask, desk: Desk) -> Ticket | None:
    """The ticket of the acting person's own whose number the opening sentence names; ``None`` where it names none.

    Raises ``Refused`` for a number that is not theirs: whether there is such a ticket is nobody else's business.
    """
    said = ask.opened.first(EntityKind.TICKET)
    if said is None:
        return None
    for ticket in tickets.mine(desk, open_only=False):
        if ticket.number == said.value or ticket.number.endswith(f"-{said.value}"):
            return ticket
    raise Refused("refused.not_mine", number=said.value)


def check_named(ask: Ask, desk: Desk, found: Iterable[Ticket]) -> None:
    """Make sure that a number in the sentence is one of the tickets found: no other is taken in its place.

    Raises ``Refused`` where it is not.
    """
    ticket = named(ask, desk)
    if ticket is not None and ticket.id not in {one.id for one in found}:
        raise Refused("refused.status", number=ticket.number, status=ticket.status)


def option(desk: Desk, ticket: Ticket, *, value: str = "", lead: str = "", place: bool = False) -> Option:
    """A ticket as an option; ``value`` is another id that it stands for, ``lead`` and ``place`` lengthen the label."""
    matter = matter_of(desk, ticket).name_in(desk.actor.language)
    where = f" {ticket.place_work}" if place and ticket.place_work else ""
    return Option(
        value=value or ticket.id,
        label=f"={lead}{ticket.number} {matter}{where}",
        hints=Hints(number=ticket.number, building=building(ticket), matter=ticket.matter),
    )


def building(ticket: Ticket) -> str:
    """The bare number of the building that the ticket is about (“3”), or nothing."""
    found = _BUILDING.search(ticket.place_work)
    return found[1] if found else ""
