"""Does the server get the engine that its settings name, and does it say when that engine's server is silent?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from gridwhistle.bot.commands.opening import UserMistake, read_settings
from gridwhistle.bot.settings import Engine, Settings
from gridwhistle.bot.transcript.world import World
from gridwhistle.bot.understanding import configured
from gridwhistle.dialogs.nlu.large_model import LargeModelUnderstanding
from gridwhistle.dialogs.nlu.rasa import RasaUnderstanding
from gridwhistle.dialogs.nlu.understand import EmbeddedUnderstanding
from gridwhistle.services.reference import City, Reference

ROOT = Path(__file__).parents[2]
NOBODY = "http://127.0.0.1:9"
BLOCKED = "楼下下水道堵了往上返"


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    world = World(Settings(cache_dir=ROOT / ".cache"))
    store = world.fresh_store()
    with store.begin() as session:
        yield Reference(world.settings.region).current(session)
    store.close()


def settings(**more: object) -> Settings:
    return Settings(cache_dir=ROOT / ".cache", **more)  # type: ignore[arg-type]


def test_the_embedded_engine_is_the_default(city: City) -> None:
    assert isinstance(configured(settings(), city), EmbeddedUnderstanding)


def test_a_silent_rasa_server_leaves_the_embedded_engine_and_is_named(city: City) -> None:
    engine = configured(settings(nlu=Engine.RASA, rasa_url=NOBODY + "/"), city)
    assert isinstance(engine, RasaUnderstanding)
    for _ in range(5):
        assert engine.understand(BLOCKED).matters[0].matter == "drain_blocked"
    assert engine.silent == ("rasa",)


def test_a_large_model_stands_behind_either(city: City) -> None:
    engine = configured(settings(nlu="rasa", rasa_url=NOBODY, large_model_url=NOBODY + "/v1", large_model="qwen"), city)
    assert isinstance(engine, LargeModelUnderstanding)
    engine.understand("那个啥")
    assert engine.silent == ()


@pytest.mark.parametrize(
    "wrong", [{"rasa_url": "localhost:5005"}, {"nlu": "bert"}, {"rasa_seconds": 0}, {"large_model_url": NOBODY}]
)
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        settings(**wrong)


def test_a_mistake_between_two_variables_is_told_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDWHISTLE_LARGE_MODEL_URL", NOBODY)
    with pytest.raises(UserMistake, match=r"^GRIDWHISTLE_LARGE_MODEL_URL needs GRIDWHISTLE_LARGE_MODEL, "):
        read_settings()


def test_keys_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDWHISTLE_RASA_TOKEN", "sesame")
    monkeypatch.setenv("GRIDWHISTLE_LARGE_MODEL_KEY", "sesame")
    assert "sesame" not in repr(Settings())
