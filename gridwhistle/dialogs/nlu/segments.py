"""Does a message hold several matters, and which part tells which?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from gridwhistle.dialogs.nlu.understood import PlaceMention, Segment

# Words that open another matter.
_CONNECTIVE = re.compile(
    r"[，,。；;！!？?、\s]*(?:还有(?!没|人|多|几|[一二两三]|可能|意义|希望|必要|时间)(?:一个|个|一件)?(?:事儿?|问题|情况)?|另外|再就是|再有|再一个|还想(?:问|说|反映)|顺便"
    r"|此外|同时反映|其次|第[二三四](?:个|件|点)?(?:事儿?|问题)?|[二三四][是、]|[234][、.．)）]|\band another thing\b|\banother thing\b|\balso\b|\bbesides\b|\bin addition\b"
    r"|\bplus\b|\bsecondly\b)[，,、:：\s]*"
)
_STOP = re.compile(r"[。；;！!？?\n]+")
_SHORTEST = 4
_MOST = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class PartBands:
    """How sure a part must be of its matter to stand alone: after a connective, and after a mere full stop."""

    connected: float = 0.35
    sentence: float = 0.6


def segments(
    text: str,
    classify: Callable[[str], tuple[str, float] | None],
    locate: Callable[[str], PlaceMention | None],
    bands: PartBands,
) -> tuple[Segment, ...]:
    """The message's matters, if it holds two or more that differ and are sure; otherwise nothing.

    ``classify`` gives a part's matter and its probability, or ``None`` for a part that is no report. A part that says
    no place inherits the one before it.
    """
    for pattern, enough in ((_CONNECTIVE, bands.connected), (_STOP, bands.sentence)):
        parts = [part for part in (piece.strip(" ，,。") for piece in pattern.split(text)) if len(part) >= _SHORTEST]
        if not 1 < len(parts) <= _MOST:
            continue
        found: list[Segment] = []
        for part in parts:
            guess = classify(part)
            if guess is None or guess[1] < enough:
                continue
            found.append(Segment(text=part, matter=guess[0], confidence=guess[1], place=locate(part)))
        if len({segment.matter for segment in found}) == len(found) > 1:
            return _with_places(found)
    return ()


def _with_places(found: list[Segment]) -> tuple[Segment, ...]:
    last: PlaceMention | None = None
    placed = []
    for segment in found:
        here = segment.place
        if here is None:
            here = last
        elif last is not None and here.place is None and not here.rivals and here.building:
            # "幸福小区3号楼停水，另外5号楼路灯不亮": the door changes, the estate stays.
            here = replace(here, place=last.place, rivals=last.rivals)
        placed.append(replace(segment, place=here))
        last = here
    return tuple(placed)
