from __future__ import annotations

import pytest
from little_city import EXAMPLES

from gridwhistle.dialogs.nlu.data import read
from gridwhistle.dialogs.nlu.places import Gazetteer
from gridwhistle.dialogs.nlu.segments import PartBands, segments, without_lead
from gridwhistle.dialogs.nlu.understand import EmbeddedUnderstanding

WORDS = {"停水": "water_outage", "路灯": "street_light", "下水": "drain_blocked", "狗": "stray_dog"}


def classify(part: str) -> tuple[str, float] | None:
    return next(((matter, 0.9) for word, matter in WORDS.items() if word in part), None)


def split(gazetteer: Gazetteer, text: str) -> list[tuple[str, str | None, str | None]]:
    found = segments(text, classify, gazetteer.mention, PartBands())
    return [(s.matter, s.place.place if s.place else None, s.place.building if s.place else None) for s in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "幸福小区停水了，另外路灯也不亮",
            [("water_outage", "xingfu-xq", None), ("street_light", "xingfu-xq", None)],
        ),
        (
            "幸福小区3号楼停水了。还有5号楼路灯坏了",
            [("water_outage", "xingfu-xq", "3"), ("street_light", "xingfu-xq", "5")],
        ),
        (
            "幸福小区停水，再就是尚岗小区路灯不亮",
            [("water_outage", "xingfu-xq", None), ("street_light", "shanggang-xq", None)],
        ),
        ("家里停水了。楼下有野狗。", [("water_outage", None, None), ("stray_dog", None, None)]),
        (
            "1.停水 2.路灯不亮 3.下水道堵",
            [("water_outage", None, None), ("street_light", None, None), ("drain_blocked", None, None)],
        ),
        (
            "幸福小区有三个问题：第一，3号楼停水；第二，5号楼路灯不亮；第三是下水堵",
            [
                ("water_outage", "xingfu-xq", "3"),
                ("street_light", "xingfu-xq", "5"),
                ("drain_blocked", "xingfu-xq", "5"),
            ],
        ),
        ("幸福小区3号楼：①停水②路灯不亮", [("water_outage", "xingfu-xq", "3"), ("street_light", "xingfu-xq", "3")]),
        ("1、3号楼停水2、路灯不亮", [("water_outage", None, "3"), ("street_light", None, "3")]),
        (
            "幸福小区停水\n路灯不亮\n\n楼下有野狗",
            [
                ("water_outage", "xingfu-xq", None),
                ("street_light", "xingfu-xq", None),
                ("stray_dog", "xingfu-xq", None),
            ],
        ),
        ("3号楼301室停水，另外楼道路灯不亮", [("water_outage", None, "3"), ("street_light", None, "3")]),
        (
            "幸福小区3号楼停水，另外小区里路灯不亮",
            [("water_outage", "xingfu-xq", "3"), ("street_light", "xingfu-xq", None)],
        ),
        ("停水两天了，路灯也不亮", [("water_outage", None, None), ("street_light", None, None)]),
        ("我有两件事：路灯坏了、下水堵了", [("street_light", None, None), ("drain_blocked", None, None)]),
        ("停水了。没人管。还有路灯不亮，都三天了", [("water_outage", None, None), ("street_light", None, None)]),
        ("路灯坏了、下水堵了一周", []),
        ("第一个小时就停水，第三方说没有路灯", []),
        ("停水两天了，物业说路灯也不管", []),
        ("3、5号楼停水，二是我不知道", []),
        ("停水两天了，还有没有人管", []),
        ("停水两天了，另外打电话说停水三天", []),
        ("停水两天了，还有多久能来", []),
        ("停水两天了，一直没人来，孩子都没法洗澡", []),
        ("", []),
    ],
)
def test_parts_with_different_matters_are_told_apart(
    gazetteer: Gazetteer, text: str, expected: list[tuple[str, str | None, str | None]]
) -> None:
    assert split(gazetteer, text) == expected


@pytest.mark.parametrize(
    ("text", "matters"),
    [
        ("幸福小区3号楼停水了，另外5号楼路灯不亮", ["water_outage", "street_light"]),
        ("1.路灯不亮 2.下水道堵了 3.垃圾没人收", ["street_light", "drain_blocked", "rubbish"]),
        ("幸福小区路灯不亮\n下水道也堵了\n垃圾好几天没人收", ["street_light", "drain_blocked", "rubbish"]),
        ("第一，暖气不热；第二，电梯坏了", ["heating_cold", "lift_out"]),
        ("路灯不亮，下水道也堵了，物业也不管", ["street_light", "drain_blocked"]),
        ("幸福小区3号楼2单元没水了，问物业也不知道啥时候来", []),
        ("暖气不热，打电话也没个准话", []),
        ("下水道堵了往外冒脏水，还有楼上邻居天天半夜蹦迪吵得睡不着", ["drain_blocked", "noise_neighbour"]),
    ],
)
def test_the_trained_model_tells_two_matters(
    understanding: EmbeddedUnderstanding, text: str, matters: list[str]
) -> None:
    assert [segment.matter for segment in understanding.understand(text).segments] == matters


def test_what_a_house_shares_is_not_in_the_flat(gazetteer: Gazetteer) -> None:
    said = "幸福小区3号楼2单元301停水了，另外楼道路灯不亮"
    first, second = segments(said, classify, gazetteer.mention, PartBands())
    assert first.place
    assert second.place
    assert (first.place.room, second.place.room, second.place.unit) == ("301", None, "2")


def test_each_part_keeps_its_own_words(gazetteer: Gazetteer) -> None:
    said = "您好，幸福小区停水两天了！老人没水吃。另外：路灯也不亮，黑得很；求你们了。"
    found = segments(said, classify, gazetteer.mention, PartBands())
    assert [part.text for part in found] == ["您好，幸福小区停水两天了！老人没水吃", "路灯也不亮，黑得很；求你们了"]


@pytest.mark.parametrize(
    ("part", "bare"),
    [
        ("还有5号楼的路灯不亮", "5号楼的路灯不亮"),
        ("对了还有路灯不亮", "路灯不亮"),
        ("2. 路灯不亮", "路灯不亮"),
        ("第二个问题是路灯不亮。", "路灯不亮"),
        ("还有没有人管路灯", "还有没有人管路灯"),
    ],
)
def test_the_words_that_only_lead_to_another_matter_are_left_out(part: str, bare: str) -> None:
    assert without_lead(part) == bare


def test_single_matters_stay_whole(understanding: EmbeddedUnderstanding) -> None:
    texts = [example.text for example in read(EXAMPLES) if example.label.startswith("report+")]
    broken = [text for text in texts if understanding.understand(text).segments]
    assert len(broken) / len(texts) < 0.01
