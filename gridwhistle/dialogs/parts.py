"""Which matters wait behind the one that is being reported, and what is known of each?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gridwhistle.dialogs.flow import Flow
from gridwhistle.dialogs.nlu.segments import beside, without_lead
from gridwhistle.dialogs.nlu.understood import REPORT, Emergency, PlaceMention, Understood, clear_matter
from gridwhistle.dialogs.opened import dump_place, load_place
from gridwhistle.dialogs.slots import FreeText, PlaceSlot
from gridwhistle.dialogs.state import Frame
from gridwhistle.services.schema import Json, JsonObject

DANGERS = {
    "fire_emergency": Emergency.FIRE,
    "injury_emergency": Emergency.INJURY,
    "violence_emergency": Emergency.VIOLENCE,
    "life_crisis": Emergency.SUICIDE,
}
"""Matters of present danger: they open the emergency dialog, never a card to be confirmed, and never wait."""
REST = "rest"
"""The given fact that holds what waits."""
MATTER, PLACE = "matter", "place"
"""The slots of a report that a further matter is compared with."""
MOST = 8

_BESIDES = re.compile(
    r"还有(?!没|人|多)|另外|此外|顺便|再就是|再有|同时|也|\b(?:also|another|besides|too|as well)\b", re.IGNORECASE
)
_CORRECTS = re.compile(
    r"\W*(?:不对|不是|错了|[说写打弄搞]错|其实|应该是|我(?:说|指)的是|no\b|not\b|i mean)", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One matter of several."""

    words: str
    matter: str
    place: PlaceMention | None

    def dump(self) -> JsonObject:
        """As JSON."""
        return {"words": self.words, "matter": self.matter, "place": dump_place(self.place) if self.place else None}

    @classmethod
    def load(cls, row: JsonObject) -> Part:
        """From JSON. Raises ``ValueError`` for a place that is none."""
        place = row.get("place")
        return cls(
            words=str(row.get("words")), matter=str(row.get("matter")), place=load_place(place) if place else None
        )


def of_message(understood: Understood | None) -> list[Part]:
    """The matters that a message holds, if it holds several."""
    segments = understood.segments if understood else ()
    return [Part(words=one.text, matter=one.matter, place=one.place) for one in segments]


def lines(parts: Iterable[Part]) -> list[str]:
    """The matters' words, numbered."""
    return [f"{number}. {part.words}" for number, part in enumerate(parts, start=1)]


def waiting(given: Mapping[str, Json]) -> list[Part]:
    """What waits behind a dialog with these given facts."""
    rest = given.get(REST)
    return [Part.load(row) for row in rest if isinstance(row, dict)] if isinstance(rest, list) else []


def told_besides(flow: Flow, frame: Frame, understood: Understood | None, intent: str | None) -> list[Part]:
    """The other matters that a sentence in the middle of a report tells; nothing for the same one told again.

    ``intent`` is the sure one. A place that the sentence leaves out is that of the matter in hand.
    """
    matter = frame.answers.get(MATTER)
    slot = flow.slots.get(frame.asked or "")
    if not flow.queues or understood is None or intent != REPORT or matter is None or isinstance(slot, FreeText):
        return []
    found = of_message(understood)
    if not found:
        clear = clear_matter(understood.matters)
        if clear is None or _CORRECTS.match(understood.text):
            return []
        answers = isinstance(slot, PlaceSlot) and understood.place is not None
        near = any(guess.matter == matter for guess in understood.matters)
        if (answers or near) and not _BESIDES.search(understood.text):
            return []
        found = [Part(words=without_lead(understood.text), matter=clear, place=understood.place)]
    known = frame.answers.get(PLACE)
    here = load_place(known) if isinstance(known, dict) else None
    besides = []
    for part in found:
        here = beside(part.place, here, part.words)
        if part.matter != matter:
            besides.append(replace(part, place=here))
    return besides


def wait(frame: Frame, further: list[Part]) -> bool:
    """Let further matters wait behind the dialog; ``False`` where too many wait already."""
    parts = [*waiting(frame.given), *further]
    if len(parts) > MOST:
        return False
    frame.given[REST] = [part.dump() for part in parts]
    return True
