"""Which building, unit and room does a message name, and which spot near them?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gridwhistle.dialogs.nlu.numerals import CHINESE, number

_NUMBER = rf"(?:\d{{1,3}}|[{CHINESE}]{{1,3}})"
_FREE = r"(?<![\d月a-z.:/-])"  # "3月5号楼上漏水" names a day, "A3-2" is one name

_UNIT_NAME = r"(?:单元|门洞|梯(?!子|田|队|级))"
_BUILDING = re.compile(
    rf"{_FREE}第?(?P<number>[a-z]\d{{0,2}}|\d{{1,3}}[a-z]?|[{CHINESE}]{{1,3}})\s?"
    r"(?:号{1,2}楼|号栋|#楼|#|(?:栋|幢)(?!楼|房|别墅|居民|高层))"
    rf"|{_FREE}(?P<letter>[a-z]\d{{0,2}}|\d{{1,2}}(?=座\s?(?:\d{{3,4}}|[a-z\d{CHINESE}]{{1,2}}{_UNIT_NAME})))\s?座"
    # "向阳路45号2单元": the number of a house on a road is no building of an estate.
    rf"|(?<![路街道巷弄]){_FREE}(?P<before_unit>{_NUMBER})\s?(?:号|楼|座)\s?(?={_NUMBER}\s?(?:{_UNIT_NAME}|门\s?\d{{3,4}}))"
    rf"|(?<![路街道巷弄]){_FREE}(?P<before_room>\d{{1,2}})号(?=\d{{3,4}}(?:室|房|户|$|[,，。\s]))"
    r"|\b(?:building|bldg\.?|block)\s?(?:no\.?\s?|number\s?|#)?(?P<english>\d{1,3}[a-z]?|[b-z])\b"
    r"|\b(?:no\.?\s?|#)(?P<english_before>\d{1,3}) (?:building|block)\b"
)
# A count of houses ("两栋", "有3栋") is no house number.
_COUNTED = frozenset("两俩仨")
_UNIT = re.compile(
    rf"{_FREE}第?(?P<number>{_NUMBER})\s?(?:{_UNIT_NAME}|门(?=\s?\d{{3,4}}))"
    rf"|(?<![a-z])(?P<letter>[a-z])\s?单元"
    rf"|\b(?:unit|entrance)\s?(?:no\.?\s?|#)?(?P<english>\d{{1,2}})\b"
)
_ROOM = re.compile(
    rf"(?<![\d-])(?P<number>\d{{3,5}}|[{CHINESE}]{{3,4}})\s?(?:室|号房|房间|户)"
    r"|\b(?:room|rm\.?|apt\.?|apartment|flat)\s?(?:no\.?\s?|#)?(?P<english>\d{2,4})\b"
)
# A bare number is a room only right behind its unit or building, and where nothing counts or measures with it.
_BARE_ROOM = re.compile(
    rf"[\s,，-]?(?:(?:\d{{1,2}}|[{CHINESE}]{{1,2}})[楼层])?\s?(?P<number>\d{{3,5}}|[{CHINESE}]{{3,4}}|(?<=单元)\d{{2}}(?=$|[,，。\s]))"
    r"(?:室|号(?!楼))?(?![\d元块年路度米平多个人天次余#号]|\s?(?:单元|多))"
)
_TRIPLE = re.compile(
    rf"{_FREE}(?P<building>[a-z]?\d{{1,3}}|[a-z])(?:号楼|栋|#楼?)?[-—–/一](?P<unit>\d{{1,2}})(?:单元)?[-—–/一]"
    r"(?P<room>\d{3,5})(?![\d-])"
)
# Two numbers are read as a door only right behind a name; elsewhere they may be a score, a date or a price.
_PAIR = re.compile(r"\s?(?P<first>\d{1,3})[-—–/](?P<second>\d{1,4})(?:室|房间?|户)?(?![\d号-])")

_FILLER = r"(?:[的,，\s]|里面的?){0,2}"
_SPOT = (
    rf"(?:\d{{1,4}}(?:-\d{{1,3}})?号(?![楼栋线])|{_NUMBER}[楼层](?![栋长])(?:[东西南北左右中][门手户边]?)?"
    r"|[a-z]区|[东西南北中][区院]|[一二三四五六]期"
    r"|[东西南北中](?:边|侧|面|头)?的?那?个?单元"
    r"|(?:后|前|大|里)院里?|院子?[里内]|[前后正侧大东西南北小]门口?|门口|门前|门卫室?|单元门口?|门洞"
    r"|[前后][面头]|楼道里?|楼梯间?|楼[前后顶]|楼下(?!水)|地下(?:室|车库)|车库|停车场|拐角处?|(?:路|街|道|巷|胡同|村|屯)口|十字路口"
    r"|桥[头下上]|斜?对[面过]|旁边|附近|周边|边上|[东西南北][侧边头]|中间|交叉口|交汇处|红绿灯)"
)
_DETAIL = re.compile(rf"(?:{_FILLER}{_SPOT})+")
_LEADING = re.compile(r"[的,，\s]*(?:里面的?)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """What a message says inside an address; ``start`` and ``end`` bound all of it."""

    start: int
    end: int
    building: str | None = None
    unit: str | None = None
    room: str | None = None


def find_door(text: str, after: int | None = None) -> Door | None:
    """The building, unit and room in a normalised text; ``after`` is where the name of their estate ends."""
    if triple := _TRIPLE.search(text):
        return Door(
            start=triple.start(),
            end=triple.end(),
            building=_plain(triple["building"]),
            unit=triple["unit"],
            room=triple["room"],
        )
    if after is not None and (pair := _PAIR.match(text, after)):
        long = len(pair["second"]) > 2  # noqa: PLR2004 - units have one or two digits, rooms three or four
        return Door(
            start=pair.start("first"),
            end=pair.end(),
            building=_plain(pair["first"]),
            unit=None if long else _plain(pair["second"]),
            room=pair["second"] if long else None,
        )
    building = _first(_BUILDING, text, after or 0) or _first(_BUILDING, text, 0)
    unit = _first(_UNIT, text, building.end() if building else 0) or _first(_UNIT, text, 0)
    last = max((found.end() for found in (building, unit) if found), default=None)
    number_of_unit = _value(unit)
    if building and not unit and (pair := _PAIR.match(text, building.end())):
        return Door(
            start=building.start(),
            end=pair.end(),
            building=_value(building),
            unit=_plain(pair["first"]),
            room=_plain(pair["second"]),
        )
    room = (_BARE_ROOM.match(text, last) if last is not None else None) or _ROOM.search(text, last or 0)
    found = [match for match in (building, unit, room) if match]
    if not found:
        return None
    return Door(
        start=min(match.start() for match in found),
        end=max(match.end() for match in found),
        building=_value(building),
        unit=number_of_unit,
        room=_value(room),
    )


def find_detail(text: str, start: int) -> tuple[str, int]:
    """The words for a spot that follow right at ``start`` ("的后院", "5楼东门"), and where they end."""
    match = _DETAIL.match(text, start)
    if match is None:
        return "", start
    return text[_LEADING.match(text, start).end() : match.end()], match.end()  # type: ignore[union-attr]  # may be empty


def _first(pattern: re.Pattern[str], text: str, start: int) -> re.Match[str] | None:
    found = pattern.finditer(text, start)
    return next((match for match in found if not _COUNTED & set(_raw(match))), None)


def _raw(match: re.Match[str]) -> str:
    return next(value for value in match.groupdict().values() if value is not None)


def _value(match: re.Match[str] | None) -> str | None:
    return _plain(_raw(match)) if match else None


def _plain(written: str) -> str:
    value = number(written)
    return written.upper() if value is None else str(value)
