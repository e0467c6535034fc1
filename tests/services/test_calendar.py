"""Do limits end when the city says they end?"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from gridwhistle.services import calendar
from gridwhistle.services.calendar import (
    OFFICE_HOURS,
    Limit,
    LimitUnit,
    after_office_time,
    after_quiet_hours,
    is_working_day,
    next_morning,
)
from gridwhistle.services.clock import CITY_ZONE, in_city

PUBLISHED = st.datetimes(datetime(2024, 1, 1), datetime(2026, 10, 1), timezones=st.just(CITY_ZONE))  # noqa: DTZ001


def at(text: str) -> datetime:
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=CITY_ZONE)


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("30min", 30, LimitUnit.MINUTES),
        ("24h", 24, LimitUnit.HOURS),
        ("7d", 7, LimitUnit.DAYS),
        (" 5wd ", 5, LimitUnit.WORKING_DAYS),
    ],
)
def test_a_limit_is_read_and_written_alike(text: str, amount: int, unit: LimitUnit) -> None:
    limit = Limit.parse(text)

    assert (limit.amount, limit.unit) == (amount, unit)
    assert str(limit) == text.strip()


@pytest.mark.parametrize("text", ["", "0h", "00wd", "5", "h", "-1d", "1.5h", "5 wd", "5WD", "10000h", "5wd!", "五天"])
def test_what_is_no_limit_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is no limit; write 30min, 24h, 7d or 5wd"):
        Limit.parse(text)


@pytest.mark.parametrize(
    ("limit", "start", "end"),
    [
        ("30min", "11-23 23:45", "11-24 00:15"),
        ("24h", "11-27 16:00", "11-28 16:00"),
        ("7d", "09-28 10:00", "10-05 10:00"),
        # An ordinary week, over a weekend, and from a weekend.
        ("1wd", "11-23 09:10", "11-24 09:10"),
        ("1wd", "11-27 16:00", "11-30 16:00"),
        ("5wd", "11-25 10:00", "12-02 10:00"),
        ("1wd", "11-28 15:00", "12-01 08:30"),
        ("1wd", "11-29 23:59", "12-01 08:30"),
        # National Day: 1 to 7 October are off, the Sunday before (20 September) and Saturday 10 October are worked.
        ("1wd", "09-30 17:00", "10-08 17:00"),
        ("3wd", "09-30 10:00", "10-10 10:00"),
        ("4wd", "09-30 10:00", "10-12 10:00"),
        ("1wd", "10-03 10:00", "10-09 08:30"),
        ("1wd", "09-18 14:00", "09-20 14:00"),
        ("1wd", "10-09 14:00", "10-10 14:00"),
        # Spring Festival: 15 to 23 February are off, the Saturdays 14 and 28 February are worked.
        ("1wd", "02-13 11:00", "02-14 11:00"),
        ("2wd", "02-13 11:00", "02-24 11:00"),
        ("1wd", "02-14 16:30", "02-24 16:30"),
        ("5wd", "02-14 16:30", "02-28 16:30"),
        ("6wd", "02-14 16:30", "03-02 16:30"),
        ("1wd", "02-18 09:00", "02-25 08:30"),
    ],
)
def test_limits_end(limit: str, start: str, end: str) -> None:
    assert Limit.parse(limit).after(at(start)) == at(end)


@given(PUBLISHED, st.integers(1, 60), st.sampled_from(LimitUnit))
def test_no_limit_ends_before_it_begins(start: datetime, amount: int, unit: LimitUnit) -> None:
    assert Limit(amount, unit).after(start) > start


@given(PUBLISHED, st.integers(1, 30))
def test_working_day_limits_end_on_working_days_and_are_as_long_as_they_say(start: datetime, amount: int) -> None:
    end = in_city(Limit(amount, LimitUnit.WORKING_DAYS).after(start))

    assert is_working_day(end.date())
    between = (end.date() - start.date()).days
    worked = sum(is_working_day(start.date() + timedelta(days=day)) for day in range(1, between + 1))
    # What begins on a day off begins with the next working day, which counts as its start.
    assert worked == (amount if is_working_day(start.date()) else amount + 1)


@given(PUBLISHED, st.integers(1, 20), st.integers(1, 20))
def test_a_longer_working_day_limit_never_ends_earlier(start: datetime, one: int, two: int) -> None:
    shorter, longer = sorted((one, two))

    assert Limit(shorter, LimitUnit.WORKING_DAYS).after(start) <= Limit(longer, LimitUnit.WORKING_DAYS).after(start)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("11-23 09:00", 60, "11-23 10:00"),
        ("11-23 10:30", 60, "11-23 11:30"),
        ("11-23 11:00", 60, "11-23 14:00"),
        ("11-23 12:00", 60, "11-23 14:30"),
        ("11-23 06:00", 60, "11-23 09:30"),
        ("11-23 16:30", 60, "11-24 09:00"),
        ("11-23 19:00", 60, "11-24 09:30"),
        ("11-27 16:45", 60, "11-30 09:15"),
        ("11-28 10:00", 60, "11-30 09:30"),
        ("11-23 08:30", 390, "11-23 17:00"),
        ("11-23 08:30", 391, "11-24 08:31"),
        ("09-30 16:45", 60, "10-08 09:15"),
        ("02-14 16:45", 60, "02-24 09:15"),
        ("02-28 16:00", 60, "02-28 17:00"),
        ("10-10 10:00", 60, "10-10 11:00"),
    ],
)
def test_office_time_passes_only_in_office_hours(start: str, minutes: int, end: str) -> None:
    assert after_office_time(at(start), timedelta(minutes=minutes)) == at(end)


@given(PUBLISHED, st.integers(1, 2000))
def test_office_time_ends_in_an_office_that_is_open(start: datetime, minutes: int) -> None:
    end = in_city(after_office_time(start, timedelta(minutes=minutes)))

    assert end >= start + timedelta(minutes=minutes)
    assert is_working_day(end.date())
    assert any(opens <= end.time() <= closes for opens, closes in OFFICE_HOURS)


@pytest.mark.parametrize(
    ("moment", "out"),
    [
        ("11-23 21:59", "11-23 21:59"),
        ("11-23 22:00", "11-24 07:00"),
        ("11-23 23:30", "11-24 07:00"),
        ("11-24 00:00", "11-24 07:00"),
        ("11-24 06:59", "11-24 07:00"),
        ("11-24 07:00", "11-24 07:00"),
        ("12-31 22:30", "2027-01-01 07:00"),
    ],
)
def test_quiet_hours_last_from_ten_to_seven(moment: str, out: str) -> None:
    wanted = datetime.fromisoformat(out).replace(tzinfo=CITY_ZONE) if out.startswith("2027") else at(out)

    assert after_quiet_hours(at(moment)) == wanted


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_quiet_hours_hold_in_the_citys_zone_and_settle_at_once(moment: datetime) -> None:
    out = after_quiet_hours(moment)

    assert moment <= out <= moment + timedelta(hours=9)
    assert calendar.QUIET_UNTIL <= in_city(out).time() < calendar.QUIET_FROM
    assert after_quiet_hours(out) == out


@pytest.mark.parametrize("start", ["11-23 00:00", "11-23 09:00", "11-23 23:59"])
def test_the_next_morning_is_nine_oclock_of_the_day_after(start: str) -> None:
    assert next_morning(at(start)) == at("11-24 09:00")


def test_beyond_the_published_calendar_the_week_decides_and_the_log_says_so() -> None:
    is_working_day.cache_clear()

    with capture_logs() as logs:
        assert is_working_day(date(2090, 1, 2))  # a Monday
        assert not is_working_day(date(2090, 1, 1))
    assert {(entry["event"], entry["year"], entry["log_level"]) for entry in logs} == {
        ("calendar.unpublished_year", 2090, "warning")
    }
    with capture_logs():
        assert Limit.parse("5wd").after(datetime(2090, 1, 6, 10, tzinfo=CITY_ZONE)) == datetime(
            2090, 1, 13, 10, tzinfo=CITY_ZONE
        )
