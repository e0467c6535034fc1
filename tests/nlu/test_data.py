from __future__ import annotations

import importlib.util
from collections import Counter
from pathlib import Path

import pytest
from little_city import EXAMPLES, ROOT

from gridwhistle.dialogs.nlu.data import MATTER_MARK, DataError, content_hash, label_of, read

HEAD = 'version: "3.1"\nnlu:\n'
GREETED = HEAD + "- intent: greet\n  examples: |\n    - 你好\n"


def folder(tmp_path: Path, text: str, name: str = "a.yml") -> Path:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_examples_know_their_label_and_line(tmp_path: Path) -> None:
    text = HEAD + "- intent: report+drain_blocked\n  examples: |\n    - 下水堵了\n\n    - 返水: 臭\n"
    assert [(e.label, e.text, e.line, e.family) for e in read(folder(tmp_path, text))] == [
        ("report+drain_blocked", "下水堵了", 5, "a"),
        ("report+drain_blocked", "返水: 臭", 7, "a"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (HEAD + "- intent: Report\n  examples: |\n    - 水\n", 3, "bad label"),
        (HEAD + "- intent: report+\n  examples: |\n    - 水\n", 3, "bad label"),
        (HEAD + "- examples: |\n    - 水\n", 3, "bad label"),
        (HEAD + "- intent: greet\n", 3, "has no 'examples: |'"),
        (HEAD + "- intent: greet\n  examples:\n    - 你好\n", 3, "has no 'examples: |'"),
        (HEAD + "- intent: greet\n  examples: |\n    - 你好\n    -\n", 6, "empty example"),
        (HEAD + "- intent: greet\n  examples: |\n    你好\n", 5, "does not start"),
        (HEAD + "- intent: greet\n  examples: |\n\n", 3, "has no examples"),
        (GREETED + "- intent: thank\n  examples: |\n    - 你好\n", 8, "stands in a.yml:5"),
        (GREETED + "    - 你好\n", 6, "stands in a.yml:5"),
        (HEAD + "- intent: [\n", 4, ""),
        ("nlu: 3\n", 1, "not a list"),
        ("- 3\n", 1, "not a mapping"),
    ],
)
def test_an_error_names_file_and_line(tmp_path: Path, text: str, line: int, problem: str) -> None:
    with pytest.raises(DataError, match=r"a\.yml:") as caught:
        read(folder(tmp_path, text))
    assert problem in str(caught.value)
    assert caught.value.line == line


def test_synonyms_and_look_ups_are_not_examples(tmp_path: Path) -> None:
    text = HEAD + "- synonym: 水\n  examples: |\n    - 自来水\n- intent: greet\n  examples: |\n    - 你好\n"
    assert [example.text for example in read(folder(tmp_path, text))] == ["你好"]


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no examples"):
        read(tmp_path)


def test_the_hash_follows_content_and_names(tmp_path: Path) -> None:
    one = content_hash(folder(tmp_path, HEAD))
    assert content_hash(tmp_path) == one
    assert content_hash(folder(tmp_path, HEAD + " ")) != one
    (tmp_path / "a.yml").rename(tmp_path / "b.yml")
    assert content_hash(folder(tmp_path, HEAD, "b.yml")) != one


def test_every_label_has_examples_enough() -> None:
    counts = Counter(example.label for example in read(EXAMPLES))
    assert {label: count for label, count in counts.items() if count < 25} == {}


def test_every_matter_of_the_catalogue_is_covered(matters: dict[str, str]) -> None:
    labels = {example.label for example in read(EXAMPLES) if MATTER_MARK in example.label}
    assert labels == {label_of(code, category) for code, category in matters.items()}


def test_a_matter_of_policy_is_asked_about_and_any_other_reported() -> None:
    assert label_of("policy_pension", "policy") == "policy_question+policy_pension"
    assert label_of("street_light", "errand") == "report+street_light"


def test_rasas_domain_is_the_one_that_the_script_writes() -> None:
    spec = importlib.util.spec_from_file_location("rasa_domain", ROOT / "scripts" / "rasa_domain.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    labels = {example.label for example in read(EXAMPLES)}
    assert script.DOMAIN.read_text(encoding="utf-8") == script.domain(labels)
