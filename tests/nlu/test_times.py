from __future__ import annotations

from datetime import date

import pytest

from gridwhistle.dialogs.nlu.entities import entities
from gridwhistle.dialogs.nlu.times import resolve
from gridwhistle.dialogs.nlu.understood import EntityKind


def values(text: str, kind: EntityKind) -> list[str]:
    return [entity.value for entity in entities(text) if entity.kind is kind]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("昨天停水了", "-1d"),
        ("前天晚上有人吵架", "-2d"),
        ("大前天就报了", "-3d"),
        ("今早没暖气", "-0d"),
        ("刚才断电了", "-0d"),
        ("明天有人来吗", "+1d"),
        ("三天前报的修", "-3d"),
        ("一个多星期前报的", "-1w"),
        ("上周五来人看过", "-1w5"),
        ("礼拜天停的电", "-0w7"),
        ("3月5号开始漏水", "03-05"),
        ("十一月二十三日开始", "11-23"),
        ("2026年3月5日签的合同", "2026-03-05"),
        ("2026-03-05报的", "2026-03-05"),
        ("上个月交的费", "-1m"),
        ("去年就这样", "-1y"),
        ("no water since yesterday", "-1d"),
        ("it broke 3 days ago", "-3d"),
        ("broken since monday", "-0w1"),
        ("last night someone shouted", "-1d"),
    ],
)
def test_a_time_is_relative_to_the_message(text: str, value: str) -> None:
    assert values(text, EntityKind.TIME) == [value]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("堵了三天了", "72"),
        ("停水一个多星期了", "168"),
        ("两个小时没电", "2"),
        ("半个月没人管", "360"),
        ("好几天了", "72"),
        ("两三天没水", "48"),
        ("十分钟了", "1"),
        ("漏了一个半月", "1080"),
        ("拖了半年", "4380"),
        ("３天没热水", "72"),
        ("三宿没睡着", "72"),
        ("no water for three days", "72"),
        ("2 weeks without heating", "336"),
    ],
)
def test_a_duration_is_whole_hours(text: str, hours: str) -> None:
    assert values(text, EntityKind.DURATION) == [hours]


@pytest.mark.parametrize("text", ["三年级招生", "第三天", "每天都吵", "你好", "三天内解决", "a 5 year old child"])
def test_no_duration(text: str) -> None:
    assert values(text, EntityKind.DURATION) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("-2d", date(2026, 11, 21)),
        ("+1d", date(2026, 11, 24)),
        ("-1w5", date(2026, 11, 20)),
        ("-0w7", date(2026, 11, 29)),
        ("-1m", date(2026, 10, 24)),
        ("03-05", date(2026, 3, 5)),
        ("02-29", None),
        ("2026-03-05", date(2026, 3, 5)),
        ("nonsense", None),
        ("-99999y", None),
    ],
)
def test_a_time_becomes_a_date_on_a_day(value: str, expected: date | None) -> None:
    assert resolve(value, date(2026, 11, 23)) == expected


def test_a_day_far_ahead_in_this_year_was_last_year() -> None:
    assert resolve("12-30", date(2027, 1, 4)) == date(2026, 12, 30)
