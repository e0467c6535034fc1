from __future__ import annotations

import pytest
from little_city import EXAMPLES

from gridwhistle.dialogs.nlu.data import read
from gridwhistle.dialogs.nlu.places import Gazetteer
from gridwhistle.dialogs.nlu.segments import PartBands, segments
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
        ("下水道堵了往外冒脏水，还有楼上邻居天天半夜蹦迪吵得睡不着", ["drain_blocked", "noise_neighbour"]),
    ],
)
def test_the_trained_model_tells_two_matters(
    understanding: EmbeddedUnderstanding, text: str, matters: list[str]
) -> None:
    assert [segment.matter for segment in understanding.understand(text).segments] == matters


def test_single_matters_stay_whole(understanding: EmbeddedUnderstanding) -> None:
    texts = [example.text for example in read(EXAMPLES) if example.label.startswith("report+")]
    broken = [text for text in texts if understanding.understand(text).segments]
    assert len(broken) / len(texts) < 0.01
