"""Is everything that tells who somebody is blotted out, however it is written, and nothing else?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwhistle.services.masking import mask_name, mask_numbers, mask_private

PRIVATE_NUMBERS = [
    "13800000001",
    "138 0000 0001",
    "138-0000-0001",
    "+86 138 0000 0001",
    "+8613800000001",
    "8613800000001",
    "１３８０００００００１",  # full width
    "138\u200b0000\u200b0001",
    "0454-2345678",
    "04542345678",
    "0454 2345678",
    "2345678",
    "23088219800101123X",
    "23088219800101123x",
    "230882198001011234",
    "230882800101123",
]
PRIVATE_PLACES = [
    "2单元501", "二单元501室", "3号楼2单元501", "3号楼501", "三号楼五零一", "501室", "五零一室", "1203户",
    "3-2-501", "unit 501", "Room 12b", "Apt. 7",
]  # fmt: skip
PLATES = ["黑D12345", "黑D·12345", "黑DA12345", "京A8F9K2"]
HARMLESS = [
    "换了3根DN110的管子，用时45分钟，花了1500元",
    "工单 幸福-261123-001 已办结",
    "2026年11月23日到场，20261124复查",
    "幸福小区3号楼门前清理2吨垃圾",
    "三江路一中门口",
    "拨打12345或119",
    "",
]
around = st.text(st.characters(codec="utf-8", exclude_categories=("Nd", "Nl", "No", "Cs")), max_size=12)


@pytest.mark.parametrize("number", PRIVATE_NUMBERS)
def test_a_number_is_all_stars(number: str) -> None:
    masked = mask_numbers(f"电话{number}，急")

    assert set(masked.removeprefix("电话").removesuffix("，急")) == {"*"}
    assert masked.startswith("电话")
    assert masked.endswith("，急")


@given(around, st.sampled_from(PRIVATE_NUMBERS), around)
def test_no_words_around_a_number_bring_it_back(before: str, number: str, after: str) -> None:
    masked = mask_numbers(f"{before}{number}{after}")

    assert not any(letter.isdigit() and letter.isdecimal() for letter in masked)
    assert mask_numbers(masked) == masked


@pytest.mark.parametrize("private", [*PRIVATE_PLACES, *PLATES])
def test_doors_and_plates_are_all_stars(private: str) -> None:
    masked = mask_private(f"在（{private}）处理完毕")

    assert masked == f"在（{'*' * len(private)}）处理完毕"


@pytest.mark.parametrize("text", HARMLESS)
def test_what_tells_nothing_of_anybody_stays(text: str) -> None:
    assert mask_private(text, ("张敏", "John Smith")) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("已告知张敏", "已告知张*"),
        ("张敏敏不在家", "张**不在家"),
        ("told John Smith and john", "told J*** and J***"),
        ("李强到场", "李强到场"),
    ],
)
def test_names_of_those_who_wait_are_masked(text: str, masked: str) -> None:
    assert mask_private(text, ("张敏", "张敏敏", "John Smith", "", "王")) == masked


@pytest.mark.parametrize(
    ("name", "masked"), [("张敏", "张*"), ("欧阳娜娜", "欧**"), ("John", "J***"), ("王", "王*"), ("", "")]
)
def test_a_masked_name_keeps_its_first_letter(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(st.text(min_size=1, max_size=12))
def test_a_masked_name_never_tells_more_than_its_first_letter(name: str) -> None:
    masked = mask_name(name)

    assert masked[0] == name[0]
    assert set(masked[1:]) == {"*"}


@given(st.text(max_size=60))
def test_masking_keeps_the_length_of_ordinary_text_and_settles_at_once(text: str) -> None:
    masked = mask_private(text)

    assert mask_private(masked) == masked
