"""What does a department see of a whistle, and which buttons does its card carry?

Departments are third parties: the matter, the place without the door and the reason, never the reporter's words.
"""

from __future__ import annotations

from gridwhistle.services.cards import facts, matter_of
from gridwhistle.services.desk import Desk, Phrase
from gridwhistle.services.org import centre_coordinator, clerks
from gridwhistle.services.outbox import Button, Letter, Priority, post
from gridwhistle.services.schema import JsonObject, Ticket, Whistle, WhistleState

_REASONS = {"catalogue": Phrase("name.whistle_reason.catalogue"), "moved": Phrase("name.whistle_reason.moved")}


def show_clerk(desk: Desk, whistle: Whistle, ticket: Ticket, text: str, **more: object) -> None:
    """Post the newest form of a whistle's card: to the clerk who signed, before that to the whole staff."""
    to = [whistle.clerk_id] if whistle.clerk_id else clerks(desk, whistle.department)
    for person_id in to or [centre_coordinator(desk)]:
        post(
            desk,
            Letter(
                to=person_id,
                text=text,
                params={
                    **facts(desk, ticket, third_party=True),
                    "reason": _REASONS.get(whistle.reason, whistle.reason),
                    "department": department_name(desk, whistle),
                    "assisting": "、".join(desk.city.unit_name(unit) for unit in whistle.assisting) or "—",
                    "arrive_by": whistle.arrive_by,
                    "task": Phrase("name.task.come" if _is_on_site(desk, ticket) else "name.task.answer"),
                    **more,
                },
                key=f"whistle:{whistle.id}:{ticket.events}:{person_id}:{text}",
                card=f"whistle:{whistle.id}",
                buttons=buttons(desk, whistle, ticket),
                priority=Priority.EMERGENCY if ticket.urgent else Priority.PERSONAL,
            ),
        )


def grey_out(desk: Desk, whistle: Whistle, ticket: Ticket) -> None:
    """The colleagues' cards lose their buttons: one of the department has signed."""
    for person_id in clerks(desk, whistle.department):
        if person_id != whistle.clerk_id:
            post(
                desk,
                Letter(
                    to=person_id,
                    text="letter.whistle_taken",
                    params={**facts(desk, ticket, third_party=True), "clerk": desk.actor.name},
                    key=f"whistle:{whistle.id}:{ticket.events}:{person_id}:taken",
                    card=f"whistle:{whistle.id}",
                ),
            )


def buttons(desk: Desk, whistle: Whistle, ticket: Ticket) -> tuple[Button, ...]:
    """What the department can do next, by the whistle's state."""
    return tuple(
        Button(label=f"button.{flow}", press=opens(flow, whistle))
        for flow in _next(whistle.state)
        if flow != "arrive" or _is_on_site(desk, ticket)
    )


def opens(flow: str, whistle: Whistle, **given: str) -> JsonObject:
    """A button's effect: open ``flow`` for this whistle."""
    return {"open": flow, "with": {"whistle": whistle.id, **given}}


def department_name(desk: Desk, whistle: Whistle) -> str:
    """The name of the department that leads."""
    return desk.city.unit_name(whistle.department)


def _is_on_site(desk: Desk, ticket: Ticket) -> bool:
    """A question is answered, not visited; nor is a matter that may have a place, but has none here."""
    wanted = matter_of(desk, ticket).place
    return wanted == "required" or (wanted == "optional" and bool(ticket.place_work))


def _next(state: WhistleState) -> tuple[str, ...]:
    return {
        WhistleState.BLOWN: ("sign", "dispute"),
        WhistleState.SIGNED: ("contact", "arrive", "act", "dispute"),
        WhistleState.CONTACTED: ("arrive", "act"),
        WhistleState.ARRIVAL_CLAIMED: ("act",),
        WhistleState.ARRIVED: ("act",),
    }.get(state, ())
