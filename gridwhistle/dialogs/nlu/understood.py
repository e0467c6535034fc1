"""What does a message mean, as far as understanding can propose it?

Values only. An engine (embedded, Rasa, a large model) fills them; ``dialogs.engine`` decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

OUT_OF_SCOPE = "out_of_scope"
REPORT = "report"
POLICY_QUESTION = "policy_question"


class EntityKind(StrEnum):
    """Kinds of facts that are recognised inside a message."""

    PLACE = "place"
    TIME = "time"
    DURATION = "duration"
    PHONE = "phone"
    IDENTITY = "identity"
    PERSON_KIND = "person_kind"
    URGENCY = "urgency"
    TICKET = "ticket"


class Emergency(StrEnum):
    """Dangers that are answered at once, before anything else is understood."""

    FIRE = "fire"
    GAS = "gas"
    INJURY = "injury"
    VIOLENCE = "violence"
    SUICIDE = "suicide"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entity:
    """One recognised fact.

    ``value`` is the normalised form: an ISO date for a time, whole hours for a duration ("72"),
    digits for a phone, the code of the person kind or sign (``elder_alone``, ``urgent``), the ticket number.
    """

    kind: EntityKind
    text: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceMention:
    """Where something is, as the message says it.

    ``place`` is the code of the organisation's own place (estate, road, landmark, hamlet, community) that the
    words match, ``None`` where they match none; ``rivals`` are the codes that match about as well (the person is
    then asked, never guessed for). ``building``, ``unit``, ``room`` are bare ("3", "2", "501"), normalised to
    Arabic digits. ``detail`` is what is left of the place's words ("门口", "后院").
    """

    text: str
    place: str | None = None
    rivals: tuple[str, ...] = ()
    building: str | None = None
    unit: str | None = None
    room: str | None = None
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MatterGuess:
    """A catalogue matter's code with the engine's probability for it."""

    matter: str
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Bands:
    """From which confidence of an intent on may be acted (``sure``, ``opens``) or should be asked (``ask``).

    Below, nothing is understood. ``opens`` holds for a matter that is told while no dialog is open: its card is
    confirmed before anything happens, and there is nothing that it could interrupt. Chosen from the curves in
    docs/understanding.md: of the real matters 97 in a hundred lie above ``opens``, of what is about nothing 3 in a
    hundred; of held-out intents above ``sure`` nine in ten are right. Which matter a sure report is about may still be
    asked (``clear_matter``).
    """

    sure: float = 0.7
    opens: float = 0.4
    ask: float = 0.3


PROBABLE = 0.6
FLOOR = 0.3
AHEAD = 3.0


def clear_matter(matters: Sequence[MatterGuess]) -> str | None:
    """The matter that may be put to the resident for confirmation without asking which: probable, or far ahead.

    A probability spread thinly over a hundred other matters is no doubt between two of them.
    """
    if not matters:
        return None
    best, second = matters[0], matters[1].confidence if len(matters) > 1 else 0.0
    far_ahead = best.confidence >= FLOOR and best.confidence >= AHEAD * second
    return best.matter if best.confidence >= PROBABLE or far_ahead else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """One matter of a message that holds several."""

    text: str
    matter: str
    confidence: float
    place: PlaceMention | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """The proposal for one message.

    ``intent`` is the bare intent (``report``, ``policy_question``, ``progress`` …) with its probability (that of
    all its matters together for ``report`` and ``policy_question``); ``matters`` are the best guesses, best first
    (at most three), also where another intent won; ``kind_confidence`` is the probability of the first one's kind of
    work (its category), with all its matters, where the engine knows it; ``segments`` holds two or more entries only where the message
    confidently holds several different matters.
    """

    text: str
    language: str
    intent: str
    confidence: float
    matters: tuple[MatterGuess, ...] = ()
    kind_confidence: float | None = None
    place: PlaceMention | None = None
    entities: tuple[Entity, ...] = ()
    emergency: Emergency | None = None
    segments: tuple[Segment, ...] = ()

    def first(self, kind: EntityKind) -> Entity | None:
        """The first entity of this kind, or ``None``."""
        return next((entity for entity in self.entities if entity.kind is kind), None)


class Understanding(Protocol):
    """An engine of understanding: quick, without the store."""

    @property
    def silent(self) -> tuple[str, ...]:
        """Names of servers that should be asked and do not answer; the engine goes on without them."""
        ...

    def understand(self, text: str) -> Understood:
        """Propose what ``text`` means. Never raises for any text."""
        ...
