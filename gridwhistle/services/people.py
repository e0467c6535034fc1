"""How is a chat bound to a worker, and who may give and see a telephone number?"""

from __future__ import annotations

import secrets
from dataclasses import replace

from sqlalchemy import bindparam, select, update

from gridwhistle.services import events
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.masking import mask_phone
from gridwhistle.services.places import Location
from gridwhistle.services.prepared import fetch
from gridwhistle.services.rules import INVITE_VALID
from gridwhistle.services.schema import (
    Account,
    Contact,
    Conversation,
    FollowUp,
    Invite,
    Person,
    Reveal,
    Role,
    RoleGrant,
    Ticket,
    Voice,
    Wish,
    table_of,
)
from gridwhistle.services.store import new_id

_CONTACTS = table_of(Contact)
_HAS_PHONE = select(_CONTACTS.c.person_id).where(
    _CONTACTS.c.region == bindparam("here"), _CONTACTS.c.person_id == bindparam("whose")
)
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 10


def invite(desk: Desk, person_id: str) -> str:
    """A one-time code (ten characters without 0, O, 1, I) that binds a chat to this person's record.

    Raises ``Refused`` for everybody but administrators, the centre's coordinators, and community coordinators for
    people of their own community.
    """
    if not _may_invite(desk, person_id):
        raise Refused("refused.not_allowed")
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    desk.session.add(
        Invite(region=desk.region, code=code, person_id=person_id, expires_at=desk.now + INVITE_VALID, used_at=None)
    )
    desk.writes += 1
    return code


def _may_invite(desk: Desk, person_id: str) -> bool:
    if desk.actor.has(Role.ADMINISTRATOR, Role.CENTRE_COORDINATOR):
        return True
    invited = desk.session.get(Person, (desk.region, person_id))
    own = desk.actor.units(Role.COMMUNITY_COORDINATOR)
    return invited is not None and any(
        desk.city.within(unit, community) for unit in (invited.unit, invited.grid) for community in own
    )


def bind(desk: Desk, code: str) -> Person:
    """Bind the present chat to the invited person's record; the code is used up.

    What the chat's former (anonymous) resident reported stays reachable: it moves to the record. Raises ``Refused``
    for an unknown, used or expired code, and in a chat that is bound to another worker.
    """
    if desk.here is None:
        raise LookupError("binding needs a chat")
    row = desk.session.get(Invite, (desk.region, code.strip().upper()), with_for_update=True)
    if row is None or row.used_at is not None or row.expires_at < desk.now:
        raise Refused("refused.invite")
    if desk.actor.is_staff and row.person_id != desk.actor.person_id:
        raise Refused("refused.bound_already")
    row.used_at = desk.now
    _move_reports(desk, row.person_id)
    for table in (Account, Conversation):
        desk.session.execute(
            update(table)
            .where(
                table.region == desk.region,
                table.channel == desk.here.channel,
                table.address == desk.here.address,
            )
            .values(person_id=row.person_id)
        )
    desk.writes += 1
    person = desk.session.get(Person, (desk.region, row.person_id))
    if person is None:
        raise LookupError("an invite without a person")
    # The rest of this turn, its answer above all, is the worker's: the former resident has no chat any more.
    desk.actor = replace(desk.actor, person_id=person.id, name=person.name, grid=person.grid, place=person.place)
    desk.addressees.clear()
    return person


def staff_named(desk: Desk, name: str, limit: int = 8) -> list[Person]:
    """The members of staff and of the party units of this name, or with this code, for an invitation."""
    staff = select(RoleGrant.person_id).where(RoleGrant.region == desk.region, RoleGrant.role != Role.RESIDENT)
    wanted = name.strip()
    return list(
        desk.session.scalars(
            select(Person)
            .where(
                Person.region == desk.region,
                (Person.name == wanted) | (Person.code == wanted),
                Person.id.in_(staff),
            )
            .order_by(Person.id)
            .limit(limit)
        )
    )


def _move_reports(desk: Desk, to: str) -> None:
    """What was reported anonymously in this chat goes on under the worker's record, and says so."""
    if desk.me == to:
        return
    for ticket in desk.session.scalars(
        select(Ticket).where(Ticket.region == desk.region, Ticket.reporter_id == desk.me)
    ):
        ticket.reporter_id = to
        events.append(desk, ticket, "reporter_bound", to=to)
    for wish in desk.session.scalars(select(Wish).where(Wish.region == desk.region, Wish.wisher_id == desk.me)):
        wish.wisher_id = to
        events.append(desk, wish, "wisher_bound", to=to)
    for table in (Voice, FollowUp):
        desk.session.execute(
            update(table).where(table.region == desk.region, table.person_id == desk.me).values(person_id=to)
        )


def phone(desk: Desk, person_id: str, reason: str) -> str | None:
    """Reveal a telephone number to staff, and write down who saw it and why (个人信息保护法).

    Raises ``Refused`` for residents and for property companies' workers.
    """
    if not desk.actor.is_staff or desk.actor.has(Role.PROPERTY_WORKER):
        raise Refused("refused.not_allowed")
    number = desk.session.scalars(
        select(Contact.phone).where(Contact.region == desk.region, Contact.person_id == person_id)
    ).first()
    desk.session.add(
        Reveal(region=desk.region, id=new_id(), person_id=person_id, viewer_id=desk.me, reason=reason, at=desk.now)
    )
    desk.writes += 1
    return number


def work_phone(desk: Desk, person_id: str) -> str | None:
    """A grid worker's duty telephone, which every resident of the grid may know; no reveal is needed."""
    return desk.session.scalars(
        select(Contact.phone).where(Contact.region == desk.region, Contact.person_id == person_id)
    ).first()


def knows_phone(desk: Desk, person_id: str) -> bool:
    """Whether the city has a telephone number of the person."""
    return bool(fetch(desk.session, _HAS_PHONE, {"here": desk.region, "whose": person_id}))


def leave_phone(desk: Desk, number: str) -> None:
    """Keep the telephone number that the acting resident gives of themselves, for calls about what they reported.

    Raises ``Refused`` for staff, whose duty telephones are imported, and where another number is known: who has got
    hold of a chat must not be able to turn the city's calls to a number of theirs.
    """
    if desk.actor.is_staff:
        raise Refused("refused.not_allowed")
    known = desk.session.get(Contact, (desk.region, desk.me))
    if known is not None and known.phone != number:
        raise Refused("refused.phone_known", phone=mask_phone(known.phone))
    if known is None:
        desk.session.add(Contact(region=desk.region, person_id=desk.me, phone=number))
        desk.writes += 1


def remember_home(desk: Desk, where: Location, grid: str) -> None:
    """Keep where the acting resident lives, with their consent; the door is not kept."""
    building = desk.city.building(where.place, where.building) if where.place and where.building else None
    desk.session.execute(
        update(Person)
        .where(Person.region == desk.region, Person.id == desk.me)
        .values(place=building.code if building else where.place, grid=grid)
    )
    desk.writes += 1
