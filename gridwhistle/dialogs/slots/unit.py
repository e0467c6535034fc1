"""Which department or grid does a worker mean?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gridwhistle.dialogs.message import Text
from gridwhistle.dialogs.nlu.understood import Understood
from gridwhistle.dialogs.slots.base import Chosen, Context, Miss, Option, Reply
from gridwhistle.dialogs.slots.choice import Choice, pick
from gridwhistle.dialogs.words import plain
from gridwhistle.services.reference import City, UnitInfo
from gridwhistle.services.schema import UnitKind

UNSURE = "unsure"
MOST = 6
_SHORTEST = 2
_SPEAKING_NAME = re.compile(r"(?:局|公司|队|所|中心|办|部|会|残联|妇联|网格|委|交警|城管|工商)$")
_CALLED = re.compile(r"(?:叫|让|请|得|要|找|吹|给|是|需要|该|和|跟|、|由)$")
_OWNED = re.compile(r"(?:归|属于?|转给?|该由?|由|给)$")
_DENIED = re.compile(r"(?:不|别|没|甭)(?:归|属于?|转给?|该由?|由|给|叫|让|请|要|找|是|用|需要)?$")
_AFTER = re.compile(r"^(?:来|的?人|到场|去|管|处理|报到|执法|出面|吧|$|[，。,.!！])")


class UnitSlot(Choice):
    """A unit of the given kinds: a button, its name, or one of its aliases; ``UNSURE`` where the flow offers that.

    ``owner``: of a sentence only the unit is taken that it says the matter belongs to (“归住建，不归城管”).
    """

    def __init__(self, *kinds: UnitKind, owner: bool = False) -> None:
        super().__init__()
        self.kinds = kinds
        self.owner = owner
        self._called: tuple[City | None, tuple[tuple[str, UnitInfo], ...]] = (None, ())

    def read(self, reply: Reply, context: Context) -> str | Miss:
        """The pressed option or the unit that the words name; several that fit become a question back."""
        match reply:
            case Chosen(value=str() as value):
                return value
            case Text(text=text):
                chosen = pick(text, context.options)
                if chosen is not None:
                    return str(chosen.value)
                found = self._found(text, context.city, surely=False)
                if len(found) == 1:
                    return found[0].code
                return _which(found) if found else Miss()
        return Miss()

    def fill(self, understood: Understood, context: Context) -> str | None:
        """The one unit that the sentence calls, not one whose alias only stands in another word (消防通道)."""
        found = self._found(understood.text, context.city, surely=True)
        return found[0].code if len(found) == 1 else None

    def _found(self, text: str, city: City, *, surely: bool) -> list[UnitInfo]:
        """The units that the words name, each where no longer name covers the same words."""
        said = plain(text)
        matches = [
            (len(name), unit)
            for name, unit in self._names(city)
            if name in said and (not surely or self._is_meant(name, said))
        ]
        longest = max((length for length, _ in matches), default=0)
        several = {unit.code: unit for length, unit in matches if length == longest}
        others = {unit.code: unit for _, unit in matches}
        # Two that a sentence calls: which one is asked.
        return list((others if surely else several).values())

    def _names(self, city: City) -> tuple[tuple[str, UnitInfo], ...]:
        """What the units are called, put together once for as long as the city's data stay the same."""
        known, names = self._called
        if known is not city:
            units = [unit for unit in city.units.values() if unit.kind in self.kinds]
            names = tuple((name, unit) for unit in units for name in _called(unit))
            self._called = (city, names)
        return names

    def _is_meant(self, name: str, said: str) -> bool:
        before, _, after = said.partition(name)
        if _DENIED.search(before):
            return False
        if self.owner:
            return _OWNED.search(before) is not None
        return any((_SPEAKING_NAME.search(name), _CALLED.search(before), _AFTER.search(after)))


def unit_options(city: City, codes: Iterable[str], *, unsure: str | None = None) -> tuple[Option, ...]:
    """Units as options, at most six and each once; ``unsure`` is the label of a way out."""
    known = [code for code in dict.fromkeys(codes) if code in city.units][:MOST]
    options = [Option(value=code, label=f"={city.unit_name(code)}") for code in known]
    return (*options, *([Option(value=UNSURE, label=unsure)] if unsure else []))


def _called(unit: UnitInfo) -> tuple[str, ...]:
    return tuple(plain(name) for name in (unit.name, *unit.aliases) if len(name) >= _SHORTEST)


def _which(found: list[UnitInfo]) -> Miss:
    return Miss(
        text="unit.which", options=tuple(Option(value=unit.code, label=f"={unit.name}") for unit in found[:MOST])
    )
