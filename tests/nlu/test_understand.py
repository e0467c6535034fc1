from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridwhistle.dialogs.nlu.data import Example
from gridwhistle.dialogs.nlu.features import features, normalise, weight
from gridwhistle.dialogs.nlu.intents import Model, load, save
from gridwhistle.dialogs.nlu.train import fit, load_or_train
from gridwhistle.dialogs.nlu.understand import EmbeddedUnderstanding
from gridwhistle.dialogs.nlu.understood import Bands, Emergency, EntityKind


@pytest.mark.parametrize(
    ("text", "intent", "matter"),
    [
        ("幸福小区3号楼2单元下水道堵了三天了，没人管", "report", "drain_blocked"),
        ("路灯不亮好几天了，晚上黑灯瞎火的", "report", "street_light"),
        ("家里暖气不热，才十五度", "report", "heating_cold"),
        ("消防通道被私家车堵死了", "report", "fire_lane_blocked"),
        ("楼上邻居半夜蹦迪，吵得睡不着", "report", "noise_neighbour"),
        ("垃圾好几天没人清运，都臭了", "report", "rubbish"),
        ("老板拖欠我三个月工资不给", "report", "unpaid_wages"),
        ("井盖没了，差点掉下去", "report", "manhole_missing"),
        ("请问异地住院医保怎么报销", "policy_question", "policy_medical"),
        ("我把房子租出去了，来登记一下租客", "report", "info_tenant"),
        ("there has been no water in the whole building since this morning", "report", "water_outage"),
        ("你好", "greet", None),
        ("谢谢你啊", "thank", None),
        ("给我转人工", "human", None),
        ("我报的那个事儿办到哪一步了", "progress", None),
    ],
)
def test_plain_lines(understanding: EmbeddedUnderstanding, text: str, intent: str, matter: str | None) -> None:
    found = understanding.understand(text)
    assert found.intent == intent
    if matter:
        assert found.matters[0].matter == matter


ENGLISH = {
    "The lamp post outside number 12 doesn't light any more": "street_light",
    "it's completely dark in our lane, none of the lights work": "street_light",
    "toilet won't flush, everything comes back up": "drain_blocked",
    "sewage smell and dirty water coming out of the drain in the yard": "drain_blocked",
    "my apartment is so cold, the radiators don't work at all": "heating_cold",
    "the guy upstairs plays drums every night": "noise_neighbour",
    "there's no water at all in our unit today": "water_outage",
    "water from the tap is rusty": "water_quality",
    "we have no electricity since this morning": "power_outage",
    "I smell gas in my kitchen": "gas_smell",
    "elevator not moving, stuck on floor 3 since yesterday": "lift_out",
    "bins are full and the trash has been lying there for days": "rubbish",
    "a car is blocking our gate": "vehicle_move",
    "people park on the sidewalk and we can't get past with the stroller": "parking_conflict",
    "a black SUV has been blocking the fire lane all week": "fire_lane_blocked",
    "dog barking all day next door": "pet_dispute",
    "stray dog attacked my kid": "stray_dog",
    "huge hole in the road near the bus stop": "pothole",
    "open manhole in front of the supermarket": "manhole_missing",
    "traffic light at the corner is broken": "traffic_signal_fault",
    "internet has been down for three days": "network_outage",
    "wires are hanging from the pole": "wires_hanging",
    "the playground slide is broken": "public_equipment",
    "my employer has not paid me since June": "unpaid_wages",
    "property management refuses to fix the door": "property_service",
    "what documents do I need for a residence permit": "policy_household",
    "when does the service hall open": "policy_service_hours",
}


def test_english_reports_open_and_are_mostly_right(understanding: EmbeddedUnderstanding) -> None:
    found = {text: understanding.understand(text) for text in ENGLISH}
    closed = [text for text, one in found.items() if not one.matters or one.confidence < Bands().opens]
    wrong = [text for text, matter in ENGLISH.items() if found[text].matters[0].matter != matter]
    assert closed == []
    assert len(wrong) <= len(ENGLISH) / 5, wrong


def test_everything_of_one_message(understanding: EmbeddedUnderstanding) -> None:
    found = understanding.understand("幸福小区3号楼2单元下水道堵了三天了，没人管，赶紧来人，电话13800008001")
    assert found.place is not None
    assert (found.place.place, found.place.building, found.place.unit) == ("xingfu-xq", "3", "2")
    values = {kind: found.first(kind) for kind in EntityKind}
    assert {kind.value: entity.value for kind, entity in values.items() if entity} == {
        "place": "xingfu-xq",
        "duration": "72",
        "urgency": "urgent",
        "phone": "13800008001",
    }
    assert found.language == "zh"
    assert found.confidence >= Bands().sure
    assert 1 >= sum(guess.confidence for guess in found.matters) > 0
    assert [g.confidence for g in found.matters] == sorted((g.confidence for g in found.matters), reverse=True)


