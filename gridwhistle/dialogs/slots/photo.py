"""How are photos collected?"""

from __future__ import annotations

from gridwhistle.dialogs.message import Photo
from gridwhistle.dialogs.nlu.understood import Understood
from gridwhistle.dialogs.slots.base import Chosen, Context, Invalid, Miss, Reply, Slot
from gridwhistle.services.schema import Json

MOST = 6


class PhotoSlot(Slot[tuple[str, ...]]):
    """Up to ``most`` photos, as attachment ids.

    An album arrives as several updates: the first answers the question, the engine adds those that follow.
    """

    def __init__(self, *, most: int = MOST) -> None:
        self.most = most

    def read(self, reply: Reply, context: Context) -> tuple[str, ...] | Miss:
        """The photos so far and those of this reply."""
        match reply:
            case Photo(attachments=fresh) if fresh:
                return (*self._current(context), *fresh)[: self.most]
            case Chosen(value=list() as value):
                return self.load(value)
        return Miss()

    def load(self, value: Json) -> tuple[str, ...]:
        """A list of attachment ids."""
        if not isinstance(value, list | tuple) or not value or not all(isinstance(one, str) for one in value):
            raise Invalid(self.name)
        return tuple(str(one) for one in value)[: self.most]

    def dump(self, value: tuple[str, ...]) -> Json:
        """The ids."""
        return list(value)

    def fill(self, understood: Understood, context: Context) -> tuple[str, ...] | None:
        """The photos that came with the sentence or shortly before it."""
        del understood
        return context.opened.photos[: self.most] or None

    def _current(self, context: Context) -> tuple[str, ...]:
        return self.load(context.current) if context.current else ()
