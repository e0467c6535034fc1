"""How does a matter become a ticket, and what may its reporter do with it?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, or_, select

from gridwhistle.services import assignments, deadlines, events, lifecycle, places, recordings, timers, whistles
from gridwhistle.services.cards import matter_of, show
from gridwhistle.services.clock import in_city
from gridwhistle.services.desk import Desk, Phrase, Refused
from gridwhistle.services.lifecycle import OPEN, Step, move
from gridwhistle.services.org import coordinator
from gridwhistle.services.places import Location
from gridwhistle.services.prepared import fetch
from gridwhistle.services.residents import tell_residents, voices
from gridwhistle.services.rules import NEARBY_SINCE, URGE_EVERY, URGES_BEFORE_ESCALATION
from gridwhistle.services.schema import Attachment, Event, Status, Ticket, Voice, table_of
from gridwhistle.services.store import Insertion, count_up, insert, new_id

_TICKETS = table_of(Ticket)
_STILL_OPEN = or_(*(_TICKETS.c.status == status for status in sorted(OPEN)))
# Every report runs this twice: built once, without the ORM.
_NEARBY = (
    select(_TICKETS.c.id, _TICKETS.c.place_work)
    .where(
        _TICKETS.c.region == bindparam("here"),
        _TICKETS.c.grid == bindparam("of_grid"),
        _TICKETS.c.matter == bindparam("of_matter"),
        _STILL_OPEN,
        _TICKETS.c.opened_at > bindparam("since"),
        _TICKETS.c.place == bindparam("at"),
        _TICKETS.c.reporter_id != bindparam("me"),
    )
    .order_by(_TICKETS.c.opened_at)
    .limit(20)
)
_REPEATED = (
    select(_TICKETS.c.id, _TICKETS.c.place_work)
    .where(
        _TICKETS.c.region == bindparam("here"),
        _TICKETS.c.matter == bindparam("of_matter"),
        _STILL_OPEN,
        _TICKETS.c.place.is_not_distinct_from(bindparam("at")),
        _TICKETS.c.reporter_id == bindparam("me"),
    )
    .order_by(_TICKETS.c.opened_at.desc())
    .limit(20)
)
_OTHERS = (
    select(_TICKETS.c.id)
    .where(
        _TICKETS.c.region == bindparam("here"),
        _TICKETS.c.reporter_id == bindparam("me"),
        _TICKETS.c.id != bindparam("this"),
    )
    .limit(1)
)
_VOICES = table_of(Voice)
_HAS_VOICE = select(_VOICES.c.ticket_id).where(
    _VOICES.c.region == bindparam("here"),
    _VOICES.c.ticket_id == bindparam("of_ticket"),
    _VOICES.c.person_id == bindparam("of_person"),
)
_VOICE = Insertion(table=_VOICES, conflict=("region", "ticket_id", "person_id"))
ABOUT_PROPERTY = re.compile(r"物业|property (company|management)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What a report has gathered before it becomes a ticket."""

    matter: str
    where: Location
    words: str
    photos: tuple[str, ...] = ()
    urgent: bool = False
    from_patrol: bool = False
    community: str | None = None
    """Named by the reporter where the city does not know the place: its coordinator finds the grid (整理上报)."""


