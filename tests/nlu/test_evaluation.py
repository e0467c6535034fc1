"""Are the figures of an evaluation the ones that their names promise?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from gridwhistle.dialogs.nlu import evaluation
from gridwhistle.dialogs.nlu.evaluation import Band, FileError, Judged, Message
from gridwhistle.dialogs.nlu.understood import Bands, MatterGuess, Understood

CATEGORY_OF = {"street_light": "errand", "rubbish": "errand", "manhole": "hazard", "pension": "policy"}


@dataclass(frozen=True)
class Parrot:
    """Understands what it was told beforehand."""

    said: dict[str, Understood]

    def understand(self, text: str) -> Understood:
        return self.said[text]


def meaning(intent: str, confidence: float, **matters: float) -> Understood:
    guesses = tuple(MatterGuess(matter=name, confidence=sure) for name, sure in matters.items())
    return Understood(text="", language="zh", intent=intent, confidence=confidence, matters=guesses)


def judged(category: str, guess: str, confidence: float = 0.5, alt: str | None = None) -> Judged:
    return Judged(category=category, alt=alt, guess=guess, confidence=confidence, band=Band.FORM, clear=True)


def test_a_category_follows_from_the_best_matter_and_is_as_sure_as_all_its_matters() -> None:
    found = meaning("report", 0.8, street_light=0.4, manhole=0.3, rubbish=0.1)
    assert evaluation.proposed(found, CATEGORY_OF) == ("errand", pytest.approx(0.4))
    assert evaluation.proposed(meaning("greet", 0.9, street_light=0.4), CATEGORY_OF) == ("none", 0.9)
    assert evaluation.proposed(meaning("report", 0.9), CATEGORY_OF) == ("none", 0.9)


@pytest.mark.parametrize(
    ("found", "band"),
    [
        (meaning("report", 0.71, manhole=1), Band.FORM),
        (meaning("policy_question", 0.71, pension=1), Band.ANSWER),
        (meaning("report", 0.5, manhole=1), Band.ASKED),
        (meaning("report", 0.3, manhole=1), Band.NOT),
        (meaning("chitchat", 0.99), Band.NOT),
    ],
)
def test_bands(found: Understood, band: Band) -> None:
    assert evaluation.band_of(found, Bands(opens=0.7, ask=0.4)) is band


def test_judging_messages() -> None:
    said = {"灯": meaning("report", 0.9, street_light=0.9), "井": meaning("report", 0.9, rubbish=0.6, manhole=0.4)}
    messages = [Message(text="灯", category="errand"), Message(text="井", category="hazard", alt="errand")]
    lamp, manhole = evaluation.judge(Parrot(said), messages, CATEGORY_OF, Bands())
    assert (lamp.strict, lamp.lenient) == (True, True)
    assert (manhole.strict, manhole.lenient) == (False, True)
    assert evaluation.share([lamp, manhole], "strict") == 0.5
    assert evaluation.share([lamp, manhole], "lenient") == 1
    assert evaluation.share([], "lenient") == 0


def test_the_table_is_strict_and_leaves_out_categories_that_the_file_lacks() -> None:
    rows = evaluation.table(
        [judged("errand", "errand"), judged("errand", "hazard", alt="hazard"), judged("hazard", "hazard")]
    )
    assert [(row.category, row.count, row.precision, row.recall) for row in rows] == [
        ("hazard", 1, 0.5, 1.0),
        ("errand", 2, 1.0, 0.5),
    ]
    assert evaluation.macro_f1(rows) == pytest.approx(2 / 3)
    assert evaluation.macro_f1([]) == 0


def test_a_category_that_nothing_was_called_has_no_precision() -> None:
    (row,) = evaluation.table([judged("care", "errand")])
    assert (row.precision, row.recall, row.f1) == (0, 0, 0)


def test_confusion_counts_pairs() -> None:
    assert evaluation.confusion([judged("care", "errand"), judged("care", "errand"), judged("care", "care")]) == {
        ("care", "errand"): 2,
        ("care", "care"): 1,
    }


def test_coverage_from_each_tenth_on() -> None:
    given = [judged("care", "care", 1.0), judged("care", "errand", 0.45), judged("care", "care", 0.45)]
    found = evaluation.steps(given)
    assert [step.covered for step in found][:5] == [1] * 5
    assert found[5].covered == pytest.approx(1 / 3)
    assert (found[4].inside, found[4].inside_right, found[4].inside_confidence) == (2, 0.5, 0.45)
    assert (found[9].inside, found[9].strict) == (1, 1.0)
    assert evaluation.calibration_error([]) == 0
    # Twice 0.05 too modest in the mean, once right with certainty.
    assert evaluation.calibration_error(given) == pytest.approx(0.1 / 3)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "no messages"),
        ("\n\n", "no messages"),
        ("nonsense", ":1: no JSON"),
        ('{"category": "care"}', ":1: no JSON"),
        ('{"text": "a"}\n3', ":2: no JSON"),
        ('{"text": 3}', ":1: text is no text"),
        ('{"text": "a", "category": "cares"}', "'cares' is none of"),
        ('{"text": "a", "category": "care", "alt": "x"}', "'x' is none of"),
        ('{"text": "a", "category": "care"}\n{"text": "b"}', "some have none"),
    ],
)
def test_a_malformed_file_is_told(tmp_path: Path, content: str, problem: str) -> None:
    file = tmp_path / "m.jsonl"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(FileError, match=problem):
        evaluation.read_messages(file)


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "m.jsonl"
    file.write_text(json.dumps({"id": "1", "text": "井", "category": "hazard", "alt": None}) + "\n", encoding="utf-8")
    assert evaluation.read_messages(file) == (Message(text="井", category="hazard"),)
