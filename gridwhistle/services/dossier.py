"""What may this reader see of a ticket: its facts, its history step by step, its photos?

For the reporter, those on the ticket, the handler, leaders and auditors; third parties on it (property companies,
departments that were called) get the masked form; everybody else gets nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from gridwhistle.services import chats, events, org, tickets
from gridwhistle.services.cards import matter_of
from gridwhistle.services.catalogue import MatterSpec
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import Who, capacities
from gridwhistle.services.masking import mask_numbers
from gridwhistle.services.photos import Taken
from gridwhistle.services.residents import residents
from gridwhistle.services.schema import Attachment, Event, JsonObject, Role, RoleGrant, Status, Ticket, Whistle

BY_RESIDENTS = frozenset(
    {
        "supplement",
        "voice",
        "voice_withdrawn",
        "reporter_changed",
        "reporter_bound",
        "urge",
        "withdraw",
        "follow_up_answered",
        "rechecked",
    }
)
FOR_RESIDENTS = frozenset({"ask_resident", "schedule", "suspend", "resolve", "refuse"})
"""Kinds whose note residents may read; what staff write for one another, and other residents' words, stay inside."""
NOTES = ("question", "result", "text", "words", "reason")


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryLine:
    """One step: its kind is the text key, the rest are values that the text may use."""

    at: datetime
    kind: str
    who: str
    """A member of staff by name; empty for a resident or the system."""
    by_resident: bool
    to: str
    unit: str
    note: str
    data: JsonObject
    taken: Taken | None = None
    """What a photo of this step testifies, for those alone who handle the ticket."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dossier:
    """A ticket as one reader may see it."""

    ticket_id: str
    number: str
    matter: MatterSpec
    status: Status
    place: str
    words: str
    masked: bool
    grid: str
    handler: str
    opened_at: datetime
    due: datetime
    result: str
    photos: tuple[str, ...]
    recordings: tuple[tuple[str, str], ...]
    """Voices and videos: id and kind."""
    lines: tuple[HistoryLine, ...]
    sound: bool
    """Whether the chain of its events is unbroken."""


def read(desk: Desk, ticket_id: str) -> Dossier | None:
    """The ticket for the acting person; ``None`` for an unknown one and for one that is none of their business."""
    ticket = desk.session.get(Ticket, (desk.region, ticket_id))
    if ticket is None or not may_see(desk, ticket):
        return None
    masked = _is_outsider(desk, ticket)
    is_staff = not masked and bool(capacities(desk, ticket) - {Who.REPORTER})
    is_reporter = desk.me == ticket.reporter_id
    return Dossier(
        ticket_id=ticket.id,
        number=ticket.number,
        matter=matter_of(desk, ticket),
        status=ticket.status,
        place=ticket.place_exact if is_staff or is_reporter else ticket.place_work,
        words=ticket.words if is_staff or is_reporter else "",
        masked=masked,
        grid=desk.city.unit_name(ticket.grid),
        handler=org.name_of(desk, ticket.handler_id),
        opened_at=ticket.opened_at,
        due=ticket.solve_by,
        result=mask_numbers(ticket.result) if masked else ticket.result,
        photos=tuple(photo.id for photo in _photos(desk, ticket) if _may_see_of(desk, ticket, photo)),
        recordings=tuple((one.id, one.kind) for one in _recordings(desk, ticket) if may_see_photo(desk, one)),
        lines=_lines(desk, ticket, is_staff=is_staff, masked=masked),
        sound=events.broken_link(desk, ticket) is None,
    )


def may_see(desk: Desk, ticket: Ticket) -> bool:
    """Whether a ticket is the acting person's business in any form."""
    return bool(capacities(desk, ticket)) or tickets.is_mine(desk, ticket) or _is_called(desk, ticket)


def may_see_photo(desk: Desk, photo: Attachment) -> bool:
    """Whether the acting person may look at a photo: their own, one of a ticket of theirs, one sent to them.

    A voice tells who somebody is: besides its sender only those get it who handle, lead or audit.
    """
    if photo.person_id == desk.me:
        return True
    ticket = desk.session.get(Ticket, (desk.region, photo.ticket_id)) if photo.ticket_id else None
    if photo.kind != "photo":
        return ticket is not None and _may_hear(desk, ticket)
    on_ticket = ticket is not None and may_see(desk, ticket) and _may_see_of(desk, ticket, photo)
    return on_ticket or chats.has_letter_with(desk, photo.id)


def _may_hear(desk: Desk, ticket: Ticket) -> bool:
    return not desk.actor.has(Role.PROPERTY_WORKER) and bool(capacities(desk, ticket) - {Who.REPORTER})


