"""Do both engines keep the same promises on the same messages?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from contract_model import model
from little_city import EXAMPLES, ROOT

from benchmarks.rasa_server import TOKEN, missing, rasa_server
from gridwhistle.dialogs.nlu.data import MATTER_MARK, intent_of, read
from gridwhistle.dialogs.nlu.rasa import RasaUnderstanding
from gridwhistle.dialogs.nlu.server import ModelServer, Patience
from gridwhistle.dialogs.nlu.understand import EmbeddedUnderstanding
from gridwhistle.dialogs.nlu.understood import Emergency, Understanding

PLAIN = {
    "下水道堵了": ("report", "drain_blocked"),
    "门口路灯不亮": ("report", "street_light"),
    "暖气不热": ("report", "heating_cold"),
    "垃圾没人清运": ("report", "rubbish"),
    "楼上邻居太吵": ("report", "noise_neighbour"),
    "老板拖欠工资": ("report", "unpaid_wages"),
    "请问医保怎么报销": ("policy_question", "policy_medical"),
    "你好": ("greet", None),
    "谢谢": ("thank", None),
    "转人工": ("human", None),
    "催一下": ("urge", None),
}
TAUGHT = {f"{intent}{MATTER_MARK}{matter}" if matter else intent for intent, matter in PLAIN.values()}
ODD = (
    "",
    " ",
    "\n",
    "😀👍",
    "？？？",
    "1",
    "啊" * 10_000,
    "a" * 5_000,
    "\x00\ufffd",
    "<script>alert(1)</script>",
    '{"text": 1}',
    "../..",
)
MESSAGES = (
    *PLAIN,
    *ODD,
    "幸福小区3号楼2单元下水道堵了三天了，没人管，电话13800008001",
    "着火了，快来人，建设小区",
    "the street light in front of 尚岗小区 is out",
    "那个啥",
)


@pytest.fixture(scope="session")
def rasa(understanding: EmbeddedUnderstanding) -> Iterator[RasaUnderstanding]:
    if reason := missing():
        pytest.skip(reason)
    with rasa_server(model(ROOT / ".cache" / "rasa", TAUGHT)) as running:
        # A test may wait: a first answer warms the server up.
        client = ModelServer(
            "rasa", running.address + "/model/parse", params={"token": TOKEN}, patience=Patience(seconds=30, failures=1)
        )
        yield RasaUnderstanding(client, understanding)
        client.close()


@pytest.fixture(params=["embedded", "rasa"])
def engine(request: pytest.FixtureRequest, understanding: EmbeddedUnderstanding) -> Understanding:
    return request.getfixturevalue("rasa") if request.param == "rasa" else understanding


def test_an_answer_is_of_the_same_form(engine: Understanding, matters: dict[str, str]) -> None:
    intents = {intent_of(example.label) for example in read(EXAMPLES)}
    for text in MESSAGES:
        found = engine.understand(text)
        assert found.text == text
        assert found.intent in intents
        assert 0 <= found.confidence <= 1
        assert len(found.matters) <= 3
        assert all(guess.confidence >= 0 for guess in found.matters)
        assert sum(guess.confidence for guess in found.matters) <= 1.001
        assert all(guess.matter in matters for guess in found.matters)
    assert engine.silent == ()


def test_plain_lines_mean_the_same(engine: Understanding) -> None:
    wrong = {}
    for text, (intent, matter) in PLAIN.items():
        found = engine.understand(text)
        if found.intent != intent or (matter and found.matters[0].matter != matter):
            wrong[text] = (found.intent, found.matters[:1])
    # A small model is allowed one slip; the embedded one none.
    assert len(wrong) <= isinstance(engine, RasaUnderstanding), wrong


def test_facts_come_from_the_same_rules(engine: Understanding, understanding: EmbeddedUnderstanding) -> None:
    for text in MESSAGES:
        found, own = engine.understand(text), understanding.understand(text)
        assert (found.place, found.entities, found.emergency, found.language) == (
            own.place,
            own.entities,
            own.emergency,
            own.language,
        )
    assert engine.understand("着火了，快来人，建设小区").emergency is Emergency.FIRE
