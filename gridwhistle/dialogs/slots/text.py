"""How are a person's own words taken?"""

from __future__ import annotations

from gridwhistle.dialogs.message import Text
from gridwhistle.dialogs.slots.base import Chosen, Context, Invalid, Miss, Reply, Slot
from gridwhistle.dialogs.words import has_words, is_fixed
from gridwhistle.services.schema import Json

LONGEST = 1000


class FreeText(Slot[str]):
    """Any words up to ``limit`` characters; without ``fixed`` none that only answer (“确认”, “好的”, “2”)."""

    yields = True

    def __init__(self, *, limit: int = LONGEST, fixed: bool = True) -> None:
        self.limit = limit
        self.fixed = fixed

    def read(self, reply: Reply, context: Context) -> str | Miss:
        """The words themselves; an option's value where the flow offered some."""
        match reply:
            case Text(text=text) if has_words(text):
                chosen = next((option for option in context.options if option.label == text.strip()), None)
                if chosen is not None and isinstance(chosen.value, str):
                    return chosen.value
                if not self.fixed and is_fixed(text):
                    return Miss()
                return text.strip() if len(text.strip()) <= self.limit else Miss(text="engine.answer_too_long")
            case Chosen(value=str() as value):
                return value
        return Miss()

    def load(self, value: Json) -> str:
        """A text within the limit."""
        if not isinstance(value, str) or not value or len(value) > self.limit:
            raise Invalid(self.name)
        return value

    def dump(self, value: str) -> Json:
        """The text."""
        return value
