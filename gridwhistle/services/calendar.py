"""When does the city work, when must nobody be disturbed, and when does a limit end?

Sources: official Chinese holidays and make-up days (``chinesecalendar``); quiet hours and limits of DOMAIN.md 3.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

import chinese_calendar
import structlog

from gridwhistle.services.clock import CITY_ZONE, in_city

QUIET_FROM = time(22)
QUIET_UNTIL = time(7)
OFFICE_HOURS = ((time(8, 30), time(11, 30)), (time(13, 30), time(17)))
SATURDAY = 5

log = structlog.get_logger(__name__)


class LimitUnit(StrEnum):
    """Units in which the catalogue gives its limits."""

    MINUTES = "min"
    HOURS = "h"
    DAYS = "d"
    WORKING_DAYS = "wd"


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take: ``30min``, ``24h``, ``7d`` (calendar days) or ``5wd`` (working days)."""

    amount: int
    unit: LimitUnit

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Read ``24h`` and the like; raises ``ValueError`` with a sentence for the catalogue's editor."""
        found = re.fullmatch(r"(\d{1,4})(min|h|d|wd)", text.strip())
        if found is None or int(found[1]) == 0:
            raise ValueError(f"“{text}” is no limit; write 30min, 24h, 7d or 5wd")
        return cls(int(found[1]), LimitUnit(found[2]))

    def after(self, start: datetime) -> datetime:
        """When the limit ends for something that began at ``start``."""
        match self.unit:
            case LimitUnit.MINUTES:
                return start + timedelta(minutes=self.amount)
            case LimitUnit.HOURS:
                return start + timedelta(hours=self.amount)
            case LimitUnit.DAYS:
                return start + timedelta(days=self.amount)
            case LimitUnit.WORKING_DAYS:
                return after_working_days(start, self.amount)

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"


@lru_cache(maxsize=4096)
def is_working_day(day: date) -> bool:
    """Whether offices work, by the official calendar; beyond its published years by the day of the week."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        log.warning("calendar.unpublished_year", year=day.year)
        return day.weekday() < SATURDAY


def after_working_days(start: datetime, days: int) -> datetime:
    """The same hour ``days`` working days later; what begins on a day off begins at the next opening.

    The end falls into office hours' day, so that no limit ends on a holiday.
    """
    moment = in_city(start)
    day = moment.date()
    if not is_working_day(day):
        while not is_working_day(day):
            day += timedelta(days=1)
        moment = datetime.combine(day, OFFICE_HOURS[0][0], CITY_ZONE)
    for _ in range(days):
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
    return datetime.combine(day, moment.time(), CITY_ZONE).astimezone(UTC)


def after_office_time(start: datetime, span: timedelta) -> datetime:
    """When ``span`` of office time has passed since ``start`` (for “sign within one working hour”)."""
    moment = in_city(start)
    left = span
    day = moment.date()
    while True:
        if is_working_day(day):
            for opens, closes in OFFICE_HOURS:
                begin = max(moment, datetime.combine(day, opens, CITY_ZONE))
                end = datetime.combine(day, closes, CITY_ZONE)
                if begin + left <= end:
                    return (begin + left).astimezone(UTC)
                left -= max(end - begin, timedelta())
        day += timedelta(days=1)
        moment = datetime.combine(day, time(), CITY_ZONE)


def next_morning(start: datetime, hour: int = 9) -> datetime:
    """The day after, at a decent hour of the city."""
    day = in_city(start).date() + timedelta(days=1)
    return datetime.combine(day, time(hour), CITY_ZONE).astimezone(UTC)


def after_quiet_hours(moment: datetime) -> datetime:
    """``moment`` itself by day; at night the end of the quiet hours (22:00-07:00 city time)."""
    local = in_city(moment)
    if local.time() >= QUIET_FROM:
        return datetime.combine(local.date() + timedelta(days=1), QUIET_UNTIL, CITY_ZONE).astimezone(UTC)
    if local.time() < QUIET_UNTIL:
        return datetime.combine(local.date(), QUIET_UNTIL, CITY_ZONE).astimezone(UTC)
    return moment
