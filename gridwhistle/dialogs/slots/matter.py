"""Which matter of the catalogue do a worker's words mean?"""

from __future__ import annotations

from gridwhistle.dialogs.message import Text
from gridwhistle.dialogs.nlu.understood import Understood, clear_matter
from gridwhistle.dialogs.slots.base import Chosen, Context, Invalid, Miss, Option, Reply, Slot
from gridwhistle.dialogs.slots.choice import pick
from gridwhistle.dialogs.words import plain
from gridwhistle.services.catalogue import MatterSpec
from gridwhistle.services.schema import Json

WORTH_ASKING = 0.1


class MatterSlot(Slot[str]):
    """Taken where the words say it clearly, else one of the best guesses; ``which`` is the text that asks then."""

    def __init__(self, *, which: str) -> None:
        self.which = which

    def read(self, reply: Reply, context: Context) -> str | Miss:
        """A pressed or named guess, or what the words say."""
        match reply:
            case Chosen(value=value):
                return self.load(value)
            case Text(text=text):
                chosen = pick(text, context.options)
                if chosen is not None:
                    return self.load(chosen.value)
                named = [code for code, spec in _current(context).items() if plain(text) == plain(spec.name)]
                if named:
                    return named[0]
                if context.understood is not None:
                    return self.fill(context.understood, context) or Miss()
        return Miss()

    def load(self, value: Json) -> str:
        """A matter's code; whether there still is one is seen when it is used."""
        if not isinstance(value, str) or not value:
            raise Invalid(self.name)
        return value

    def dump(self, value: str) -> Json:
        """The code."""
        return value

    def fill(self, understood: Understood, context: Context) -> str | Miss | None:
        """The clear matter; several likely ones become a question back."""
        matters = _current(context)
        clear = clear_matter(understood.matters)
        if clear in matters:
            return clear
        likely = [one.matter for one in understood.matters if one.confidence >= WORTH_ASKING and one.matter in matters]
        options = tuple(Option(value=code, label=f"={matters[code].name_in(understood.language)}") for code in likely)
        return Miss(text=self.which, options=options) if options else None


def _current(context: Context) -> dict[str, MatterSpec]:
    return {code: spec for code, spec in context.city.matters.items() if not spec.retired}
