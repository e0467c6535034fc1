"""Does a message hold several matters, and which part tells which?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from gridwhistle.dialogs.nlu.understood import PlaceMention, Segment


class Break(StrEnum):
    """What stands before a part, from the surest sign of another matter to the faintest."""

    CONNECTED = "connected"
    """“另外”, “还有”, “第二”, “2.”."""
    LINE = "line"
    SENTENCE = "sentence"
    ALSO = "also"
    """A comma, and then “也”: “路灯不亮，下水道也堵了”; in what was announced as several, “、” too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PartBands:
    """How sure a part must be of its matter to stand alone, by what stands before it."""

    connected: float = 0.35
    line: float = 0.45
    sentence: float = 0.75
    also: float = 0.8

    def of(self, before: Break) -> float:
        """The band of a break."""
        return float(getattr(self, before))


_N = "一二三四五六七八"
_THING = r"(?:个|件|点|条|样)?+(?:事儿?|问题|情况)?+"
_CONNECTED = re.compile(
    r"(?:还有(?!没|人|多|几|[一二两三](?!个事|件事)|个(?!事|问题)|可能|意义|希望|必要|时间|不少|很多)(?:一?个|一件)?(?:事儿?|问题|情况)?"
    r"|另外(?!的?人|一[家户人])|再就是|再有(?!人)|再一个|还想(?:问|说|反映)|顺便(?:再?(?:说|问|反映))?(?:一?下|一句)?|此外"
    rf"|同时(?:还|也)?(?:反映|要?说)|首先|其[次{_N}]|对了(?=[，,\s]|还有|另外)"
    rf"|第[{_N}]{_THING}(?=[，,、:：\s]|是|[^期号小中次天楼栋单门页年季名排路街道批台回家实幼医组层方者时人节把轮句趟遍])"
    rf"|(?<![{_N}十百\d第周星期月])[{_N}](?:(?=是(?!不是))|、(?![{_N}]))"
    r"|(?<![\d.\-:：/])[1-8](?:[、．)）]|[.](?!\d))(?=\s*\D)|^\s*1(?:、|[.．)）](?=\d+号))|[①-⑧]"
    rf"|[(（][1-8{_N}][)）]"
    r"|\b(?:and )?another thing\b(?: is)?|\balso\b|\bbesides\b|\bin addition\b|\bplus\b"
    r"|\b(?:first|second|third)(?:ly)?\b(?=[,:]))[，,、:：\s]*(?:就?是(?!不是))?",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[。；;！!？?]+|(?<=[a-z)])\.(?=\s)")
_LINE = re.compile(r"\s*\n\s*")
_ALSO = re.compile(r"[，,](?=[^，,。；;！!？?\n]{1,16}?也)")
_LISTED = re.compile(r"、|[，,](?=[^，,。；;！!？?\n]{1,16}?也)")
_ANNOUNCED = re.compile(r"^[^:：，,。\n]*?[二两三四五六几\d]\s?[件个样点条](?:事儿?|问题|情况|诉求)\s*[:：，,。\n]")
_UNHEARD = re.compile(
    r"^[^，,。；;！!？?\n]{0,12}(?:不管|没人管|不理|不接|打不通|不来|没用|没下文|不作为|不处理|不解决|不知道|不清楚|没说|没个?(?:信儿?|准话|说法|答复)|还说|都说|踢皮球|推)"
)
"""A part that only tells how nobody took care is no matter of its own, unless it is announced as one."""
_BREAKS = ((Break.CONNECTED, _CONNECTED), (Break.LINE, _LINE), (Break.SENTENCE, _SENTENCE))
_OUTSIDE = re.compile(
    r"小区(?:里|内)?(?:[东西南北正大侧]*门口?|广场|路上|院里)?|[东西南北正大侧]门口?|院[子里]里?|路[上边]"
)
_SHARED = re.compile(r"楼道|楼梯|电梯|单元门|楼门|楼[下顶]")
_EDGES = " \t\r\n，,、。；;:：.！!？?-—·*•"
_SHORTEST = 2
_MOST_PARTS = 12
_MOST = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class _Piece:
    """A part of the text, and what stands before it; before the first what stands behind it."""

    start: int
    end: int
    before: Break


