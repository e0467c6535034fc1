"""Are WeChat's shifted positions put back where they are?"""

from __future__ import annotations

from math import cos, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwhistle.bot.channels.wechat import gcj02
from gridwhistle.bot.channels.wechat.gcj02 import to_wgs84

CENTIMETRE = 1e-7
"""In degrees."""


@pytest.mark.parametrize(
    ("true", "shown"),
    [
        ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
        ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
        ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
    ],
    ids=["Shanghai", "Shenzhen", "Beijing"],
)
def test_published_pairs(true: tuple[float, float], shown: tuple[float, float]) -> None:
    """From the tests of eviltransform (go/transform_test.go)."""
    assert to_wgs84(*shown) == pytest.approx(true, abs=CENTIMETRE)


@pytest.mark.parametrize("abroad", [(48.48, 135.07 + 3), (37.77, -122.42), (-33.87, 151.21), (90.0, 180.0)], ids=str)
def test_positions_outside_of_china_are_left_alone(abroad: tuple[float, float]) -> None:
    assert to_wgs84(*abroad) == abroad


@given(st.floats(18.5, 53.0), st.floats(74.0, 134.5))
def test_the_shift_is_undone_everywhere_to_a_centimetre(latitude: float, longitude: float) -> None:
    north, east = gcj02._shift(latitude, longitude)
    found = to_wgs84(latitude + north, longitude + east)
    assert found == pytest.approx((latitude, longitude), abs=CENTIMETRE)


def test_the_shift_in_the_demo_city_is_some_hundred_metres() -> None:
    north, east = to_wgs84(47.250107, 132.037951)
    metres = ((47.250107 - north) * 111_000, (132.037951 - east) * 111_000 * cos(radians(47.25)))
    assert 100 < (metres[0] ** 2 + metres[1] ** 2) ** 0.5 < 1000
