"""Who talks with a resident in person, and what do both sides get to see of each other?

A talk goes from asked to taken to ended; only one coordinator can take it. What happens while nobody does is told in
``talk_waits``.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select, update

from gridwhistle.services import org, timers
from gridwhistle.services.calendar import after_office_time
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.outbox import Button, Letter, Priority, post
from gridwhistle.services.prepared import fetch
from gridwhistle.services.rules import TALK_REMIND_AFTER
from gridwhistle.services.schema import HumanTalk, PlaceKind, Role
from gridwhistle.services.store import new_id

COORDINATORS = (Role.COMMUNITY_COORDINATOR, Role.CENTRE_COORDINATOR)


# Looked up on every text: built once, without the ORM.
_TALKS = HumanTalk.__table__
_TAKEN = select(_TALKS.c.id, _TALKS.c.resident_id, _TALKS.c.coordinator_id).where(
    _TALKS.c.region == bindparam("here"), _TALKS.c.ended_at.is_(None), _TALKS.c.coordinator_id.is_not(None)
)
_MINE = _TALKS.c.resident_id == bindparam("me")
_AS_RESIDENT = _TAKEN.where(_MINE).limit(1)
_AS_EITHER = _TAKEN.where(_MINE | (_TALKS.c.coordinator_id == bindparam("me"))).limit(1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Talk:
    """A talk that a coordinator has taken, seen from the acting person's side."""

    id: str
    other: str
    as_resident: bool


def active(desk: Desk) -> Talk | None:
    """The taken talk in which the acting person is now."""
    me = desk.me
    wanted = _AS_EITHER if desk.actor.has(*COORDINATORS) else _AS_RESIDENT
    row = next(iter(fetch(desk.session, wanted, {"here": desk.region, "me": me})), None)
    if row is None:
        return None
    as_resident = row.resident_id == me
    return Talk(id=row.id, other=row.coordinator_id if as_resident else row.resident_id, as_resident=as_resident)


def ask_for_person(desk: Desk, words: str) -> bool:
    """Ask the coordinators of the person's community and of the centre to talk; ``False`` while one is asked already.

    Raises ``LookupError`` where the city has no centre coordinator.
    """
    waiting = desk.session.execute(
        select(HumanTalk.id)
        .where(
            HumanTalk.region == desk.region,
            HumanTalk.resident_id == desk.me,
            HumanTalk.ended_at.is_(None),
        )
        .limit(1)
    ).first()
    if waiting is not None:
        return False
    talk = HumanTalk(
        region=desk.region,
        id=new_id(),
        resident_id=desk.me,
        coordinator_id=None,
        asked_at=desk.now,
        taken_at=None,
        ended_at=None,
    )
    desk.session.add(talk)
    desk.writes += 1
    text = "talks.asked" if words.strip() else "talks.asked_by_button"
    for person_id in first_called(desk, desk.actor.grid):
        call(desk, talk, person_id, text, words.strip())
    remind_at = after_office_time(desk.now, TALK_REMIND_AFTER)
    timers.put(desk, "talk_waiting", talk.id, remind_at, times=1, words=words.strip())
    return True


def first_called(desk: Desk, grid: str | None) -> tuple[str, ...]:
    """Whom a resident of the grid reaches first: the community's coordinator and the centre's."""
    return tuple(dict.fromkeys((org.coordinator(desk, grid), org.centre_coordinator(desk))))


def call(desk: Desk, talk: HumanTalk, person_id: str, text: str, words: str, *, times: int = 0) -> None:
    """Call a coordinator to a talk. ``words`` may be empty; ``times`` counts the calls after the first."""
    resident = org.person(desk, talk.resident_id)
    post(
        desk,
        Letter(
            to=person_id,
            text=text,
            params={"who": _home(desk, resident.place, resident.grid), "words": words, "since": talk.asked_at},
            key=f"talk:{talk.id}:{person_id}:{times}",
            card=f"talk:{talk.id}",
            buttons=(Button(label="talks.take", press={"open": "take_talk", "with": {"talk": talk.id}}),),
            priority=Priority.PERSONAL,
        ),
    )


def take(desk: Desk, talk_id: str) -> None:
    """Take a talk on; the resident is told who is there.

    Raises ``Refused`` for somebody who is no coordinator, is in another talk, comes second, or too late.
    """
    if not desk.actor.has(*COORDINATORS):
        raise Refused("refused.not_coordinator")
    if active(desk) is not None:
        raise Refused("refused.talk_busy")
    taken = desk.session.execute(
        update(HumanTalk)
        .where(
            HumanTalk.region == desk.region,
            HumanTalk.id == talk_id,
            HumanTalk.coordinator_id.is_(None),
            HumanTalk.ended_at.is_(None),
        )
        .values(coordinator_id=desk.me, taken_at=desk.now)
        .returning(HumanTalk.resident_id)
    ).scalar_one_or_none()
    if taken is None:
        talk = desk.session.get(HumanTalk, (desk.region, talk_id))
        given_up = talk is not None and talk.coordinator_id is None
        raise Refused("refused.talk_given_up" if given_up else "refused.talk_taken")
    timers.cancel(desk, talk_id)
    desk.writes += 1
    post(
        desk,
        Letter(
            to=taken,
            text="talks.taken",
            params={"name": desk.actor.name},
            key=f"talk:{talk_id}:taken",
        ),
    )


def relay(desk: Desk, talk: Talk, text: str, attachments: tuple[str, ...] = ()) -> None:
    """Hand words and photos to the other side: the resident sees the worker's name, the coordinator the estate only."""
    who = _home(desk, desk.actor.place, desk.actor.grid) if talk.as_resident else desk.actor.name
    post(
        desk,
        Letter(
            to=talk.other,
            text="talks.from_resident" if talk.as_resident else "talks.from_worker",
            params={"who": who, "words": text},
            key=f"talk:{talk.id}:{desk.turn}",
            attachments=attachments,
        ),
    )


def end(desk: Desk, talk: Talk) -> None:
    """End a talk and tell the other side."""
    desk.session.execute(
        update(HumanTalk)
        .where(HumanTalk.region == desk.region, HumanTalk.id == talk.id, HumanTalk.ended_at.is_(None))
        .values(ended_at=desk.now)
    )
    desk.writes += 1
    post(desk, Letter(to=talk.other, text="talks.ended_by_other", key=f"talk:{talk.id}:ended"))


def _home(desk: Desk, place_code: str | None, grid: str | None) -> str:
    place = desk.city.places.get(place_code or "")
    if place is not None and place.kind is PlaceKind.BUILDING:
        # The door is nobody's business in a talk.
        place = desk.city.places.get(place.parent or "")
    return place.name if place else desk.city.unit_name(grid) or desk.city.name
