"""Does the script that checks the training data find what it is for, and does our data pass?"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from little_city import ROOT

from gridwhistle.dialogs.nlu.data import Example


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_training_data", ROOT / "scripts" / "check_training_data.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return load_script()


def examples(*pairs: tuple[str, str]) -> list[Example]:
    return [Example(label=label, text=text, file=Path("a.yml"), line=n) for n, (label, text) in enumerate(pairs, 1)]


def test_our_training_data_passes(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["check_training_data.py"])
    assert script.main() == 0, capsys.readouterr().out


def test_a_leak_is_found_and_not_shown(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = max((example.text for example in script.read(script.EXAMPLES)), key=len)
    file = tmp_path / "kept.jsonl"
    file.write_text(json.dumps({"text": "您好！" + ours}) + "\n\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["check_training_data.py", "--against", str(file)])
    assert script.main() == 1
    assert ours not in capsys.readouterr().out


def test_numbers_and_punctuation_make_no_other_text(script: ModuleType) -> None:
    given = examples(
        ("a", "三楼 停水2天了！"), ("b", "三楼停水３天了"), ("b", "三楼停水3天了"), ("a", "886"), ("b", "+1")
    )
    found = list(script.repeats(given))
    assert [line.partition(":")[0] for line in found] == ["a.yml"] * 2
    assert "a.yml:2 (b)" in found[0]


def test_near_repeats_differ_in_a_word(script: ModuleType) -> None:
    given = examples(
        ("a", "我们小区门口的路灯坏了好几天一直没人来修"),
        ("b", "我们小区门口的路灯坏了好几天一直没人去修"),
        ("b", "我们小区门口的垃圾箱满了一直没人来清"),
    )
    assert [(left.line, right.line) for left, right in script.near_repeats(given)] == [(1, 2)]


@pytest.mark.parametrize(
    ("ours", "kept", "leaks"),
    [
        ("路灯坏了没有人来修啊", "路灯坏了，没有人来修啊！", True),  # the same text
        ("听说桥头新修的那段柏油路今年十月能通车还能走大货", "桥头新修的那段柏油路今年十月能通车是真的吗？", True),
        ("小区停水没人通知", "昨天小区停水没人通知，物业电话不通", True),  # all of it stands there
        ("停水了", "停水了", False),  # everybody says that
        ("楼上漏水把我家天花板泡了", "楼上漏水，物业推给开发商", False),
        ("市民来电反映小区停水", "市民来电反映道路积水", False),
    ],
)
def test_leaks(script: ModuleType, ours: str, kept: str, leaks: bool) -> None:
    assert bool(list(script.leaks(examples(("a", ours)), [kept]))) is leaks


def test_every_wanted_label_needs_its_examples(script: ModuleType) -> None:
    given = examples(*[("greet", f"你好{n}") for n in range(script.ENOUGH)], ("thank", "谢谢"), ("odd", "啥"))
    found = list(script.uncovered(given, {"greet", "thank", "report+rubbish"}))
    assert [line.partition(":")[0] for line in found] == ["odd", "report+rubbish", "thank"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[幸福小区](place)停水", False),
        ('[三天]{"entity": "duration"}没水', False),
        ("幸福小区停水三天，电话13800008001", False),
        ("[幸福小区](estate)停水", True),
        ("[ ](place)停水", True),
        ("[三天]{entity: duration}没水", True),
        ("[幸福小区](place停水", True),
    ],
)
def test_marks_of_entities(script: ModuleType, text: str, wrong: bool) -> None:
    assert bool(list(script.wrong_spans(examples(("a", text))))) is wrong
