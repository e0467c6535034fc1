"""Who acts now, when, and over which store? Every service function takes this first.

A ``Desk`` lives for one transaction: a turn of a conversation or one timer's handler.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from gridwhistle.services.files import Files
from gridwhistle.services.reference import City
from gridwhistle.services.schema import Role

WORKER_ROLES = frozenset(
    {Role.GRID_WORKER_FULL, Role.GRID_WORKER_PART, Role.GRID_WORKER_PROFESSIONAL, Role.PROPERTY_WORKER}
)
LEADER_ROLES = frozenset({Role.PARTY_GROUP_LEADER, Role.COMMUNITY_COORDINATOR, Role.CENTRE_COORDINATOR})


class Refused(Exception):  # noqa: N818 (no error: an answer for a person)
    """An act that is not possible or not allowed; the text key and values tell the person why.

    It is raised, not returned, because it must undo: the turn that meets it writes nothing but the refusal.
    """

    def __init__(self, text: str, **params: object) -> None:
        super().__init__(text)
        self.text = text
        self.params = params


@dataclass(frozen=True, slots=True)
class Phrase:
    """A value of a text that is a text key itself, rendered in the reader's language."""

    key: str


class Wording(Protocol):
    """Renders text keys; ``dialogs.texts`` implements it above this layer.

    Values may be texts, numbers, dates and aware times, enum members, ``Phrase``, and anything with a
    ``name_in(language)`` (a catalogue matter).
    """

    def text(self, key: str, language: str, params: Mapping[str, object]) -> str:
        """The text of ``key``. Raises ``KeyError`` for a key that no language has."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """The person who acts, with the roles held and the units they are held for; the system has no id."""

    person_id: str | None
    name: str
    language: str
    grid: str | None = None
    place: str | None = None
    roles: frozenset[tuple[Role, str]] = frozenset()

    def has(self, *roles: Role) -> bool:
        """Whether one of these roles is held, for whichever unit."""
        return any(role in roles for role, _ in self.roles)

    def units(self, *roles: Role) -> tuple[str, ...]:
        """The units for which one of these roles is held, sorted."""
        return tuple(sorted({unit for role, unit in self.roles if role in roles}))

    @property
    def is_staff(self) -> bool:
        """Whether this person works for the grid, a department or the city."""
        return any(role not in (Role.RESIDENT, Role.PARTY_MEMBER) for role, _ in self.roles)


SYSTEM = Actor(person_id=None, name="系统", language="zh")


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where a chat is: the channel and its own name for the chat."""

    channel: str
    address: str


@dataclass(kw_only=True)
class Desk:
    """One transaction's hands: session, time, city, wording, the person who acts."""

    session: Session
    region: str
    now: datetime
    city: City
    wording: Wording
    actor: Actor
    files: Files
    here: Address | None = None
    """The chat that woke this turn: what it causes there is a reply."""
    turn: str = ""
    """A key of this turn, for the natural keys of its replies."""
    writes: int = 0
    """How many facts, letters and timers this turn has written; a run that stops at a question must have none."""
    letters: int = 0
    addressees: dict[str, tuple[Address | None, str]] = field(default_factory=dict)
    """Person id → chat and language, read once a turn."""

    def as_system(self) -> Desk:
        """The same transaction in the system's name."""
        return Desk(
            session=self.session,
            region=self.region,
            now=self.now,
            city=self.city,
            wording=self.wording,
            actor=SYSTEM,
            files=self.files,
            turn=self.turn,
        )

    @property
    def me(self) -> str:
        """The acting person's id. Raises ``LookupError`` for the system, which is nobody."""
        if self.actor.person_id is None:
            raise LookupError("the system has no person id")
        return self.actor.person_id
