from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import gridwhistle
from gridwhistle.dialogs.flows import FLOWS
from gridwhistle.dialogs.texts import FIRST_LANGUAGE, Field, TextError, Texts
from gridwhistle.services.clock import ShiftableClock
from gridwhistle.services.schema import Status

CODE = Path(gridwhistle.__file__).parent
NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
LONGEST = 1000
MARKUP = re.compile(r"</?[a-zA-Z]+>|\*\*|__|\]\(|`")


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts.load(ShiftableClock(frozen_at=NOW))


@pytest.fixture(scope="module")
def source() -> str:
    kinds = ("*.py", "*.html", "*.js")
    return "\n".join(file.read_text(encoding="utf-8") for kind in kinds for file in sorted(CODE.rglob(kind)))


def fields(texts: Texts, key: str, language: str) -> set[str]:
    return {part.name for part in texts.template(key, language) if isinstance(part, Field)}


def literal(texts: Texts, key: str, language: str) -> str:
    return "".join(part if isinstance(part, str) else "" for part in texts.template(key, language))


def derived() -> dict[str, bool]:
    """Keys that follow from the flows' names, and whether they must be there."""
    return {
        f"{flow.name}.{slot}.{kind}": kind != "label"
        for flow in FLOWS
        for slot in flow.slots
        for kind in ("ask", "retry", "label")
    }


def test_both_languages_have_the_same_keys(texts: Texts) -> None:
    assert texts.languages == ("en", "zh")
    assert texts.keys("zh") ^ texts.keys("en") == frozenset()


def test_both_languages_have_the_same_placeholders(texts: Texts) -> None:
    differing = [key for key in sorted(texts.keys("zh")) if fields(texts, key, "zh") != fields(texts, key, "en")]
    assert differing == []


def test_every_question_has_its_texts(texts: Texts) -> None:
    assert sorted(key for key, must in derived().items() if must and key not in texts.keys(FIRST_LANGUAGE)) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_retry_says_something_else_than_the_question(texts: Texts, language: str) -> None:
    same = [
        key
        for key in sorted(texts.keys(language))
        if key.endswith(".retry") and texts.template(key, language) == texts.template(f"{key[:-6]}.ask", language)
    ]
    assert same == []


def test_every_flow_that_an_intent_opens_can_be_offered_by_name(texts: Texts) -> None:
    named = {f"clarify.flow.{flow.name}" for flow in FLOWS if flow.opens_on}
    assert sorted(named - texts.keys(FIRST_LANGUAGE)) == []


def test_no_text_is_unused(texts: Texts, source: str) -> None:
    within = {
        part.spec
        for key in texts.keys(FIRST_LANGUAGE)
        for part in texts.template(key, FIRST_LANGUAGE)
        if isinstance(part, Field) and part.spec.startswith("name.")
    }
    questions = derived()
    page_names = set(re.findall(r"\w+", source))

    def used(key: str) -> bool:
        parts = key.split(".")
        prefixes = [".".join(parts[:many]) for many in range(1, len(parts))]
        return (
            key in questions
            # A page gets the texts of its prefix by their last name.
            or (parts[0] == "web" and parts[-1] in page_names)
            or f'"{key}"' in source
            or f"'{key}'" in source
            or any(f'"{prefix}.{{' in source or f"'{prefix}.{{" in source for prefix in prefixes)
            or any(prefix in within or f'"{prefix}"' in source for prefix in prefixes if prefix.startswith("name."))
        )

    assert sorted(key for key in texts.keys(FIRST_LANGUAGE) if not used(key)) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_texts_are_short_and_plain(texts: Texts, language: str) -> None:
    for key in texts.keys(language):
        said = literal(texts, key, language)
        assert said or fields(texts, key, language), key
        assert len(said) <= LONGEST, key
        assert not MARKUP.search(said), key


@pytest.mark.parametrize(
    ("text", "params", "zh", "en"),
    [
        ("{when:day}", {"when": NOW}, "11月24日（周二）", "Tue 24 Nov"),
        ("{when:day}", {"when": date(2026, 12, 5)}, "12月5日（周六）", "Sat 5 Dec"),
        ("{when:minute}", {"when": NOW}, "11月24日（周二）14:30", "Tue 24 Nov 14:30"),
        ("{when:time}", {"when": NOW}, "14:30", "14:30"),
        ("{when:relative}", {"when": NOW}, "今天14:30", "today 14:30"),
        ("{when:relative}", {"when": datetime(2026, 11, 24, 16, tzinfo=UTC)}, "明天00:00", "tomorrow 00:00"),
        ("{when:relative}", {"when": datetime(2026, 11, 27, tzinfo=UTC)}, "11月27日（周五）08:00", "Fri 27 Nov 08:00"),
        ("{x:name.status}", {"x": Status.CLOSED}, "已归档", "archived"),
        ("{x:list}", {"x": ["a", "b"]}, "a、b", "a, b"),
        ("{x:lines}", {"x": ("a", "b")}, "a\nb", "a\nb"),
        ("{{{x}}}", {"x": 3}, "{3}", "{3}"),
    ],
)
def test_placeholders(tmp_path: Path, texts: Texts, text: str, params: dict[str, object], zh: str, en: str) -> None:
    status = {language: texts.text("name.status.closed", language, {}) for language in ("zh", "en")}
    for language, expected in (("zh", zh), ("en", en if "status" not in text else status["en"])):
        folder = tmp_path / language
        folder.mkdir()
        (folder / "a.yaml").write_text(
            f"k: {text!r}\nname: {{status: {{closed: {status[language]!r}}}}}\n", encoding="utf-8"
        )
        read = Texts.load(ShiftableClock(frozen_at=NOW), tmp_path)
        assert read.text("k", language, params) == expected


@pytest.mark.parametrize(
    ("yaml", "problem"),
    [
        ("a.b: x\na.b: y", "twice"),
        ("a: {b: x}\na.b: y", "twice"),
        ("a: [x]", "neither"),
        ("a: '{x.y}'", "placeholder"),
        ("a: '{x'", "a"),
        ("- x", "neither"),
        ("a: 'x", "a.yaml"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, yaml: str, problem: str) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "a.yaml").write_text(yaml, encoding="utf-8")
    with pytest.raises(TextError, match=problem):
        Texts.load(ShiftableClock(frozen_at=NOW), tmp_path)


def test_an_unknown_key_and_a_missing_value_are_errors(texts: Texts) -> None:
    with pytest.raises(KeyError):
        texts.text("no.such.key", "zh", {})
    with pytest.raises(KeyError):
        texts.text("engine.too_long", "zh", {})
    assert texts.text("common.yes", "fr", {}) == "是"
