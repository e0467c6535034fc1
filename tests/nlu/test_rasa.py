from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from model_server import Script, model_server
from structlog.testing import capture_logs

from gridwhistle.dialogs.nlu.data import MATTER_MARK
from gridwhistle.dialogs.nlu.rasa import RasaUnderstanding, read_parse
from gridwhistle.dialogs.nlu.server import ModelServer, Patience
from gridwhistle.dialogs.nlu.understand import EmbeddedUnderstanding
from gridwhistle.dialogs.nlu.understood import Emergency

LINE = "幸福小区3号楼2单元下水道堵了三天了，没人管，电话13800008001"


def parsed(**labels: float) -> dict[str, object]:
    """As Rasa 3.6 answers; ``report__rubbish`` is the label of an intent with its matter."""
    ranking = [{"name": name.replace("__", MATTER_MARK), "confidence": sure} for name, sure in labels.items()]
    return {"text": "…", "intent": ranking[0], "entities": [], "intent_ranking": ranking}


@pytest.fixture
def server() -> Iterator[tuple[str, Script]]:
    with model_server() as running:
        yield running


@pytest.fixture
def rasa(server: tuple[str, Script], understanding: EmbeddedUnderstanding) -> Iterator[RasaUnderstanding]:
    client = ModelServer("rasa", server[0] + "/model/parse", params={"token": "t"}, patience=Patience(seconds=0.3))
    yield RasaUnderstanding(client, understanding)
    client.close()


def test_rasa_judges_intent_and_matters_and_the_rules_find_the_facts(
    rasa: RasaUnderstanding, server: tuple[str, Script], understanding: EmbeddedUnderstanding
) -> None:
    # The best single label is another intent's: what counts is the sum.
    labels = {"urge": 0.3, "report__drain_blocked": 0.28, "report__rubbish": 0.14, "report__standing_water": 0.07}
    server[1].says(parsed(**labels, report__odor_unknown=0.07))
    found, own = rasa.understand(LINE), understanding.understand(LINE)
    assert (found.intent, found.confidence) == ("report", pytest.approx(0.56))
    assert [guess.matter for guess in found.matters] == ["drain_blocked", "rubbish", "standing_water"]
    assert [guess.confidence for guess in found.matters] == pytest.approx([0.5, 0.25, 0.125])
    assert (found.place, found.entities, found.language) == (own.place, own.entities, own.language)
    assert server[1].asked == [{"text": LINE}]
    assert server[1].paths == ["/model/parse?token=t"]


def test_danger_does_not_wait_for_a_server_to_say_so(rasa: RasaUnderstanding, server: tuple[str, Script]) -> None:
    server[1].says(parsed(greet=0.9))
    assert rasa.understand("着火了，快来人，3号楼二单元冒黑烟").emergency is Emergency.FIRE


def test_what_rasa_was_unsure_of_is_its_best_guess_with_its_confidence() -> None:
    parse = read_parse(parsed(nlu_fallback=0.3, urge=0.22))  # type: ignore[arg-type]
    assert (parse.intent, parse.confidence, parse.matters) == ("urge", 0.22, ())


@pytest.mark.parametrize("text", ["", "   ", "😀😀", "。。。？"])
def test_a_text_without_words_is_not_sent(rasa: RasaUnderstanding, server: tuple[str, Script], text: str) -> None:
    rasa.understand(text)
    assert server[1].asked == []


@pytest.mark.parametrize(
    ("status", "answer", "tries"),
    [
        (500, {"reason": "no model"}, 2),
        (503, b"", 2),
        (401, {"reason": "NotAuthenticated"}, 1),
        (409, {"reason": "NoModel"}, 1),
        (200, b"<html>", 1),
        (200, [], 1),
        (200, {"intent": None}, 1),
        (200, {"intent": {"name": "report"}}, 1),
        (200, {"intent_ranking": [{"name": "nlu_fallback", "confidence": 0.3}]}, 1),
        (200, {"intent_ranking": "report"}, 1),
    ],
)
def test_no_usable_answer_leaves_the_engine_of_this_process(
    rasa: RasaUnderstanding,
    server: tuple[str, Script],
    understanding: EmbeddedUnderstanding,
    status: int,
    answer: object,
    tries: int,
) -> None:
    server[1].says(answer, status=status)
    with capture_logs() as logs:
        assert rasa.understand(LINE) == understanding.understand(LINE)
    assert len(server[1].asked) == tries
    (entry,) = logs
    assert entry["event"] == "understanding.fallback"
    assert not any(secret in str(entry) for secret in ("下水道", "13800008001", "token"))


def test_one_bad_moment_is_tried_again(rasa: RasaUnderstanding, server: tuple[str, Script]) -> None:
    server[1].answers = [(502, b""), (200, parsed(urge=0.9))]
    assert rasa.understand("催一下").intent == "urge"
    assert rasa.silent == ()


def test_a_server_that_hangs_is_left_alone_and_found_again(
    server: tuple[str, Script], understanding: EmbeddedUnderstanding
) -> None:
    address, script = server
    patience = Patience(seconds=0.05, failures=2, rest_seconds=0.1)
    client = ModelServer("rasa", address, patience=patience)
    rasa = RasaUnderstanding(client, understanding)
    script.hold.clear()
    with capture_logs() as logs:
        for _ in range(4):
            assert rasa.understand(LINE) == understanding.understand(LINE)
    assert rasa.silent == ("rasa",)
    assert len(script.asked) == 4, "two messages of two tries; then it was not asked"
    assert [entry["event"] for entry in logs].count("understanding.server_left_alone") == 1
    script.hold.set()
    script.says(parsed(report__drain_blocked=0.9))
    with capture_logs() as logs:
        for _ in range(200):
            if rasa.understand(LINE).confidence == 0.9:
                break
            time.sleep(0.01)
    assert rasa.silent == ()
    assert "understanding.server_is_back" in [entry["event"] for entry in logs]
    client.close()


def test_nothing_listens_there(understanding: EmbeddedUnderstanding) -> None:
    client = ModelServer("rasa", "http://127.0.0.1:9", patience=Patience(seconds=0.2))
    assert RasaUnderstanding(client, understanding).understand(LINE) == understanding.understand(LINE)
    client.close()
