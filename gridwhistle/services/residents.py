"""Which residents wait for a ticket, and how are they told something?"""

from __future__ import annotations

from sqlalchemy import select

from gridwhistle.services.cards import facts
from gridwhistle.services.desk import Desk
from gridwhistle.services.outbox import Button, Letter, post
from gridwhistle.services.schema import Ticket, Voice


def voices(desk: Desk, ticket: Ticket) -> list[Voice]:
    """The other residents on a ticket, in the order in which they came."""
    return list(
        desk.session.scalars(
            select(Voice)
            .where(Voice.region == desk.region, Voice.ticket_id == ticket.id)
            .order_by(Voice.at, Voice.person_id)
        )
    )


def residents(desk: Desk, ticket: Ticket) -> list[str]:
    """Everybody who waits for this ticket; nobody for a worker's own patrol report."""
    reporter = [] if ticket.from_patrol else [ticket.reporter_id]
    return reporter + [voice.person_id for voice in voices(desk, ticket)]


def place_for(ticket: Ticket, person_id: str) -> str:
    """The place as a resident may read it: the door is the reporter's own, a neighbour who joined sees the building."""
    return (ticket.place_exact if person_id == ticket.reporter_id else ticket.place_work) or "—"


def tell_residents(
    desk: Desk,
    ticket: Ticket,
    text: str,
    *,
    buttons: tuple[Button, ...] = (),
    but: str | None = None,
    **more: object,
) -> None:
    """Write to everybody who waits for a ticket, ``but`` the one whose own message caused it."""
    for person_id in residents(desk, ticket):
        if person_id == but:
            continue
        post(
            desk,
            Letter(
                to=person_id,
                text=text,
                params={**facts(desk, ticket, third_party=False), "place": place_for(ticket, person_id), **more},
                key=f"told:{ticket.id}:{ticket.events}:{person_id}:{text}",
                buttons=buttons,
                matters=True,
            ),
        )