@pytest.mark.parametrize("text", ["", " ", "😀😀", "???", "\0", "\ud800", "123456", "、。", "ぁぁ"])
def test_texts_without_words_are_out_of_scope(understanding: EmbeddedUnderstanding, text: str) -> None:
    assert understanding.understand(text).intent == "out_of_scope"


def test_an_emergency_goes_before_everything(understanding: EmbeddedUnderstanding) -> None:
    assert understanding.understand("😀" * 5000 + "厨房着火了").emergency is Emergency.FIRE


def test_ten_thousand_characters(understanding: EmbeddedUnderstanding) -> None:
    assert understanding.understand("停水了" * 4000).text == "停水了" * 4000


def test_the_language_is_that_of_the_sentence(understanding: EmbeddedUnderstanding) -> None:
    assert understanding.understand("no water in my flat").language == "en"
    assert understanding.understand("我家wifi坏了没人修").language == "zh"


ANY = st.text(alphabet=st.characters(), max_size=80)
PIECES = st.lists(
    st.sampled_from(
        [
            "幸福小区",
            "3号楼",
            "2单元",
            "着火了",
            "没",
            "三天",
            "昨天",
            "还有",
            "，",
            "-",
            "261123-007",
            "room ",
            "#",
            "\0",
        ]
    ),
    max_size=14,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(text=st.one_of(ANY, PIECES))
def test_understanding_never_raises(understanding: EmbeddedUnderstanding, text: str) -> None:
    found = understanding.understand(text)
    assert found.text == text
    assert 0 <= found.confidence <= 1
    for entity in found.entities:
        assert text[entity.start : entity.end] == entity.text


@given(text=st.text())
def test_normalising_keeps_positions(text: str) -> None:
    assert len(normalise(text)) == len(text)
    assert all(weight(name) > 0 for name in features(text))


def small() -> list[Example]:
    said = {
        "report+water_outage": ["停水了", "家里没水", "没有自来水", "水龙头不出水", "停水两天", "一滴水都没", "又停水"],
        "report+street_light": ["路灯不亮", "灯坏了", "路灯灭了", "街灯不亮了", "路灯全黑", "灯不亮", "路灯坏"],
        "greet": ["你好", "您好", "你好啊", "早上好", "在吗你好", "hello", "您好呀"],
    }
    file = Path("errand.yml")
    return [Example(label=label, text=t, file=file, line=1) for label, texts in said.items() for t in texts]


def test_a_small_training_learns_and_is_repeatable() -> None:
    model, again = fit(small()), fit(small())
    assert np.array_equal(model.matrix, again.matrix)
    assert [model.labels[int(model.judge(text)[1].argmax())] for text in ("停水", "路灯", "你好")] == [
        "report+water_outage",
        "report+street_light",
        "greet",
    ]
    assert model.judge("停水")[1].sum() == pytest.approx(1)


def test_a_model_comes_back_from_its_file(tmp_path: Path, model: Model) -> None:
    path = tmp_path / "models" / "m.npz"
    save(model, path)
    back = load(path)
    assert np.array_equal(back.judge("停水了")[1], model.judge("停水了")[1])
    assert [file.name for file in path.parent.iterdir()] == ["m.npz"]


def test_a_broken_cache_is_trained_anew(tmp_path: Path) -> None:
    examples = tmp_path / "data"
    examples.mkdir()
    lines = "".join(
        f"- intent: {label}\n  examples: |\n" + "".join(f"    - {e.text}\n" for e in small() if e.label == label)
        for label in sorted({e.label for e in small()})
    )
    (examples / "errand.yml").write_text("nlu:\n" + lines, encoding="utf-8")
    load_or_train(examples, tmp_path / "cache")
    (kept,) = (tmp_path / "cache").iterdir()
    whole = kept.read_bytes()
    for broken in (b"", whole[: len(whole) // 2], b"nonsense"):
        kept.write_bytes(broken)
        assert load_or_train(examples, tmp_path / "cache").labels == tuple(sorted({e.label for e in small()}))


def test_answering_loads_no_training_library(model: Model, tmp_path: Path) -> None:
    save(model, tmp_path / "m.npz")
    code = (
        "import sys; from pathlib import Path; from gridwhistle.dialogs.nlu.intents import load;"
        "from gridwhistle.dialogs.nlu.places import Gazetteer;"
        "from gridwhistle.dialogs.nlu.understand import EmbeddedUnderstanding;"
        "import gridwhistle.dialogs.nlu.train;"
        f"EmbeddedUnderstanding(load(Path({str(tmp_path / 'm.npz')!r})), Gazetteer([])).understand('停水了');"
        "assert not {'sklearn', 'scipy'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])  # noqa: S603 - our own code
