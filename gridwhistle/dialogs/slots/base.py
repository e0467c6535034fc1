"""What is a slot: a named question that reads a reply, and keeps its answer as JSON?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar, cast

from gridwhistle.dialogs.message import Photo, Pin, Text
from gridwhistle.dialogs.nlu.understood import Understood
from gridwhistle.dialogs.opened import Opened
from gridwhistle.services.reference import City
from gridwhistle.services.schema import Json
from gridwhistle.services.sending import Wants

T = TypeVar("T")


class Invalid(ValueError):  # noqa: N818 (reads as what it says of the answer)
    """A stored or given answer that this slot cannot have; the question is asked again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hints:
    """By which words of a sentence an option may be meant."""

    number: str = ""
    building: str = ""
    matter: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One answer to choose; ``label`` is a text key, or a literal text that begins with ``=``."""

    value: Json
    label: str
    hints: Hints | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """A pressed option."""

    value: Json


Reply: TypeAlias = Text | Photo | Pin | Chosen


@dataclass(frozen=True, kw_only=True, slots=True)
class Miss:
    """The reply answers something else or nothing.

    ``text`` is the key of a sentence that says why, in place of the question's own retry; ``options`` turn the miss
    into a question back (“which of these?”), which costs the person no attempt.
    """

    text: str | None = None
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class WantsChange(Miss):
    """The person wants to change one of the answers given before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What a slot may look at to read a reply; the options' labels are literal here, as the person saw them."""

    now: datetime
    city: City
    opened: Opened
    understood: Understood | None = None
    options: tuple[Option, ...] = ()
    current: Json = None
    """The answer so far, where a correction comes."""
    home: str | None = None
    """The place where the person lives, as far as it is known."""
    units: tuple[str, ...] = ()
    """The units that the person works for, or the grid where they live."""
    ticket: str | None = None
    """The ticket that the quoted letter is about."""


class Slot(ABC, Generic[T]):
    """A named question of a flow. The declaration only: answers live in the conversation's state."""

    name: str = ""
    skippable: bool = False
    fleeting: bool = False
    """A yes that is forgotten as soon as anything else is asked or changes."""
    wants: Wants | None = None
    """What a telephone can answer with one press."""
    yields: bool = False
    """Takes any words, therefore lets a confident other intent pass first."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def optional(self) -> Slot[T | None]:
        """The same question, which may be skipped: its answer is ``None`` then."""
        self.skippable = True
        return cast("Slot[T | None]", self)

    @abstractmethod
    def read(self, reply: Reply, context: Context) -> T | Miss:
        """The reply's answer to this question."""

    @abstractmethod
    def load(self, value: Json) -> T:
        """A stored or given answer. Raises ``Invalid``."""

    @abstractmethod
    def dump(self, value: T) -> Json:
        """The answer as JSON."""

    def fill(self, understood: Understood, context: Context) -> T | Miss | None:
        """The answer that a sentence holds though it was not asked for; a ``Miss`` with options where it is unclear."""
        del understood, context
        return None

    def settle(self, context: Context, *, only: bool) -> T | None:
        """The one option that needs no question; ``only`` allows to take the only one there is."""
        del context, only
        return None

    def options(self) -> tuple[Option, ...]:
        """The options of a question that always has the same."""
        return ()

    def exact(self, text: str, context: Context) -> bool:
        """Whether a short text is an answer beyond doubt, before the general words are looked at."""
        return any(text.strip() == option.label for option in context.options)
