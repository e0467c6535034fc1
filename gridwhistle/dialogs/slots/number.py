"""Which number does a person mean: an age, an amount of money?"""

from __future__ import annotations

import re

from gridwhistle.dialogs.message import Text
from gridwhistle.dialogs.nlu.numerals import CHINESE, number
from gridwhistle.dialogs.nlu.understood import Understood
from gridwhistle.dialogs.slots.base import Chosen, Context, Invalid, Miss, Reply, Slot
from gridwhistle.dialogs.slots.choice import pick
from gridwhistle.dialogs.words import plain
from gridwhistle.services.schema import Json

_N = rf"((?<![\d.])\d{{1,6}}|[{CHINESE}几]{{1,6}})"
_FEW = "五"
"""“几十块” is taken for the middle of what it may be."""

_SHORTENED = re.compile(r"(.*([百千万]))([一二三四五六七八九])")
_NEXT = {"百": 10, "千": 100, "万": 1000}


class NumberSlot(Slot[int]):
    """A whole number between ``least`` and ``most``; ``unit`` is the pattern of what stands behind it in a sentence.

    ``none`` matches the words for zero (“不花钱”).
    """

    def __init__(self, unit: str, *, least: int, most: int, none: str = "") -> None:
        self.least = least
        self.most = most
        self._in_sentence = re.compile(rf"{_N}[多来几]?\s?(?:{unit})", re.IGNORECASE)
        self._bare = re.compile(rf"(?:大概|大约|约|差不多|about )?{_N}[多来几]?(?:左右|上下|吧|以内)?")
        self._none = re.compile(none, re.IGNORECASE) if none else None

    def read(self, reply: Reply, context: Context) -> int | Miss:
        """The pressed option, or the number that is typed with or without its unit."""
        match reply:
            case Chosen(value=value):
                return self.load(value)
            case Text(text=text):
                chosen = pick(text, context.options)
                if chosen is not None:
                    return self.load(chosen.value)
                found = self._find(text)
                if found is None and (bare := self._bare.fullmatch(plain(text))):
                    found = _whole(bare[1])
                if found is not None and self.least <= found <= self.most:
                    return found
        return Miss()

    def load(self, value: Json) -> int:
        """A number within the bounds."""
        if isinstance(value, bool) or not isinstance(value, int) or not self.least <= value <= self.most:
            raise Invalid(self.name)
        return value

    def dump(self, value: int) -> Json:
        """The number."""
        return value

    def fill(self, understood: Understood, context: Context) -> int | None:
        """The number that the sentence names with its unit."""
        del context
        found = self._find(understood.text)
        return found if found is not None and self.least <= found <= self.most else None

    def _find(self, text: str) -> int | None:
        said = plain(text)
        if self._none is not None and self._none.search(said):
            return 0
        found = self._in_sentence.search(said)
        return _whole(found[1]) if found else None


def _whole(text: str) -> int | None:
    plainly = text.replace("几", _FEW)
    found = _SHORTENED.fullmatch(plainly)
    if found is None:
        return number(plainly)
    # “一百五” is 150; 105 would be “一百零五”.
    whole, rest = number(found[1]), number(found[3])
    return None if whole is None or rest is None else whole + rest * _NEXT[found[2]]
