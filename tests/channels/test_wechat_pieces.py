"""Does every text fit into messages of the platform's size, and no character get lost or broken?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gridwhistle.bot.channels.wechat.pieces import numbered, pieces


@given(st.text(max_size=400), st.integers(4, 300))
def test_every_piece_fits_and_joined_they_are_the_text(text: str, most: int) -> None:
    sound = text.encode("utf-8", "replace").decode()
    found = pieces(sound, most)

    assert all(len(piece.encode()) <= most for piece in found)
    assert "".join(found).replace("\n", "") == sound.replace("\n", "")
    assert all(found) or sound.strip("\n") == ""


@given(st.text(alphabet="网格哨。，\n 🚰a", max_size=60).map(lambda text: text * 40))
def test_the_platforms_size_is_kept(text: str) -> None:
    assert all(len(piece.encode()) <= 2048 for piece in pieces(text, 2048))


def test_a_short_text_stays_whole() -> None:
    assert pieces("您好", 2048) == ["您好"]
    assert pieces("", 2048) == [""]


def test_a_text_is_broken_after_a_line_or_else_a_sentence() -> None:
    assert pieces("一二三四五\n六七八", 24) == ["一二三四五", "六七八"]
    assert pieces("一二三四。五六七八", 24) == ["一二三四。", "五六七八"]
    assert pieces("一二三四五六七八九", 24) == ["一二三四五六七八", "九"]


def test_buttons_are_numbers_from_the_first_free_one() -> None:
    assert numbered("对吗？", (), 1, "回复数字选择：") == "对吗？"
    assert numbered("对吗？", ("确认", "修改"), 4, "回复数字选择：") == "对吗？\n\n回复数字选择：\n4 确认\n5 修改"