def open_ticket(desk: Desk, draft: Draft) -> Ticket:
    """Make a ticket of a report, number it and put it on the responsible person's desk.

    Where the city does not know the place, the community that the reporter named takes it, else the reporter's own
    grid, else the coordination centre. Raises ``Refused`` for a matter that the catalogue does not hold.
    """
    matter = desk.city.matters.get(draft.matter)
    if matter is None:
        raise Refused("refused.matter")
    grid = places.grid_of(desk.city, draft.where) or draft.community or desk.actor.grid or desk.city.centre
    solve_by = (matter.solve_urgent if draft.urgent else matter.solve).after(desk.now)
    ticket = Ticket(
        region=desk.region,
        id=new_id(),
        number=_number(desk, grid),
        status=Status.RECEIVED,
        matter=matter.code,
        category=matter.category,
        grid=grid,
        place=draft.where.place,
        place_public=places.public_name(desk.city, draft.where),
        place_work=places.work_name(desk.city, draft.where),
        place_exact=places.exact_name(desk.city, draft.where),
        words=draft.words,
        reporter_id=desk.me,
        from_patrol=draft.from_patrol,
        urgent=draft.urgent,
        about_property=matter.about_property or bool(ABOUT_PROPERTY.search(draft.words)),
        handler_id=desk.me,
        ladder=0,
        rework=0,
        urges=0,
        escalation=0,
        returns=0,
        opened_at=desk.now,
        respond_by=(matter.respond_urgent if draft.urgent else matter.respond).after(desk.now),
        solve_by=solve_by,
        promised_at=solve_by,
        resolved_at=None,
        resolver_id=None,
        audited_at=None,
        closed_at=None,
        photos=[],
        result="",
        merged_into=None,
        events=0,
        chain=events.GENESIS,
    )
    desk.session.add(ticket)
    # Written once, when all is known of it, not again after each query of this act.
    with desk.session.no_autoflush:
        events.append(desk, ticket, "receive", matter=matter.code, grid=grid, urgent=draft.urgent)
        attach(desk, ticket, draft.photos)
        recordings.bind(desk, ticket, recordings.waiting(desk))
        assignments.assign(desk, ticket)
        deadlines.start(desk, ticket)
        whistles.blow_at_once(desk, ticket)
    return ticket


def attach(desk: Desk, ticket: Ticket, photos: Sequence[str]) -> None:
    """Bind photos of the acting person's to a ticket; those of others are refused."""
    for photo in photos:
        row = desk.session.get(Attachment, (desk.region, photo))
        if row is None or row.person_id != desk.actor.person_id or row.ticket_id not in (None, ticket.id):
            raise Refused("refused.photo")
        row.ticket_id = ticket.id
        events.append(desk, ticket, "photo", attachment=photo, sha256=row.sha256)
    ticket.photos = [*ticket.photos, *photos]


def supplement(desk: Desk, ticket: Ticket, text: str, photos: Sequence[str] = ()) -> None:
    """Add a resident's words or photos to an open ticket of theirs and tell the handler."""
    if not is_mine(desk, ticket):
        raise Refused("refused.not_yours", number=ticket.number)
    if ticket.status not in OPEN:
        raise Refused("refused.status", number=ticket.number, status=ticket.status)
    events.append(desk, ticket, "supplement", text=text)
    attach(desk, ticket, photos)
    show(desk, ticket, ticket.handler_id, "letter.supplemented", said={"added": text})


def record(desk: Desk, ticket: Ticket, kept: Sequence[str], kind: str) -> None:
    """Add voices or videos of the acting person's to an open ticket and tell the handler."""
    recordings.bind(desk, ticket, kept)
    if desk.me != ticket.handler_id:
        show(desk, ticket, ticket.handler_id, "letter.supplemented", said={"added": Phrase(f"name.recorded.{kind}")})


def record_on(desk: Desk, quoted: str | None) -> Ticket | None:
    """The open ticket that a recording belongs to: the quoted one, else the acting person's only one."""
    if quoted is None:
        found = [ticket for ticket in mine(desk) if ticket.status in OPEN]
        return get(desk, found[0].id) if len(found) == 1 else None
    ticket = get(desk, quoted)
    takes = ticket.status in OPEN and (is_mine(desk, ticket) or desk.me == ticket.handler_id)
    return ticket if takes else None


def locate(desk: Desk, ticket: Ticket, where: Location) -> None:
    """Enter the place of a ticket that was opened without one; another grid's holder gets it then.

    Raises ``Refused`` for a ticket that is not the acting person's or no longer open.
    """
    if not is_mine(desk, ticket):
        raise Refused("refused.not_yours", number=ticket.number)
    if ticket.status not in OPEN:
        raise Refused("refused.status", number=ticket.number, status=ticket.status)
    ticket.place = where.place if where.place in desk.city.places else None
    ticket.place_public = places.public_name(desk.city, where)
    ticket.place_work = places.work_name(desk.city, where)
    ticket.place_exact = places.exact_name(desk.city, where)
    grid = places.grid_of(desk.city, where)
    events.append(desk, ticket, "located", place=ticket.place, text=where.text, grid=grid)
    if grid is not None and grid != ticket.grid:
        assignments.move_to_grid(desk, ticket, grid)
    else:
        show(desk, ticket, ticket.handler_id, "letter.located", fresh=True)
    whistles.located(desk, ticket)


