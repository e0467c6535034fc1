"""What is made of messages that people have put right?"""

from __future__ import annotations

from pathlib import Path

from gridwhistle.dialogs.nlu.data import Example
from gridwhistle.dialogs.nlu.reviewed import Answer, answers, as_examples, confusions, least_sure, new_to
from gridwhistle.dialogs.nlu.understood import MatterGuess, Understood


class Lamp:
    """Takes everything with a lamp in it for a street light, and the rest for a greeting."""

    def understand(self, text: str) -> Understood:
        if "灯" in text:
            guess = MatterGuess(matter="street_light", confidence=0.5)
            return Understood(text=text, language="zh", intent="report", confidence=0.8, matters=(guess,))
        return Understood(text=text, language="zh", intent="greet", confidence=0.9)


def test_answers_confusions_and_the_least_sure() -> None:
    found = answers(Lamp(), [("路灯不亮", "street_light"), ("电灯坏", "power"), ("灯闪", "power"), ("没水", "water")])
    assert found[0] == Answer(text="路灯不亮", matter="street_light", guess="street_light", confidence=0.4)
    assert confusions(found) == [("power", "street_light", 2), ("water", None, 1)]
    assert [answer.text for answer in least_sure(found, 2)] == ["路灯不亮", "电灯坏"]


def test_examples_follow_the_catalogue() -> None:
    category_of = {"street_light": "errand", "pension": "policy"}
    made = as_examples([("灯", "street_light"), ("退休", "pension"), ("旧", "gone")], category_of)
    assert [(one.label, one.family) for one in made] == [
        ("report+street_light", "errand"),
        ("policy_question+pension", "policy"),
    ]
    ours = [Example(label="report+street_light", text="灯", file=Path("errand.yml"), line=1)]
    assert new_to(ours, made) == ()
    assert (
        new_to([Example(label="policy_question+pension", text="x", file=Path("policy.yml"), line=1)], made) == made[1:]
    )
