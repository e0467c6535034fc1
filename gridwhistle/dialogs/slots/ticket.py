"""Which of a person's tickets does a sentence mean?"""

from __future__ import annotations

import re
from itertools import pairwise

from gridwhistle.dialogs.message import Text
from gridwhistle.dialogs.nlu.understood import EntityKind, Understood
from gridwhistle.dialogs.slots.base import Chosen, Context, Hints, Invalid, Miss, Option, Reply, Slot
from gridwhistle.dialogs.slots.choice import pick
from gridwhistle.dialogs.words import plain
from gridwhistle.services.schema import Json

_NUMBER = re.compile(r"(?:(\d{6})-)?(?<!\d)(\d{3})(?!\d)")
_BUILDING = re.compile(r"([0-9a-z]+)\s?(?:号楼|栋|座|号那)")
_DOOR = re.compile(r"[0-9a-z一二三四五六七八九十]\s?(?:号楼|号那|栋|座)")
_NOT_CHINESE = re.compile(r"[^\u3400-\u9fff]")
_MATTER_SURE = 0.5


class TicketSlot(Slot[str]):
    """A ticket's id, among options that carry ``Hints``.

    Its number (also 007 or 261123-007), the letter that was quoted, the building or the matter may settle it unasked
    where exactly one candidate fits; the services judge the right to act on it.
    """

    def read(self, reply: Reply, context: Context) -> str | Miss:
        """The candidate that was pressed, numbered, named or hinted at."""
        match reply:
            case Chosen(value=str() as value):
                return value
            case Text(text=text):
                fitting = _fitting(text, context.understood, context.ticket, context.options)
                if len(fitting) == 1:
                    return str(fitting[0].value)
                found = pick(text, context.options) or _by_words(text, context.options)
                if found is not None:
                    return str(found.value)
        return Miss()

    def load(self, value: Json) -> str:
        """A ticket's id."""
        if not isinstance(value, str) or not value:
            raise Invalid(self.name)
        return value

    def dump(self, value: str) -> Json:
        """The id."""
        return value

    def fill(self, understood: Understood, context: Context) -> str | None:
        """The one candidate that fits a later sentence."""
        fitting = _fitting(understood.text, understood, context.ticket, context.options)
        return str(fitting[0].value) if len(fitting) == 1 else None

    def settle(self, context: Context, *, only: bool) -> str | None:
        """The one candidate that fits the opening sentence, or the only one at all where the flow allows it."""
        opened = context.opened
        fitting = _fitting(opened.text, opened.understood, opened.ticket, context.options)
        if len(fitting) == 1:
            return str(fitting[0].value)
        if only and len(context.options) == 1:
            return str(context.options[0].value)
        # Not where a sign fits several: “3号楼那个” with two at building 3 is to be asked.
        named = None if fitting else _by_words(opened.text, context.options)
        return str(named.value) if named else None


def _fitting(text: str, understood: Understood | None, quoted: str | None, options: tuple[Option, ...]) -> list[Option]:
    """The candidates that the strongest sign in the sentence points at."""
    named = [option for option in options if quoted is not None and option.value == quoted]
    if named:
        return named
    said = plain(text)
    if not said:
        return []
    entity = understood.first(EntityKind.TICKET) if understood else None
    numbers = [entity.value] if entity else []
    numbers += [f"{day}-{number}" if day else number for day, number in _NUMBER.findall(said)]
    by_number = [option for option in options if any(_ends_with(_hints(option).number, short) for short in numbers)]
    if by_number:
        return by_number
    building = understood.place.building if understood and understood.place else None
    if building is None and (found := _BUILDING.search(said)):
        building = found[1]
    matter = (
        next((guess.matter for guess in understood.matters if guess.confidence >= _MATTER_SURE), None)
        if (understood)
        else None
    )
    left = list(options)
    narrowed = False
    for sign, of in ((building, "building"), (matter, "matter")):
        fits = [option for option in left if sign and getattr(_hints(option), of).casefold() == sign.casefold()]
        if fits:
            left, narrowed = fits, True
    return left if narrowed else []


def _by_words(text: str, options: tuple[Option, ...]) -> Option | None:
    """The one candidate whose label shares words with the sentence that no other label has (“下水道那个”)."""
    said = plain(text)
    # A door or number that fitted no candidate means another ticket, whatever the words.
    if len(options) == 1 or _DOOR.search(said) or _NUMBER.search(said):
        return None
    pairs = [set(map("".join, pairwise(_NOT_CHINESE.sub(" ", option.label)))) for option in options]
    fitting = []
    for option, own in zip(options, pairs, strict=True):
        others = set().union(*(other for other in pairs if other is not own))
        if any(pair in said for pair in own - others if " " not in pair):
            fitting.append(option)
    return fitting[0] if len(fitting) == 1 else None


def _hints(option: Option) -> Hints:
    return option.hints or Hints()


def _ends_with(number: str, short: str) -> bool:
    return bool(number) and (number == short or number.endswith(f"-{short}"))
