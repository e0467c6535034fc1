"""What does somebody who works on a ticket see of it, and which buttons does it carry?

A worker has one card for a ticket, edited in place as it changes. The identity firewall is kept here: third parties
(property companies, departments) see the matter, the place without the door and the photos, never the reporter's
words or name.
"""

from __future__ import annotations

from collections.abc import Mapping

from gridwhistle.services.catalogue import MatterSpec
from gridwhistle.services.desk import Desk, Phrase
from gridwhistle.services.lifecycle import CAN_WHISTLE, PAUSED, UNACCEPTED, WORKING
from gridwhistle.services.outbox import Button, Letter, Priority, post
from gridwhistle.services.schema import Category, JsonObject, Role, Ticket

WITHHELD = Phrase("name.withheld")
UNPLACED = Phrase("name.unplaced")


def matter_of(desk: Desk, ticket: Ticket) -> MatterSpec:
    """The catalogue entry of a ticket. Raises ``LookupError`` if an import has taken it away."""
    return desk.city.matters[ticket.matter]


def is_third_party(desk: Desk, person_id: str) -> bool:
    """Whether the person works for a property company."""
    return person_id in desk.city.roster.third_parties


def facts(desk: Desk, ticket: Ticket, *, third_party: bool) -> dict[str, object]:
    """The values that texts about a ticket may use, as far as the reader may see them."""
    return {
        "number": ticket.number,
        "matter": matter_of(desk, ticket),
        "place": (ticket.place_work or UNPLACED) if third_party else ticket.place_exact or "—",
        "words": WITHHELD if third_party else ticket.words,
        "status": ticket.status,
        "due": ticket.solve_by,
        "urgent": "urgent" if ticket.urgent else "ordinary",
    }


def press(flow: str, ticket: Ticket, **given: str) -> JsonObject:
    """A button's effect: open ``flow`` for this ticket."""
    return {"open": flow, "with": {"ticket": ticket.id, **given}}


def buttons(ticket: Ticket) -> tuple[Button, ...]:
    """What the handler can do next, by the ticket's status."""
    if ticket.status in UNACCEPTED:
        offered = [("accept", "button.accept"), ("give_back", "button.return"), ("pass_on", "button.pass_on")]
    elif ticket.status in WORKING:
        offered = [
            ("resolve", "button.resolve"),
            ("whistle", "button.whistle"),
            ("note", "button.note"),
            *([] if ticket.from_patrol else [("ask_resident", "button.ask_resident")]),
            ("schedule", "button.schedule"),
            ("suspend", "button.suspend"),
            ("pass_on", "button.pass_on"),
        ]
    elif ticket.status in PAUSED:
        whistle = [("whistle", "button.whistle")] if ticket.status in CAN_WHISTLE else []
        offered = [("resolve", "button.resolve"), *whistle, ("note", "button.note")]
    else:
        offered = []
    return tuple(Button(label=label, press=press(flow, ticket)) for flow, label in offered)


def show(
    desk: Desk,
    ticket: Ticket,
    to: str,
    text: str,
    *,
    fresh: bool = False,
    said: Mapping[str, object] | None = None,
    **more: object,
) -> None:
    """Post the newest form of somebody's card of a ticket.

    ``said`` are values in a resident's own words: a third party reads a hint in their place.
    """
    third_party = is_third_party(desk, to)
    own_words = {name: WITHHELD if third_party else words for name, words in (said or {}).items()}
    post(
        desk,
        Letter(
            to=to,
            text=text,
            params={**facts(desk, ticket, third_party=third_party), **more, **own_words},
            key=f"card:{ticket.id}:{ticket.events}:{to}:{text}",
            buttons=(*buttons(ticket), *_as_wish(desk, ticket)) if to == ticket.handler_id else (),
            card=f"ticket:{ticket.id}",
            # A photo may show a door or a face, and nobody has checked it before a third party sees it.
            attachments=() if third_party or to != ticket.handler_id else tuple(ticket.photos),
            priority=Priority.EMERGENCY if ticket.urgent and fresh else Priority.PERSONAL,
        ),
    )


def _as_wish(desk: Desk, ticket: Ticket) -> tuple[Button, ...]:
    """A coordinator can make a micro-wish of a care matter that is really one."""
    if ticket.category is not Category.CARE or ticket.status not in UNACCEPTED | WORKING:
        return ()
    coordinators = (Role.COMMUNITY_COORDINATOR, Role.CENTRE_COORDINATOR)
    held = desk.city.roster.held.items()
    if not any(role in coordinators and ticket.handler_id in people for (_, role), people in held):
        return ()
    return (Button(label="wish.button.from_ticket", press=press("wish_from_ticket", ticket)),)
