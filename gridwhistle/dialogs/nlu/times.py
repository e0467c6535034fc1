"""When did it happen, and for how long has it lasted?

A time's value is relative to the day of the message ("-2d", "-1w5", "03-05"), so that finding it needs no clock;
``resolve`` makes a date of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from gridwhistle.dialogs.nlu.numerals import CHINESE, number
from gridwhistle.dialogs.nlu.understood import Entity, EntityKind

_N = rf"(?:\d{{1,4}}|[{CHINESE}]{{1,3}})"
_PART = r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜里|半夜|深夜|早|晚|夜)?"
_DAYS = {
    "大前天": -3, "前天": -2, "前日": -2, "前晚": -2, "前夜": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "昨夜": -1, "昨儿": -1, "昨个": -1,
    "今天": 0, "今日": 0, "今早": 0, "今晚": 0, "今晨": 0, "今儿": 0, "刚才": 0, "刚刚": 0, "方才": 0, "这会": 0, "后半夜": 0,
    "明天": 1, "明日": 1, "明早": 1, "明晚": 1, "明儿": 1, "后天": 2, "大后天": 3,
}  # fmt: skip
_ENGLISH_DAYS = {
    "the day before yesterday": -2, "day before yesterday": -2, "yesterday": -1, "last night": -1, "today": 0, "tonight": 0,
    "this morning": 0, "this afternoon": 0, "this evening": 0, "just now": 0, "tomorrow": 1,
}  # fmt: skip
_WEEKDAYS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7, "末": 6}
_ENGLISH_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNITS = {
    "年": "y",
    "月": "m",
    "周": "w",
    "星期": "w",
    "礼拜": "w",
    "天": "d",
    "日": "d",
    "year": "y",
    "month": "m",
    "week": "w",
    "day": "d",
}
_HOURS = {
    "分钟": 1 / 60, "小时": 1, "钟头": 1, "天": 24, "日": 24, "宿": 24, "夜": 24, "晚上": 24, "晚": 24, "宿儿": 24, "周": 168, "星期": 168,
    "礼拜": 168, "月": 720, "季度": 2160, "年": 8760, "hour": 1, "day": 24, "night": 24, "week": 168, "month": 720, "year": 8760,
}  # fmt: skip
_VAGUE = {
    "几": 3,
    "好几": 3,
    "两三": 2,
    "三四": 3,
    "三五": 3,
    "四五": 4,
    "五六": 5,
    "七八": 7,
    "十几": 10,
    "半": 0.5,
    "数": 3,
    "many": 3,
    "several": 3,
}
_VAGUE |= {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "a few": 3,
    "few": 3,
    "couple of": 2,
    "a couple of": 2,
}
_WORDS = "|".join(sorted((word for word in _VAGUE if word.isascii()), key=len, reverse=True))

_DAY = re.compile(rf"(?P<day>{'|'.join(sorted(_DAYS, key=len, reverse=True))}){_PART}")
_ENGLISH_DAY = re.compile(rf"\b(?P<day>{'|'.join(sorted(_ENGLISH_DAYS, key=len, reverse=True))})\b")
_WEEKDAY = re.compile(rf"(?P<week>上上|上个?|这个?|本|下个?)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天末]){_PART}")
_ENGLISH_WEEKDAY = re.compile(rf"\b(?P<week>last |since |on )(?P<day>{'|'.join(_ENGLISH_WEEKDAYS)})\b")
_DATE = re.compile(
    rf"(?:(?P<year>20\d\d)年)?(?P<month>\d{{1,2}}|[一二三四五六七八九十]{{1,2}})月(?:份)?(?P<day>\d{{1,2}}|[一二三四五六七八九十]{{1,3}})[日号](?!楼){_PART}"
    r"|(?<![\d-])(?P<iso>20\d\d-\d{1,2}-\d{1,2})(?![\d-])"
)
_AGO = re.compile(
    rf"(?P<count>{_N}|好几|几|半)[来几]?个?多?(?P<unit>年|月|周|星期|礼拜|天|日)(?:多)?[以之]?前"
    rf"|\b(?P<english>\d{{1,3}}|{_WORDS}) (?P<english_unit>day|week|month|year)s? ago\b"
)
_SPAN_BEFORE = re.compile(
    r"(?P<word>上上周|上周|上星期|上礼拜|上个?月|去年|前年|今年|这个?月|本月|本周|这周|last week|last month|last year)(?![一二三四五六日末])"
)
_SPANS = {
    "上上周": "-2w", "上周": "-1w", "上星期": "-1w", "上礼拜": "-1w", "上月": "-1m", "上个月": "-1m", "去年": "-1y", "前年": "-2y", "今年": "-0y",
    "这月": "-0m", "这个月": "-0m", "本月": "-0m", "本周": "-0w", "这周": "-0w", "last week": "-1w", "last month": "-1m", "last year": "-1y",
}  # fmt: skip
_LASTING = re.compile(
    rf"(?<![每第哪头前\d])(?P<count>{'|'.join(sorted((w for w in _VAGUE if not w.isascii()), key=len, reverse=True))}|{_N})"
    rf"(?P<more>来|多)?个?(?P<half>半)?(?P<also>多)?(?P<unit>分钟|小时|钟头|天|日|宿|晚上|夜|周|星期|礼拜|月|季度|年)(?:多|半|来|(?<=天){_N}[宿夜])?(?![以之]?前|[以之]?后|内|[级纪代度初底末]|之内)"
    rf"|\b(?:for |over |already )?(?P<english>\d{{1,3}}|{_WORDS}) (?P<english_unit>hour|day|night|week|month|year)s?\b(?! ago| old)"
)
_DAY_OF_YEAR = re.compile(r"(\d\d)-(\d\d)")
_RELATIVE = re.compile(r"(?P<count>[+-]\d+)(?P<unit>[dwmy])(?P<weekday>[1-7])?")


def times(plain: str) -> Iterator[Entity]:
    """The times and durations of a normalised text."""
    taken: list[tuple[int, int]] = []
    for match, value in _found(plain):
        if value is None or any(start < match.end() and match.start() < end for start, end in taken):
            continue
        taken.append(match.span())
        kind = EntityKind.DURATION if value.isdigit() else EntityKind.TIME
        yield Entity(kind=kind, text=match[0], value=value, start=match.start(), end=match.end())


def resolve(value: str, today: date) -> date | None:
    """The date that a time's value means on the day ``today``; ``None`` where it means none."""
    if day_of_year := _DAY_OF_YEAR.fullmatch(value):
        month, day = int(day_of_year[1]), int(day_of_year[2])
        found = _day(today.year, month, day)
        # "12月30号", said in January, was last year.
        return _day(today.year - 1, month, day) if found and (found - today).days > 180 else found  # noqa: PLR2004 - half a year
    match = _RELATIVE.fullmatch(value)
    if match is None:
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    count = int(match["count"])
    try:
        if match["weekday"]:
            monday = today - timedelta(days=today.weekday())
            return monday + timedelta(weeks=count, days=int(match["weekday"]) - 1)
        return today + timedelta(days=count * {"d": 1, "w": 7, "m": 30, "y": 365}[match["unit"]])
    except OverflowError:
        return None


