"""How is one of several options chosen: by press, number, label or part of a label?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gridwhistle.dialogs.message import Text
from gridwhistle.dialogs.nlu.understood import EntityKind, Understood, clear_matter
from gridwhistle.dialogs.slots.base import Chosen, Context, Invalid, Miss, Option, Reply, Slot
from gridwhistle.dialogs.words import ordinal, plain
from gridwhistle.services.schema import Json

SHORTEST_PART = 2
_AROUND = re.compile(r"^(?:那|就|我)*(?:选|要|点)?(?:择)?|(?:的|那个|这个|吧|了|啊)+$")


def pick(text: str, options: tuple[Option, ...]) -> Option | None:
    """The one option that a typed text means, or ``None`` where it means none or several."""
    said = plain(text)
    if not said:
        return None
    labels = [(plain(option.label), option) for option in options]
    for whole, option in labels:
        if said == whole:
            return option
    number = ordinal(said)
    if number is not None:
        return options[number - 1] if 1 <= number <= len(options) else None
    if len(said) >= SHORTEST_PART:
        within = [option for label, option in labels if said in label]
        if within:
            return within[0] if len(within) == 1 else None
    # “我选满意吧” is a choice, “不太满意” is none: only such words around a label count for nothing.
    bare = _AROUND.sub("", said)
    return next((option for label, option in labels if label == bare), None)


class Choice(Slot[str]):
    """One of the options that are declared here or given when it is asked.

    ``entity`` names the kind of entity whose value answers the question unasked; ``"matter"`` takes the matter.
    """

    def __init__(self, *among: Option, entity: EntityKind | str | None = None) -> None:
        self.among = among
        self.entity = entity

    def options(self) -> tuple[Option, ...]:
        """The declared options."""
        return self.among

    def read(self, reply: Reply, context: Context) -> str | Miss:
        """A pressed option, or the one that the typed text means."""
        match reply:
            case Chosen(value=str() as value):
                return value
            case Text(text=text):
                found = pick(text, context.options)
                if found is not None:
                    return str(found.value)
                if context.understood is not None:
                    filled = self.fill(context.understood, context)
                    if filled is not None:
                        return filled
        return Miss()

    def load(self, value: Json) -> str:
        """One of the declared options; any text where they are given only when it is asked."""
        if not isinstance(value, str) or (self.among and value not in values(self.among)):
            raise Invalid(self.name)
        return value

    def dump(self, value: str) -> Json:
        """The value."""
        return value

    def fill(self, understood: Understood, context: Context) -> str | None:
        """The value of the sentence's entity, where it is one of the options."""
        found = self._named(understood)
        known = context.options or self.among
        return found if found is not None and (not known or found in values(known)) else None

    def settle(self, context: Context, *, only: bool) -> str | None:
        """The only option, where the flow allows it."""
        return str(context.options[0].value) if only and len(context.options) == 1 else None

    def _named(self, understood: Understood) -> str | None:
        if self.entity == "matter":
            return clear_matter(understood.matters)
        entity = understood.first(EntityKind(self.entity)) if self.entity else None
        return entity.value if entity else None


def values(options: Iterable[Option]) -> frozenset[Json]:
    """The scalar values of options."""
    return frozenset(option.value for option in options if isinstance(option.value, str | bool | int))
