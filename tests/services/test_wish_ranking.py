"""Do units count what the wisher has confirmed, once, in its period, with ties in a steady order?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from bureau import MONDAY, Bureau
from wisher import Wishing

from gridwhistle.services import wish_answers, wish_claims, wish_work
from gridwhistle.services.wish_claims import Way
from gridwhistle.services.wish_ranking import ranking, ranks


@pytest.fixture
def city(bureau: Bureau) -> Iterator[Wishing]:
    return Wishing(bureau)


def table(
    city: Wishing, since: datetime = MONDAY, until: datetime = MONDAY + timedelta(days=30)
) -> list[tuple[int, str, int]]:
    with city.bureau.desk() as desk:
        return [(line.rank, line.unit, line.fulfilled) for line in ranking(desk, since, until)]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, []),
        ({"a": 0}, []),
        ({"a": 1}, [(1, "a", 1)]),
        ({"b": 2, "a": 2}, [(1, "a", 2), (1, "b", 2)]),
        ({"c": 1, "b": 2, "a": 2}, [(1, "a", 2), (1, "b", 2), (3, "c", 1)]),
        ({"d": 1, "c": 1, "b": 3, "a": 1}, [(1, "b", 3), (2, "a", 1), (2, "c", 1), (2, "d", 1)]),
        ({"a": 5, "b": 0, "c": 5, "d": 4, "e": 4}, [(1, "a", 5), (1, "c", 5), (3, "d", 4), (3, "e", 4)]),
    ],
)
def test_equal_counts_share_a_rank(counts: dict[str, int], expected: list[tuple[int, str, int]]) -> None:
    assert ranks(counts) == expected
    assert ranks(dict(reversed(counts.items()))) == expected


def test_claimed_and_even_fulfilled_wishes_count_for_nobody(city: Wishing) -> None:
    city.claimed()
    city.fulfilled("shaoxinyue")
    assert table(city) == []


def test_confirmed_wishes_count_for_their_unit(city: Wishing) -> None:
    city.confirmed("shaoxinyue")
    city.confirmed("dingshijie")
    city.confirmed("pangbo")
    assert table(city) == [(1, "pu-school", 2), (2, "pu-hospital", 1)]


def test_released_and_lapsed_claims_count_for_nobody(city: Wishing) -> None:
    wish = city.does("dingshijie", wish_claims.release, city.approved(), "忙")
    city.does("shaoxinyue", wish_claims.claim, wish, Way.WHOLE)
    city.bureau.wait(days=10, hours=1)
    city.does("shenlixin", wish_claims.claim, wish, Way.WHOLE)
    city.does("linxiao", wish_claims.approve, wish, "社区见")
    city.does("shenlixin", wish_work.fulfil, wish, "送去了")
    city.does("zhangmin", wish_answers.confirm, wish)
    assert table(city) == [(1, "pu-service", 1)]


def test_a_shared_wish_counts_once_for_each_unit(city: Wishing) -> None:
    wish = city.claimed("maoxiaolei", Way.GROUP)
    for who in ("gexinyu", "fuyali", "dingshijie"):
        city.does(who, wish_claims.claim, wish, Way.JOIN)
    city.does("dingshijie", wish_claims.release, wish, "出差")
    city.does("linxiao", wish_claims.approve, wish, "社区见")
    city.does("gexinyu", wish_work.fulfil, wish, "送去了")
    city.does("zhangmin", wish_answers.confirm, wish)
    assert table(city) == [(1, "pu-bank", 1), (1, "pu-library", 1)]


def test_the_period_holds_its_beginning_and_not_its_end(city: Wishing) -> None:
    wish = city.confirmed()
    at = wish.confirmed_at
    assert at is not None
    tick = timedelta(microseconds=1)
    assert table(city, at, at + tick) == [(1, "pu-hospital", 1)]
    assert table(city, at - tick, at) == []
    assert table(city, at + tick, at + timedelta(days=1)) == []
    assert table(city, at, at) == []


def test_an_unreachable_wisher_counts_for_nobody(city: Wishing) -> None:
    wish = city.fulfilled()
    for _ in range(3):
        city.does("linxiao", wish_answers.not_reached, wish)
    assert table(city) == []


def test_not_yet_takes_nothing_into_the_table(city: Wishing) -> None:
    wish = city.does("zhangmin", wish_answers.deny, city.fulfilled(), "还没有")
    assert table(city) == []
    city.does("dingshijie", wish_work.fulfil, wish, "这回送到了")
    city.does("zhangmin", wish_answers.confirm, wish)
    assert table(city) == [(1, "pu-hospital", 1)]
