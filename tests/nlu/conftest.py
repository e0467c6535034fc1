"""Which places and which trained model do the tests of understanding share?"""

from __future__ import annotations

import csv

import pytest
from little_city import EXAMPLES, PLACES, ROOT

from gridwhistle.dialogs.nlu.intents import Model
from gridwhistle.dialogs.nlu.places import Gazetteer
from gridwhistle.dialogs.nlu.train import load_or_train
from gridwhistle.dialogs.nlu.understand import EmbeddedUnderstanding


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer(PLACES)


@pytest.fixture(scope="session")
def matters() -> dict[str, str]:
    """The catalogue's matters with their categories."""
    with (ROOT / "demo" / "catalogue.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: row["category"] for row in csv.DictReader(file)}


@pytest.fixture(scope="session")
def model() -> Model:
    return load_or_train(EXAMPLES, ROOT / ".cache" / "nlu")


@pytest.fixture(scope="session")
def understanding(model: Model, gazetteer: Gazetteer) -> EmbeddedUnderstanding:
    return EmbeddedUnderstanding(model, gazetteer)
