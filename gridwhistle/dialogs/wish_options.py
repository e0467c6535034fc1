"""Which wishes may a sentence or a button mean, and how are they offered to choose from?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from gridwhistle.dialogs.candidates import FIELD_TALK
from gridwhistle.dialogs.flow import Ask
from gridwhistle.dialogs.slots import Hints, Option, TicketSlot
from gridwhistle.services import wishes
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.schema import Wish
from gridwhistle.services.wish_cards import Worded, wisher_line

MOST = 8
SHORT = 12
WISH_TALK = FIELD_TALK | {
    "wish", "wish_board", "wish_claim", "wish_release", "wish_fulfil", "my_wishes", "help", "progress", "find_worker",
}  # fmt: skip
"""Intents that a word about a wish may look like: they pull nobody out of a reason or a result."""


class WishBrief(TypedDict):
    """A wish in a question."""

    number: str
    who: Worded
    what: str


def which_wish(ask: Ask, slot: TicketSlot, desk: Desk, found: Iterable[Wish], *, none: str, only: bool = True) -> Wish:
    """The wish that is meant, asked for where several fit.

    Raises ``Refused`` with the text ``none`` where there is no candidate.
    """
    options = tuple(wish_option(wish) for wish in list(found)[:MOST])
    if not options and ask.known(slot) is None:
        raise Refused(none)
    return wishes.get(desk, ask(slot, among=options, only=only))


def wish_option(wish: Wish) -> Option:
    """A wish as an option: the short form of its number and its first words."""
    return Option(value=wish.id, label=f"={short(wish)}", hints=Hints(number=wish.number, text=wish.what))


def short(wish: Wish) -> str:
    """“幸福001 想要个收音机”: enough for a button; each community counts its wishes of a day for itself."""
    words = wish.what if len(wish.what) <= SHORT else f"{wish.what[:SHORT]}…"
    _, community, _, count = wish.number.split("-")
    return f"{community}{count} {words}"


def brief(desk: Desk, wish: Wish) -> WishBrief:
    """What a question says of a wish: as masked as the board."""
    return WishBrief(number=wish.number, who=wisher_line(desk, wish), what=wish.what)
