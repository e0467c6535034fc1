"""Which tickets and whistles may a worker's sentence mean, and how are they offered to choose from?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from gridwhistle.dialogs.flow import Ask
from gridwhistle.dialogs.nlu.understood import EntityKind
from gridwhistle.dialogs.slots import Option, TicketSlot
from gridwhistle.dialogs.ticket_options import building, option
from gridwhistle.services import tickets, whistles
from gridwhistle.services.cards import matter_of
from gridwhistle.services.catalogue import MatterSpec
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.schema import Ticket, Whistle

MOST = 10
FIELD_TALK = frozenset(
    {
        "worker_accept", "worker_return", "worker_pass", "worker_whistle", "worker_sign", "worker_contacted",
        "worker_arrived", "confirm_arrival", "deny_arrival", "worker_resolve", "worker_note", "worker_ask_resident",
        "worker_schedule", "worker_suspend", "worker_patrol", "audit_pass", "audit_reject", "worker_leave",
        "worker_back", "urge", "withdraw", "supplement", "rework", "human",
    }
)  # fmt: skip
"""Intents that a worker's account of the matter may look like: they pull nobody out of a reason or a result."""


class Brief(TypedDict):
    """A ticket in a question."""

    number: str
    matter: MatterSpec
    place: str


def which_ticket(
    ask: Ask, slot: TicketSlot, desk: Desk, found: Iterable[Ticket], *, none: str, only: bool = True
) -> Ticket:
    """The ticket that is meant, asked for where several fit.

    Takes the tickets that come into question; ``only`` lets a single one be taken unasked unless the sentence names
    another. Raises ``Refused`` with the text ``none`` where there is no candidate.
    """
    said = ask.opened.text
    listed = sorted(found, key=lambda ticket: not _is_named(ticket, said))[:MOST]
    options = tuple(option(desk, ticket, place=True) for ticket in listed)
    return tickets.get(desk, _choose(ask, slot, options, none=none, only=only))


def which_whistle(
    ask: Ask, slot: TicketSlot, desk: Desk, found: Iterable[Whistle], *, none: str, with_department: bool = False
) -> Whistle:
    """The whistle that is meant, by the signs of its ticket. Raises ``Refused`` with ``none`` where there is none."""
    options = []
    for whistle in list(found)[:MOST]:
        lead = f"{desk.city.unit_name(whistle.department)} " if with_department else ""
        options.append(option(desk, whistles.ticket_of(desk, whistle), value=whistle.id, lead=lead, place=True))
    return whistles.get(desk, _choose(ask, slot, tuple(options), none=none, only=True))


def brief(desk: Desk, ticket: Ticket) -> Brief:
    """What a question says of the ticket: never the door or the reporter's words, whoever is asked."""
    return Brief(number=ticket.number, matter=matter_of(desk, ticket), place=ticket.place_work)


def spoken(desk: Desk, *keys: str) -> tuple[Option, ...]:
    """Ready-made answers to a question for one's own words: the value is the text itself, as others will read it."""
    texts = [desk.wording.text(key, desk.actor.language, {}) for key in keys]
    return tuple(Option(value=text, label=f"={text}") for text in texts)


def opening_intent(ask: Ask) -> str | None:
    """The intent of the sentence that opened the flow; ``None`` for a button."""
    return ask.opened.understood.intent if ask.opened.understood else None


def _choose(ask: Ask, slot: TicketSlot, options: tuple[Option, ...], *, none: str, only: bool) -> str:
    if not options and ask.known(slot) is None:
        raise Refused(none)
    # “5号楼那个” with one ticket at building 3 means another one: nothing is taken silently then.
    return ask(slot, among=options, only=only and not _names_another(ask, options))


def _is_named(ticket: Ticket, said: str) -> bool:
    door = building(ticket)
    return ticket.number[-3:] in said or (bool(door) and f"{door}号" in said)


def _names_another(ask: Ask, options: tuple[Option, ...]) -> bool:
    hints = options[0].hints if len(options) == 1 else None
    if hints is None:
        return False
    place, number = ask.opened.place, ask.opened.first(EntityKind.TICKET)
    other_building = bool(place and place.building and hints.building and place.building != hints.building)
    return other_building or (number is not None and not hints.number.endswith(number.value))