def withdraw(desk: Desk, ticket: Ticket, reason: str) -> None:
    """Take a report back. Others who added their voice keep the ticket alive: the first of them becomes its reporter.

    Raises ``Refused`` for a ticket that is not the acting person's or no longer open.
    """
    voice = desk.session.get(Voice, (desk.region, ticket.id, desk.me))
    if voice is not None:
        desk.session.delete(voice)
        events.append(desk, ticket, "voice_withdrawn", reason=reason)
        return
    heirs = voices(desk, ticket)
    if heirs and lifecycle.possible(desk, ticket, Step.WITHDRAW):
        # The former reporter's door and words are nothing to the next one.
        ticket.reporter_id = heirs[0].person_id
        ticket.words = heirs[0].words
        ticket.place_exact = ticket.place_work
        desk.session.delete(heirs[0])
        events.append(desk, ticket, "reporter_changed", reason=reason)
        return
    move(desk, ticket, Step.WITHDRAW, reason=reason)
    ticket.closed_at = desk.now
    timers.cancel(desk, ticket.id)
    whistles.end_all(desk, ticket)
    show(desk, ticket, ticket.handler_id, "letter.withdrawn")


def note(desk: Desk, ticket: Ticket, text: str) -> None:
    """Write the handler's words on how far it has come into the history; an accepted ticket is in progress then.

    Raises ``Refused`` for anybody else, and for a ticket that nobody works on.
    """
    if lifecycle.Who.HANDLER not in lifecycle.capacities(desk, ticket):
        raise Refused("refused.not_yours", number=ticket.number)
    if ticket.status not in lifecycle.WORKING | lifecycle.PAUSED:
        raise Refused("refused.status", number=ticket.number, status=ticket.status)
    if ticket.status is Status.ACCEPTED:
        move(desk, ticket, Step.BEGIN)
    events.append(desk, ticket, "note", text=text)


def refuse(desk: Desk, ticket: Ticket, reason: str, route: str) -> None:
    """Say that a matter is not the city's to solve, why, and which legal way is open (国办函〔2025〕66号).

    Raises ``Refused`` for everybody but the leaders of its grid.
    """
    move(desk, ticket, Step.REFUSE, reason=reason, route=route)
    ticket.closed_at = desk.now
    timers.cancel(desk, ticket.id)
    whistles.end_all(desk, ticket)
    show(desk, ticket, ticket.handler_id, "letter.refused_card", reason=reason)
    tell_residents(desk, ticket, "letter.refused", reason=reason, route=route)


def urge(desk: Desk, ticket: Ticket) -> int:
    """Tell the handler that the resident is waiting, count it, and give the count.

    Once in 24 hours for each ticket; the third one also tells the community. Raises ``Refused`` otherwise.
    """
    if not is_mine(desk, ticket):
        raise Refused("refused.not_yours", number=ticket.number)
    if ticket.status not in OPEN:
        raise Refused("refused.status", number=ticket.number, status=ticket.status)
    last = desk.session.execute(
        select(func.max(Event.at)).where(
            Event.region == desk.region, Event.subject_id == ticket.id, Event.kind == "urge"
        )
    ).scalar_one_or_none()
    if last is not None and desk.now - last < URGE_EVERY:
        raise Refused("refused.urged", number=ticket.number, again=last + URGE_EVERY)
    ticket.urges += 1
    events.append(desk, ticket, "urge", count=ticket.urges)
    show(desk, ticket, ticket.handler_id, "letter.urged", fresh=True, count=ticket.urges)
    if ticket.urges >= URGES_BEFORE_ESCALATION:
        leader = coordinator(desk, ticket.grid)
        if leader != ticket.handler_id:
            show(desk, ticket, leader, "letter.urged_often", count=ticket.urges)
    return ticket.urges


def nearby(desk: Desk, matter: str, where: Location) -> Ticket | None:
    """An open public-space ticket of others about the same matter at the same place, for “add your voice?”.

    Never for matters that are not public: nobody learns that a neighbour has reported such a thing.
    """
    spec = desk.city.matters[matter]
    grid = places.grid_of(desk.city, where)
    if not spec.public or grid is None:
        return None
    name = places.work_name(desk.city, where)
    rows = fetch(
        desk.session,
        _NEARBY,
        {
            "here": desk.region,
            "of_grid": grid,
            "of_matter": matter,
            "since": desk.now - NEARBY_SINCE,
            "at": where.place,
            "me": desk.me,
        },
    )
    twin = next((row.id for row in rows if _same_spot(row.place_work, name)), None)
    return desk.session.get(Ticket, (desk.region, twin)) if twin else None


