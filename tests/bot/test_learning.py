"""Does the understanding learn from corrections only when somebody trains, looks and activates?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gridwhistle.bot import cli
from gridwhistle.dialogs.nlu import train
from gridwhistle.services.schema import Correction
from gridwhistle.services.store import Store, new_id

SAID = {
    "errand.yml": {
        "report+street_light": ["路灯不亮", "灯坏了", "路灯灭了", "街灯不亮了", "路灯全黑", "灯杆没电", "又黑灯了"],
        "report+rubbish": ["垃圾没人收", "垃圾堆成山", "垃圾桶满了", "没人清垃圾", "垃圾臭了", "清洁没来", "遍地垃圾"],
    },
    "intents.yml": {"greet": ["你好", "您好", "早上好", "在吗你好", "hello", "您好呀", "你好啊"]},
}

pytestmark = pytest.mark.usefixtures("restored")


@pytest.fixture
def folder(tmp_path: Path, own_store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with one correction, and a few examples to train from."""
    data = tmp_path / "nlu" / "data" / "nlu"
    data.mkdir(parents=True)
    for name, labels in SAID.items():
        blocks = [
            f"- intent: {label}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts)
            for label, texts in labels.items()
        ]
        (data / name).write_text("nlu:\n" + "".join(blocks), encoding="utf-8")
    monkeypatch.setenv("GRIDWHISTLE_NLU_DATA_DIR", str(tmp_path / "nlu"))
    monkeypatch.setenv("GRIDWHISTLE_CACHE_DIR", str(tmp_path / "cache"))
    assert run("init", "--demo")
    store = Store(f"sqlite:///{own_store}")
    with store.begin() as session:
        session.add(
            Correction(
                region="fujin",
                id=new_id(),
                ticket_id=new_id(),
                text="旮旯胡同黢黑",
                understood_as="rubbish",
                matter="street_light",
                by_id=new_id(),
                at=datetime(2026, 11, 23, tzinfo=UTC),
            )
        )
    store.close()
    return tmp_path


def run(*words: str, status: int = 0) -> str:
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == status, result.output
    return result.output


def answering(folder: Path) -> float:
    """How probable the model that answers holds it that the corrected words are about a street light."""
    model = train.load_or_train(folder / "nlu" / "data" / "nlu", folder / "cache" / "nlu")
    return float(model.judge("旮旯胡同黢黑")[1][model.labels.index("report+street_light")])


def test_review_lists_confusions_and_the_least_sure(folder: Path) -> None:
    printed = run("nlu", "review", "--most", "5")
    assert "1 corrections, 1 messages" in printed
    assert "confused most" in printed
    assert "旮旯胡同黢黑" in printed
    assert folder.exists()


def test_a_candidate_changes_nothing_until_it_is_activated(folder: Path) -> None:
    before = answering(folder)
    file = folder / "m.jsonl"
    file.write_text('{"text": "路灯不亮", "category": "errand"}\n', encoding="utf-8")
    printed = run("nlu", "train", "--with-reviewed", "--on", str(file))
    for word in ("before", "after", "label accuracy", "file strict"):
        assert word in printed
    assert answering(folder) == before
    run("nlu", "activate")
    assert answering(folder) > before
    run("nlu", "activate", "--undo")
    assert answering(folder) == before


def test_activating_needs_a_candidate(folder: Path) -> None:
    assert "no candidate" in run("nlu", "activate", status=1)
    assert "no candidate had been activated" in run("nlu", "activate", "--undo", status=1)
    assert folder.exists()


def test_new_examples_end_a_candidate(folder: Path) -> None:
    run("nlu", "train", "--with-reviewed")
    run("nlu", "activate")
    with_candidate = answering(folder)
    path = folder / "nlu" / "data" / "nlu" / "intents.yml"
    path.write_text(path.read_text(encoding="utf-8") + "    - 早安\n", encoding="utf-8")
    assert answering(folder) != with_candidate


def test_training_with_reviewed_needs_corrections(folder: Path, own_store: Path) -> None:
    store = Store(f"sqlite:///{own_store}")
    with store.begin() as session:
        session.query(Correction).delete()
    store.close()
    assert "no corrections" in run("nlu", "train", "--with-reviewed", status=1)
