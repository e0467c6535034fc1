"""Does every long text arrive whole, in pieces that fit?"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwhistle.bot.channels.telegram.pieces import pieces, units

LINES = "第一段说的是下水道。\n\n第二段说的是路灯，天黑以后看不见。\n第三行。"


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [
        ("短", 10, ["短"]),
        ("", 10, [""]),
        (LINES, 20, ["第一段说的是下水道。", "第二段说的是路灯，天黑以后看不见。", "第三行。"]),
        ("没有标点的一大长串字", 4, ["没有标点", "的一大长", "串字"]),
        ("先说一句。再说一句，还没完", 8, ["先说一句。", "再说一句，还没完"]),
        ("One sentence here. Another one", 20, ["One sentence here.", "Another one"]),
        ("👍👍👍👍", 4, ["👍👍", "👍👍"]),
    ],
)
def test_a_text_is_cut_where_it_reads_best(text: str, longest: int, expected: list[str]) -> None:
    assert pieces(text, longest) == expected


def test_a_family_is_not_torn_apart() -> None:
    family = "👨\u200d👩\u200d👧"
    (first, second) = pieces(f"甲{family}", units(family))
    assert first == "甲"
    assert second == family


@given(st.text(alphabet="甲乙，。\n a👍\u200d", max_size=300), st.integers(min_value=8, max_value=40))
def test_every_piece_fits_and_nothing_is_lost(text: str, longest: int) -> None:
    cut = pieces(text, longest)

    assert all(units(piece) <= longest for piece in cut)
    assert re.sub(r"\s", "", "".join(cut)) == re.sub(r"\s", "", text)