def repeated(desk: Desk, matter: str, where: Location) -> Ticket | None:
    """The newest open ticket of the acting person's own about the same matter at the same place (重复诉求并单)."""
    name = places.work_name(desk.city, where)
    at = where.place if where.place in desk.city.places else None
    rows = fetch(desk.session, _REPEATED, {"here": desk.region, "of_matter": matter, "at": at, "me": desk.me})
    known = next((row.id for row in rows if _same_spot(row.place_work, name)), None)
    return desk.session.get(Ticket, (desk.region, known)) if known else None


def add_voice(desk: Desk, ticket: Ticket, words: str) -> bool:
    """Join the acting resident to a ticket; ``False`` when they are on it already."""
    if ticket.status not in OPEN:
        raise Refused("refused.status", number=ticket.number, status=ticket.status)
    if not matter_of(desk, ticket).public:
        raise Refused("refused.no_ticket")
    if ticket.reporter_id == desk.me or not insert(
        desk.session,
        _VOICE,
        {"region": desk.region, "ticket_id": ticket.id, "person_id": desk.me, "words": words, "at": desk.now},
    ):
        return False
    events.append(desk, ticket, "voice", words=words)
    show(desk, ticket, ticket.handler_id, "letter.voice_added", count=len(voices(desk, ticket)) + 1)
    return True


def is_mine(desk: Desk, ticket: Ticket) -> bool:
    """Whether the acting person reported a ticket or has a voice on it."""
    return ticket.reporter_id == desk.actor.person_id or _has_voice(desk, ticket, desk.me)


def mine(desk: Desk, *, open_only: bool = True, limit: int = 20) -> list[Ticket]:
    """The acting person's tickets, newest first."""
    joined = select(Voice.ticket_id).where(Voice.region == desk.region, Voice.person_id == desk.me)
    wanted = (
        select(Ticket)
        .where(Ticket.region == desk.region, or_(Ticket.reporter_id == desk.me, Ticket.id.in_(joined)))
        .order_by(Ticket.opened_at.desc(), Ticket.id.desc())
        .limit(limit)
    )
    if open_only:
        wanted = wanted.where(Ticket.status.not_in(lifecycle.ENDED))
    return list(desk.session.scalars(wanted))


def is_first(desk: Desk, ticket: Ticket) -> bool:
    """Whether the acting person has reported nothing but this."""
    return not fetch(desk.session, _OTHERS, {"here": desk.region, "me": desk.me, "this": ticket.id})


def asked_of_me(desk: Desk) -> list[Ticket]:
    """The acting resident's tickets on which a worker's question waits for an answer."""
    return [ticket for ticket in mine(desk) if ticket.status is Status.AWAITING_INFORMATION]


def get(desk: Desk, ticket_id: str) -> Ticket:
    """A ticket by its id, locked for this turn. Raises ``Refused`` for an unknown one."""
    ticket = desk.session.get(Ticket, (desk.region, ticket_id), with_for_update=True)
    if ticket is None:
        raise Refused("refused.no_ticket")
    return ticket


def by_number(desk: Desk, number: str) -> Ticket | None:
    """A ticket by the number that people see."""
    return desk.session.scalars(
        select(Ticket).where(Ticket.region == desk.region, Ticket.number == number)
    ).one_or_none()


def _number(desk: Desk, grid: str) -> str:
    community = desk.city.community_of(grid)
    name = community.name.removesuffix("社区").removesuffix("村") if community else desk.city.name.removesuffix("市")
    day = in_city(desk.now).strftime("%y%m%d")
    count = count_up(desk.session, desk.region, f"ticket:{name}:{day}")
    return f"{name}-{day}-{count:03d}"


def _has_voice(desk: Desk, ticket: Ticket, person_id: str) -> bool:
    return bool(fetch(desk.session, _HAS_VOICE, {"here": desk.region, "of_ticket": ticket.id, "of_person": person_id}))


def _same_spot(known: str, new: str) -> bool:
    return known.startswith(new) or new.startswith(known)
