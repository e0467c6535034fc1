"""How much of an address is heard: the place, the building, the unit, the room?

Measured on addresses of other cities, whose names no gazetteer knows: what counts is the door, and that there is a
place at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gridwhistle.dialogs.nlu.evaluation import FileError
from gridwhistle.dialogs.nlu.features import normalise
from gridwhistle.dialogs.nlu.numerals import CHINESE, number
from gridwhistle.dialogs.nlu.places import Gazetteer
from gridwhistle.dialogs.nlu.understood import PlaceMention

PARTS = ("houseno", "cellno", "roomno")
PLACES = frozenset({"poi", "subpoi", "road", "village", "community"})
_VALUE = re.compile(rf"[a-z]?\d+(?:-\d+)*[a-z]?|[a-z]|[{CHINESE}]+")
_PLATE = re.compile(rf"(?:\d+|[{CHINESE}]+)号")


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A labelled address; ``parts`` are the values of its labels, ``names`` the words that name a place."""

    text: str
    parts: Mapping[str, str]
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How often a part was heard rightly, heard where it is not, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """The share of what was heard that is right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        """The share of what stands there that was heard."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / both if both else 0.0


def read_addresses(path: Path) -> tuple[Address, ...]:
    """The addresses of a file of JSON lines with ``text`` and ``spans``. Raises ``FileError``, ``OSError``."""
    found = []
    for row_number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            spans = [(str(label), str(words)) for label, words in row["spans"]]
            text = str(row["text"])
        except (ValueError, KeyError, TypeError) as error:
            raise FileError(f"{path}:{row_number}: no JSON object with a text and spans") from error
        # The first span of a label: a second one mostly says the same again.
        parts = {label: value_of(words) for label, words in reversed(spans) if label in PARTS and value_of(words)}
        names = tuple(words for label, words in spans if label in PLACES)
        found.append(Address(text=text, parts=parts, names=names))
    if not found:
        raise FileError(f"{path}: no addresses")
    return tuple(found)


def judge_addresses(gazetteer: Gazetteer, addresses: Iterable[Address]) -> dict[str, Counts]:
    """What was heard of each part of the door; ``place`` counts the addresses of which a name was heard."""
    counts = {part: Counts() for part in (*PARTS, "place")}
    for address in addresses:
        mention = gazetteer.mention(address.text)
        heard = door_of(mention)
        for part in PARTS:
            counts[part] = _counted(counts[part], heard.get(part), address.parts.get(part))
        if address.names:
            words = mention.text if mention else ""
            named = next((name for name in address.names if name in words), None)
            guess = named or (words or None)
            counts["place"] = _counted(counts["place"], guess, named or address.names[0])
    return counts


def door_of(mention: PlaceMention | None) -> dict[str, str]:
    """The values of a mention's building (or its house's number), unit and room."""
    if mention is None:
        return {}
    plate = _PLATE.search(mention.detail)
    building = mention.building or (plate and value_of(plate[0])) or None
    heard = {"houseno": building, "cellno": mention.unit, "roomno": mention.room}
    return {part: value for part, value in heard.items() if value}


def value_of(words: str) -> str:
    """The bare value of a part: "3" for "3号楼", "三号楼" and "第3栋"; empty for words without one."""
    match = _VALUE.search(normalise(words))
    if match is None:
        return ""
    value = number(match[0])
    return match[0].upper() if value is None else str(value)


def _counted(counts: Counts, heard: str | None, true: str | None) -> Counts:
    right = heard is not None and heard == true
    return Counts(
        right=counts.right + right,
        wrong=counts.wrong + (heard is not None and not right),
        missed=counts.missed + (true is not None and not right),
    )
