"""How does the engine of understanding get its model and the city's places?"""

from __future__ import annotations

from enum import StrEnum

from gridwhistle.bot.settings import Settings
from gridwhistle.dialogs.nlu.places import Gazetteer, PlaceName
from gridwhistle.dialogs.nlu.train import load_or_train
from gridwhistle.dialogs.nlu.understand import EmbeddedUnderstanding
from gridwhistle.dialogs.nlu.understood import Understanding
from gridwhistle.services.reference import City
from gridwhistle.services.schema import UnitKind


class Engine(StrEnum):
    """The engines of understanding."""

    EMBEDDED = "embedded"


def open_engine(engine: Engine, settings: Settings, city: City) -> Understanding:
    """The engine of this name for a city."""
    match engine:
        case Engine.EMBEDDED:
            return embedded(settings, city)


def embedded(settings: Settings, city: City) -> EmbeddedUnderstanding:
    """The embedded engine for a city; its model is trained when the examples have changed (some seconds)."""
    return EmbeddedUnderstanding(load_or_train(settings.examples_dir, settings.models_dir), gazetteer(city))


def gazetteer(city: City) -> Gazetteer:
    """All names of places that residents may say: the places themselves, and the communities and villages."""
    places = [
        PlaceName(code=place.code, kind=place.kind, name=place.name, aliases=place.aliases, parent=place.parent or "")
        for place in city.places.values()
    ]
    communities = [
        PlaceName(code=unit.code, kind=unit.kind, name=unit.name, aliases=unit.aliases)
        for unit in city.units.values()
        if unit.kind in (UnitKind.COMMUNITY, UnitKind.VILLAGE)
    ]
    return Gazetteer(places + communities)