def _photos(desk: Desk, ticket: Ticket) -> list[Attachment]:
    return [one for one in _attached(desk, ticket) if one.kind == "photo"]


def _recordings(desk: Desk, ticket: Ticket) -> list[Attachment]:
    return [one for one in _attached(desk, ticket) if one.kind != "photo"]


def _attached(desk: Desk, ticket: Ticket) -> list[Attachment]:
    return list(
        desk.session.scalars(
            select(Attachment)
            .where(Attachment.region == desk.region, Attachment.ticket_id == ticket.id)
            .order_by(Attachment.id)
        )
    )


def _taken(desk: Desk, ticket: Ticket) -> dict[str, Taken]:
    """What the cameras said, of the photos that say anything."""
    found = {
        photo.id: Taken(at=photo.taken_at, latitude=photo.latitude, longitude=photo.longitude)
        for photo in _photos(desk, ticket)
    }
    return {photo: taken for photo, taken in found.items() if taken != Taken()}


def _may_see_of(desk: Desk, ticket: Ticket, photo: Attachment) -> bool:
    """Of a ticket that they only added their voice to, residents see their own photos and those of the work."""
    if capacities(desk, ticket) or _is_called(desk, ticket):
        return True
    return photo.person_id in (desk.me, ticket.handler_id, ticket.resolver_id)


def _is_called(desk: Desk, ticket: Ticket) -> bool:
    """Whether the acting person works for a department that was whistled for this ticket."""
    units = desk.actor.units(Role.DEPARTMENT_STAFF)
    called = desk.session.scalars(
        select(Whistle.department).where(Whistle.region == desk.region, Whistle.ticket_id == ticket.id)
    )
    return any(department in units for department in called)


def _is_outsider(desk: Desk, ticket: Ticket) -> bool:
    """Whether the acting person gets the masked form (identity firewall, DESIGN.md section 6)."""
    if tickets.is_mine(desk, ticket):
        return False
    return desk.actor.has(Role.PROPERTY_WORKER) or not capacities(desk, ticket)


def _lines(desk: Desk, ticket: Ticket, *, is_staff: bool, masked: bool) -> tuple[HistoryLine, ...]:
    history = events.history(desk, ticket.id)
    staff = _staff(desk, {event.actor_id for event in history if event.actor_id})
    waiting = set(residents(desk, ticket))
    taken = _taken(desk, ticket) if is_staff else {}
    lines = []
    for event in history:
        by_resident = _is_residents(event, waiting, staff, from_patrol=ticket.from_patrol)
        readable = is_staff or event.actor_id == desk.actor.person_id or event.kind in FOR_RESIDENTS
        lines.append(
            HistoryLine(
                at=event.at,
                kind=event.kind,
                who="" if by_resident else staff.get(event.actor_id or "", ""),
                by_resident=by_resident,
                to=_to(desk, event),
                unit=_unit(desk, event),
                note=_note(event) if readable and not masked else "",
                data=event.data,
                taken=taken.get(str(event.data.get("attachment"))),
            )
        )
    return tuple(lines)


def _is_residents(event: Event, waiting: set[str], staff: dict[str, str], *, from_patrol: bool) -> bool:
    if event.actor_id is None or event.data.get("by_phone"):
        return False
    if event.kind in BY_RESIDENTS or (event.kind == "receive" and not from_patrol):
        return True
    return event.actor_id in waiting or event.actor_id not in staff


def _staff(desk: Desk, people: set[str]) -> dict[str, str]:
    """The names of those who hold a post; residents are never named to others."""
    not_staff = (Role.RESIDENT, Role.PARTY_MEMBER)
    holders = desk.session.scalars(
        select(RoleGrant.person_id)
        .where(RoleGrant.region == desk.region, RoleGrant.person_id.in_(people), RoleGrant.role.not_in(not_staff))
        .distinct()
    )
    return {person_id: org.name_of(desk, person_id) for person_id in holders}


def _to(desk: Desk, event: Event) -> str:
    about_staff = event.kind in ("passed_over", "not_accepted")
    person_id = event.data.get("person" if about_staff else "to")
    return org.name_of(desk, person_id) if isinstance(person_id, str) and person_id else ""


def _unit(desk: Desk, event: Event) -> str:
    department = event.data.get("department") or event.data.get("proposed")
    return desk.city.unit_name(department) if isinstance(department, str) else ""


def _note(event: Event) -> str:
    found = (event.data.get(name) for name in NOTES)
    note = next((note for note in found if isinstance(note, str)), "")
    # “leave”, “not_accepted” and the like are codes for the kind's own text, not words of a person.
    return "" if note.isascii() and note.isidentifier() else note
