"""Which coming day does a person mean?"""

from __future__ import annotations

import re
from datetime import date, timedelta

from gridwhistle.dialogs.message import Text
from gridwhistle.dialogs.nlu.numerals import CHINESE, number
from gridwhistle.dialogs.nlu.understood import Understood
from gridwhistle.dialogs.slots.base import Chosen, Context, Invalid, Miss, Reply, Slot
from gridwhistle.dialogs.slots.choice import pick
from gridwhistle.dialogs.words import plain
from gridwhistle.services.clock import in_city
from gridwhistle.services.schema import Json

FARTHEST = timedelta(days=366)
_NAMED = {"今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3, "today": 0, "tomorrow": 1}
_WEEKDAY_SIGNS = ("一1", "二2", "三3", "四4", "五5", "六6", "日天7")
_WEEKDAYS = {sign: day for day, signs in enumerate(_WEEKDAY_SIGNS) for sign in signs}
_ENGLISH_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_N = rf"((?<!\d)\d{{1,3}}|[{CHINESE}]{{1,3}})"
_ISO = re.compile(r"(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})")
_MONTH_DAY = re.compile(rf"{_N}月{_N}[号日]?")
_DAY_OF_MONTH = re.compile(rf"(?:(下)个?月)?{_N}[号日](?!楼|线|院)")
_AFTER = re.compile(rf"(?:过|再过)?{_N}个?(天|日|周|星期|礼拜|月)(?:之后|以后|后|内|之内)")
_WEEKDAY = re.compile(r"(下下|下|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天1-7])")
_ENGLISH_AFTER = re.compile(r"(?:in|within|after) (\d{1,3}|a|one|two|three) (day|week|month)s?")
_ENGLISH_WEEKDAY = re.compile(rf"(next )?({'|'.join(_ENGLISH_DAYS)})")
_ENGLISH_DATE = re.compile(rf"({'|'.join(_ENGLISH_MONTHS)})[a-z]* (\d{{1,2}})")
_SMALL = {"a": 1, "one": 1, "two": 2, "three": 3}
_SPAN = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30, "day": 1, "week": 7, "month": 30}
DECEMBER = 12


def find_day(text: str, today: date) -> date | None:
    """The day that a text names, seen from ``today``; ``None`` where it names none. It may lie in the past."""
    said = plain(text)
    for find in (_date, _span, _weekday, _month_and_day, _named, _day_of_month):
        try:
            found = find(said, today)
        except (ValueError, OverflowError):
            # “2月30号” is no day.
            return None
        if found is not None:
            return found
    return None


class DaySlot(Slot[date]):
    """A day from today on: 周五, 明天, 3天后, 下周三, 12月5号, 2026-12-05, “in 3 days”, Friday."""

    def read(self, reply: Reply, context: Context) -> date | Miss:
        """The day that is typed or pressed."""
        match reply:
            case Chosen(value=value):
                return self.load(value)
            case Text(text=text):
                chosen = pick(text, context.options)
                if chosen is not None:
                    return self.load(chosen.value)
                today = in_city(context.now).date()
                day = find_day(text, today)
                if day is not None:
                    return day if today <= day <= today + FARTHEST else Miss(text="engine.day_past")
        return Miss()

    def load(self, value: Json) -> date:
        """An ISO date."""
        try:
            return date.fromisoformat(str(value))
        except ValueError as error:
            raise Invalid(self.name) from error

    def dump(self, value: date) -> Json:
        """The ISO date."""
        return value.isoformat()

    def fill(self, understood: Understood, context: Context) -> date | None:
        """The coming day that the sentence names."""
        today = in_city(context.now).date()
        day = find_day(understood.text, today)
        return day if day is not None and today <= day <= today + FARTHEST else None


def _whole(text: str) -> int:
    found = number(text)
    if found is None:
        raise ValueError(text)
    return found


def _date(said: str, today: date) -> date | None:
    del today
    found = _ISO.search(said)
    return date(int(found[1]), int(found[2]), int(found[3])) if found else None


def _span(said: str, today: date) -> date | None:
    if found := _AFTER.search(said):
        return today + timedelta(days=_whole(found[1]) * _SPAN[found[2]])
    if found := _ENGLISH_AFTER.search(said):
        amount = _SMALL.get(found[1]) or int(found[1])
        return today + timedelta(days=amount * _SPAN[found[2]])
    return None


def _weekday(said: str, today: date) -> date | None:
    monday = today - timedelta(days=today.weekday())
    if found := _WEEKDAY.search(said):
        day = monday + timedelta(days=_WEEKDAYS[found[2]])
        if found[1] in ("下", "下下"):
            return day + timedelta(weeks=len(found[1]))
        return day if day >= today or found[1] else day + timedelta(weeks=1)
    if found := _ENGLISH_WEEKDAY.search(said):
        day = monday + timedelta(days=_ENGLISH_DAYS.index(found[2]))
        return day + timedelta(weeks=1) if found[1] or day < today else day
    return None


def _month_and_day(said: str, today: date) -> date | None:
    if found := _MONTH_DAY.search(said):
        month, day = _whole(found[1]), _whole(found[2])
    elif found := _ENGLISH_DATE.search(said):
        month, day = _ENGLISH_MONTHS.index(found[1]) + 1, int(found[2])
    else:
        return None
    this_year = date(today.year, month, day)
    # In November “1月5号” is next January; in November “10月5号” is a slip.
    return date(today.year + 1, month, day) if (today - this_year) > timedelta(days=180) else this_year


def _named(said: str, today: date) -> date | None:
    for name in sorted(_NAMED, key=len, reverse=True):
        if name in said:
            return today + timedelta(days=_NAMED[name])
    return None


def _day_of_month(said: str, today: date) -> date | None:
    found = _DAY_OF_MONTH.search(said)
    if found is None:
        return None
    day = _whole(found[2])
    month_later = found[1] is not None or day < today.day
    year, month = today.year, today.month + int(month_later)
    return date(year + 1, 1, day) if month > DECEMBER else date(year, month, day)
