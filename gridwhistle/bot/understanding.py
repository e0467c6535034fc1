"""Which engine of understanding do the settings name, and how does it get its model and the city's places?"""

from __future__ import annotations

from gridwhistle.bot.settings import Engine, Settings
from gridwhistle.dialogs.nlu.data import intent_about
from gridwhistle.dialogs.nlu.large_model import LargeModelUnderstanding, Matter
from gridwhistle.dialogs.nlu.places import Gazetteer, PlaceName
from gridwhistle.dialogs.nlu.rasa import RasaUnderstanding
from gridwhistle.dialogs.nlu.server import ModelServer, Patience
from gridwhistle.dialogs.nlu.train import load_or_train
from gridwhistle.dialogs.nlu.understand import EmbeddedUnderstanding
from gridwhistle.dialogs.nlu.understood import Understanding
from gridwhistle.services.reference import City
from gridwhistle.services.schema import UnitKind


def configured(settings: Settings, city: City) -> Understanding:
    """The engine that the settings name, with a large model behind it where they name one."""
    engine: Understanding = embedded(settings, city)
    if settings.nlu is Engine.RASA:
        engine = RasaUnderstanding(_rasa_server(settings), engine)
    if settings.large_model_url and settings.large_model:
        engine = LargeModelUnderstanding(
            _large_model_server(settings, settings.large_model_url),
            settings.large_model,
            engine,
            matters=[
                Matter(code=spec.code, name=spec.name, intent=intent_about(spec.category))
                for spec in city.matters.values()
            ],
            names=city.roster.names.values(),
        )
    return engine


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


def _rasa_server(settings: Settings) -> ModelServer:
    return ModelServer(
        "rasa",
        settings.rasa_url.rstrip("/") + "/model/parse",
        params={"token": settings.rasa_token.get_secret_value()} if settings.rasa_token else None,
        patience=Patience(seconds=settings.rasa_seconds),
    )


def _large_model_server(settings: Settings, url: str) -> ModelServer:
    key = settings.large_model_key
    return ModelServer(
        "large model",
        url.rstrip("/") + "/chat/completions",
        headers={"Authorization": f"Bearer {key.get_secret_value()}"} if key else None,
        patience=Patience(seconds=settings.large_model_seconds),
    )