def _found(plain: str) -> Iterator[tuple[re.Match[str], str | None]]:
    for match in _DATE.finditer(plain):
        yield match, _date(match)
    for match in _AGO.finditer(plain):
        count = _count(match["count"] or match["english"])
        yield match, _ago(count, _UNITS[match["unit"] or match["english_unit"]]) if count else None
    for match in _WEEKDAY.finditer(plain):
        week = {"上上": "-2", "上": "-1", "上个": "-1", "下": "+1", "下个": "+1"}.get(match["week"] or "", "-0")
        yield match, f"{week}w{_WEEKDAYS[match['day']]}"
    for match in _ENGLISH_WEEKDAY.finditer(plain):
        week = "-1" if match["week"] == "last " else "-0"
        yield match, f"{week}w{_ENGLISH_WEEKDAYS.index(match['day']) + 1}"
    for match in _DAY.finditer(plain):
        yield match, f"{_DAYS[match['day']]:+d}d" if _DAYS[match["day"]] else "-0d"
    for match in _ENGLISH_DAY.finditer(plain):
        yield match, f"{_ENGLISH_DAYS[match['day']]:+d}d" if _ENGLISH_DAYS[match["day"]] else "-0d"
    for match in _SPAN_BEFORE.finditer(plain):
        yield match, _SPANS[match["word"]]
    for match in _LASTING.finditer(plain):
        yield match, _hours(match)


def _ago(count: float, unit: str) -> str:
    if count < 1:
        # "半年前", "半个月前"
        count, unit = {"y": (6, "m"), "m": (15, "d"), "w": (4, "d"), "d": (0, "d")}[unit]
    return f"-{round(count)}{unit}"


def _date(match: re.Match[str]) -> str | None:
    if match["iso"]:
        year, month, day = map(int, match["iso"].split("-"))
    else:
        year = int(match["year"] or 0)
        month, day = number(match["month"]) or 0, number(match["day"]) or 0
    found = _day(year or 2024, month, day)  # a leap year, so that 2月29号 is a day
    if found is None:
        return None
    return found.isoformat() if year else f"{month:02}-{day:02}"


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _hours(match: re.Match[str]) -> str | None:
    count = _count(match["count"] or match["english"])
    if count is None:
        return None
    if match["half"]:
        # "三个半月" is three and a half; "一个半多月" as well.
        count += 0.5
    hours = count * _HOURS[match["unit"] or match["english_unit"]]
    return str(max(1, round(hours))) if hours else None


def _count(written: str) -> float | None:
    return _VAGUE[written] if written in _VAGUE else number(written)
