from __future__ import annotations

import pytest

from gridwhistle.dialogs.nlu.entities import entities
from gridwhistle.dialogs.nlu.persons import valid_identity
from gridwhistle.dialogs.nlu.understood import EntityKind

# No person's: the check sign of the made-up number is computed.
MADE_UP = "11010119900101123"
IDENTITY = next(MADE_UP + sign for sign in "0123456789x" if valid_identity(MADE_UP + sign))


def values(text: str, kind: EntityKind) -> list[str]:
    return [entity.value for entity in entities(text) if entity.kind is kind]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("我电话13800008001", "13800008001"),
        ("打138-0000-8001", "13800008001"),
        ("打138 0000 8001", "13800008001"),
        ("１３８００００８００１", "13800008001"),
        ("座机0454-2345678", "04542345678"),
        ("(0454)2345678", "04542345678"),
    ],
)
def test_a_phone_number_is_its_digits(text: str, value: str) -> None:
    assert values(text, EntityKind.PHONE) == [value]


@pytest.mark.parametrize("text", ["12345", "打110了", "幸福-261123-007", "138000080012222", IDENTITY, "2026-11-23"])
def test_no_phone_number(text: str) -> None:
    assert values(text, EntityKind.PHONE) == []


def test_an_identity_number_has_its_check_sign() -> None:
    assert values(f"身份证{IDENTITY}", EntityKind.IDENTITY) == [IDENTITY.upper()]
    wrong = IDENTITY[:-1] + ("1" if IDENTITY[-1] != "1" else "2")
    assert values(f"身份证{wrong}", EntityKind.IDENTITY) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("幸福-261123-007到哪了", "幸福-261123-007"),
        ("帮我查一下工单幸福-261123-007", "幸福-261123-007"),
        ("查261123-007", "261123-007"),
        ("幸福—261123—007", "幸福-261123-007"),
        ("007号工单咋样了", "007"),
        ("工单号是012", "012"),
    ],
)
def test_a_ticket_number(text: str, value: str) -> None:
    assert values(text, EntityKind.TICKET) == [value]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("楼上有个独居老人", ["elder_alone"]),
        ("我妈八十多岁一个人在家", ["elder_alone"]),
        ("坐轮椅的残疾人出不去", ["disabled"]),
        ("媳妇怀孕七个月", ["pregnant"]),
        ("家里小孩发烧", ["child"]),
        ("我们是低保户", ["poor"]),
        ("我是退伍老兵", ["veteran"]),
        ("我爸透析呢", ["ill"]),
        ("精神病人在楼下喊", ["mental"]),
        ("my old mother lives alone", ["elder_alone"]),
        ("幼儿园门口堵车", []),
        ("儿童公园的秋千坏了", []),
    ],
)
def test_kinds_of_persons(text: str, codes: list[str]) -> None:
    assert values(text, EntityKind.PERSON_KIND) == codes


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("赶紧来人", ["urgent"]),
        ("急！没水了", ["urgent"]),
        ("再不修要出事", ["danger"]),
        ("家里有老人孩子", ["vulnerable"]),
        ("please come asap", ["urgent"]),
        ("不着急，有空来就行", []),
        ("去急诊了", []),
    ],
)
def test_signs_of_haste(text: str, signs: list[str]) -> None:
    assert values(text, EntityKind.URGENCY) == signs


def test_entities_keep_the_words_and_their_positions() -> None:
    text = "电话１３８００００８００１，堵了三天"
    for entity in entities(text):
        assert text[entity.start : entity.end] == entity.text
