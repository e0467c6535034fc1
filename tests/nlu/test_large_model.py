from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from model_server import Script, model_server
from structlog.testing import capture_logs

from gridwhistle.dialogs.nlu.large_model import INTENTS, LargeModelUnderstanding, Matter, instruction
from gridwhistle.dialogs.nlu.server import ModelServer, Patience
from gridwhistle.dialogs.nlu.understood import Bands, Emergency, MatterGuess, Understood, clear_matter

MATTERS = (
    Matter(code="drain_blocked", name="下水道堵塞、污水外溢", intent="report"),
    Matter(code="odor_unknown", name="不明异味", intent="report"),
    Matter(code="rubbish", name="垃圾未清运", intent="report"),
    Matter(code="policy_medical", name="医保报销政策咨询", intent="policy_question"),
)
UNSURE = Understood(
    text="",
    language="zh",
    intent="report",
    confidence=0.5,
    matters=(
        MatterGuess(matter="rubbish", confidence=0.3),
        MatterGuess(matter="odor_unknown", confidence=0.25),
        MatterGuess(matter="street_light", confidence=0.05),
    ),
)
BANDS = Bands(sure=0.7, ask=0.4)


class Inner:
    silent = ("rasa",)

    def __init__(self, found: Understood) -> None:
        self.found = found

    def understand(self, text: str) -> Understood:
        assert text
        return self.found


def completion(content: object) -> dict[str, object]:
    text = content if isinstance(content, str) else json.dumps(content)
    return {"id": "1", "choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}


@pytest.fixture
def server() -> Iterator[tuple[str, Script]]:
    with model_server() as running:
        yield running


@pytest.fixture
def client(server: tuple[str, Script]) -> Iterator[ModelServer]:
    client = ModelServer(
        "large model",
        server[0] + "/v1/chat/completions",
        headers={"Authorization": "Bearer k"},
        patience=Patience(seconds=0.3),
    )
    yield client
    client.close()


def engine(client: ModelServer, found: Understood) -> LargeModelUnderstanding:
    return LargeModelUnderstanding(client, "qwen", Inner(found), MATTERS, names=["李强"], bands=BANDS)


def test_where_both_agree_the_dialog_may_act(client: ModelServer, server: tuple[str, Script]) -> None:
    server[1].says(completion({"intent": "report", "matter": "odor_unknown"}))
    found = engine(client, UNSURE).understand("楼道里一股味")
    assert (found.intent, found.confidence) == ("report", BANDS.sure)
    assert clear_matter(found.matters) == "odor_unknown"
    assert [guess.matter for guess in found.matters] == ["odor_unknown", "rubbish", "street_light"]
    assert sum(guess.confidence for guess in found.matters) == pytest.approx(1)


@pytest.mark.parametrize(
    ("answer", "intent", "first"),
    [
        ({"intent": "report", "matter": "drain_blocked"}, "report", "drain_blocked"),
        ({"intent": "policy_question", "matter": "policy_medical"}, "policy_question", "policy_medical"),
        ({"intent": "progress", "matter": None}, "progress", "rubbish"),
    ],
)
def test_where_it_stands_alone_the_person_is_asked(
    client: ModelServer, server: tuple[str, Script], answer: object, intent: str, first: str
) -> None:
    server[1].says(completion(answer))
    found = engine(client, UNSURE).understand("楼道里一股味")
    assert (found.intent, found.confidence, found.matters[0].matter) == (intent, BANDS.ask, first)
    assert clear_matter(found.matters) is None


@pytest.mark.parametrize(
    "sure",
    [
        Understood(text="", language="zh", intent="urge", confidence=0.8),
        Understood(
            text="", language="zh", intent="report", confidence=0.8, matters=(MatterGuess(matter="x", confidence=0.9),)
        ),
        Understood(text="", language="zh", intent="report", confidence=0.1, emergency=Emergency.GAS),
    ],
)
def test_what_is_sure_or_dangerous_is_not_sent(
    client: ModelServer, server: tuple[str, Script], sure: Understood
) -> None:
    assert engine(client, sure).understand("一句话") is sure
    assert server[1].asked == []


def test_no_personal_data_leaves(client: ModelServer, server: tuple[str, Script]) -> None:
    server[1].says(completion({"intent": "report", "matter": "rubbish"}))
    engine(client, UNSURE).understand(
        "我是3号楼2单元501的，电话13800008001，身份证230882199001011234，车牌黑D12345，找李强说过" + "啊" * 900
    )
    (asked,) = server[1].asked
    assert (asked["model"], asked["temperature"]) == ("qwen", 0)
    assert server[1].authorization == ["Bearer k"]
    sent = json.dumps(asked, ensure_ascii=False)
    assert not any(secret in sent for secret in ("13800008001", "230882199001011234", "D12345", "李强", "501"))
    assert "找李*说过" in sent
    assert len(asked["messages"][1]["content"]) <= 600  # type: ignore[index]


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, {}),
        (429, {"error": "quota"}),
        (200, {"choices": []}),
        (200, completion("好的，这是一件垃圾问题。")),
        (200, completion('```json\n{"intent": "report", "matter": "rubbish"}\n```')),
        (200, completion({"intent": "report", "matter": "no_such"})),
        (200, completion({"intent": "report", "matter": None})),
        (200, completion({"intent": "report", "matter": "policy_medical"})),
        (200, completion({"intent": "worker_accept", "matter": None})),
        (200, completion({"intent": "urge", "matter": "rubbish"})),
        (200, completion({"intent": "urge"})),
        (200, completion(["report", "rubbish"])),
    ],
)
def test_anything_but_the_asked_form_changes_nothing(
    client: ModelServer, server: tuple[str, Script], status: int, answer: object
) -> None:
    server[1].says(answer, status=status)
    with capture_logs() as logs:
        assert engine(client, UNSURE).understand("楼道里一股味") is UNSURE
    assert [entry["event"] for entry in logs] == ["understanding.fallback"]


def test_the_instruction_names_every_code_under_its_intent() -> None:
    told = instruction(MATTERS)
    for code in (*INTENTS, *(matter.code for matter in MATTERS)):
        assert f"\n{code} " in told
    assert told.index("policy_medical") > told.index("intent 为 policy_question 时")


def test_silent_servers_of_both(client: ModelServer, server: tuple[str, Script]) -> None:
    server[1].says({}, status=500)
    asked = engine(client, UNSURE)
    assert asked.silent == ("rasa",)
    for _ in range(5):
        asked.understand("楼道里一股味")
    assert asked.silent == ("rasa", "large model")
