"""Which words give a telephone number, and who may leave one?"""

from __future__ import annotations

import pytest

from gridwhistle.dialogs.slots.phone import is_number, number_in
from gridwhistle.services.masking import mask_phone


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800000001", "13800000001"),
        ("138 0000 0001", "13800000001"),
        ("+86 138-0000-0001", "13800000001"),
        ("我的电话是13800000001。", "13800000001"),
        ("手机号：１３８００００００００１", None),
        ("0454-2345678", "04542345678"),
        ("12345", None),
        ("没有", None),
        ("13800000001或者13900000002", None),
    ],
)
def test_the_number_in_a_reply(text: str, number: str | None) -> None:
    assert number_in(text) == number


@pytest.mark.parametrize("text", ["13800000001", "138 0000 0001", "我电话13800000001", "手机号是 13800000001。"])
def test_a_number_and_nothing_else(text: str) -> None:
    assert is_number(text)


@pytest.mark.parametrize("text", ["物业电话13800000001没人接", "13800000001是骗子", "李强 13800000001", "3号楼", ""])
def test_a_number_within_a_story_is_nobodys_own(text: str) -> None:
    assert not is_number(text)


@pytest.mark.parametrize(
    ("number", "shown"), [("13800000001", "138****0001"), ("04542345678", "045****5678"), ("1234567", "*******")]
)
def test_a_masked_number(number: str, shown: str) -> None:
    assert mask_phone(number) == shown