def segments(
    text: str,
    classify: Callable[[str], tuple[str, float] | None],
    locate: Callable[[str], PlaceMention | None],
    bands: PartBands,
) -> tuple[Segment, ...]:
    """The message's matters, if it holds two or more that differ and are sure; otherwise nothing.

    ``classify`` gives a part's matter and its probability, or ``None`` for a part that is no report. A part that tells
    nothing new belongs to the one before it; one that says no place inherits that place, or the message's head's.
    """
    announced = _ANNOUNCED.match(text)
    pieces = _pieces(text, announced.end() if announced else 0)
    if not 1 < len(pieces) <= _MOST_PARTS:
        return ()
    found: list[Segment] = []
    head = locate(announced[0]) if announced else None
    begins: int | None = None
    for piece in pieces:
        said = text[piece.start : piece.end]
        guess = classify(said) if _may_tell(said, piece.before) else None
        matter, sure = guess or ("", 0.0)
        new = sure >= bands.of(piece.before) and all(matter != segment.matter for segment in found)
        # What leads to the first matter is told with it.
        if begins is None or (new and found):
            begins = piece.start if guess else None
        told = text[piece.start if begins is None else begins : piece.end]
        if new:
            found.append(Segment(text=told, matter=matter, confidence=sure, place=locate(told)))
        elif found:
            found[-1] = replace(found[-1], text=told)
        else:
            head = locate(said) or head
    return _with_places(found, head) if 1 < len(found) <= _MOST else ()


def without_lead(part: str) -> str:
    """A part without the words that only say that it is another one (“对了，还有”, “2.”)."""
    bare = part.strip(_EDGES)
    while lead := _CONNECTED.match(bare):
        bare = bare[lead.end() :].strip(_EDGES)
    return bare


def beside(here: PlaceMention | None, last: PlaceMention | None, words: str) -> PlaceMention | None:
    """Where a matter is that is told in ``words`` behind another one at ``last``."""
    if last is None:
        return here
    if here is None:
        outside = _OUTSIDE.search(words) if last.place is not None else None
        if outside is None:
            # "301停水，楼道灯也不亮": the lamp is in the building, not in the flat.
            return replace(last, room=None) if last.place is not None and _SHARED.search(words) else last
        # "幸福小区3号楼停水，另外小区门口路灯不亮": the lamp is not in the building.
        spot = outside[0].removeprefix("小区").removeprefix("里")
        return replace(last, building=None, unit=None, room=None, detail=spot)
    if here.place is None and not here.rivals and here.building:
        # "幸福小区3号楼停水，另外5号楼路灯不亮": the door changes, the estate stays.
        return replace(here, place=last.place, rivals=last.rivals)
    return here


def _may_tell(said: str, before: Break) -> bool:
    return len(said) >= _SHORTEST and (before is Break.CONNECTED or not _UNHEARD.search(said))


def _pieces(text: str, head: int) -> list[_Piece]:
    """The text cut at every break; of breaks beside one another the surest counts.

    ``head`` is the length of what announces several matters, which is none of them.
    """
    breaks = (*_BREAKS, (Break.ALSO, _LISTED if head else _ALSO))
    cuts = [(match.start(), match.end(), kind) for kind, pattern in breaks for match in pattern.finditer(text, head)]
    order = list(Break)
    pieces: list[_Piece] = []
    begin, before = head, Break.ALSO
    for start, end, kind in [*sorted(cuts), (len(text), len(text), Break.ALSO)]:
        if start < begin:
            before = min(before, kind, key=order.index)
            begin = max(begin, end)
            continue
        bare = text[begin:start].strip(_EDGES)
        if bare:
            at = text.index(bare, begin)
            pieces.append(_Piece(start=at, end=at + len(bare), before=before))
            before = kind
        else:
            before = min(before, kind, key=order.index)
        begin = end
    if len(pieces) > 1 and not (head or pieces[0].before is Break.CONNECTED):
        pieces[0] = replace(pieces[0], before=pieces[1].before)
    return pieces


def _with_places(found: list[Segment], head: PlaceMention | None) -> tuple[Segment, ...]:
    last = head
    placed = []
    for segment in found:
        last = beside(segment.place, last, segment.text)
        placed.append(replace(segment, place=last))
    return tuple(placed)
