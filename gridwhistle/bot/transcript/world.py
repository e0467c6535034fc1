"""What do all cases of a run share, so that each begins in a fresh city within milliseconds?"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property

from gridwhistle.bot.settings import Settings
from gridwhistle.bot.transcript.meaning import Directed, Known
from gridwhistle.bot.understanding import embedded, gazetteer
from gridwhistle.dialogs.nlu import data
from gridwhistle.dialogs.nlu.data import intent_of
from gridwhistle.dialogs.nlu.understood import Understanding, Understood
from gridwhistle.services import rehearsal
from gridwhistle.services.demo_city import settle_demo
from gridwhistle.services.reference import City, Reference
from gridwhistle.services.region import found_region
from gridwhistle.services.store import Store

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
"""When the demo city was imported; no case begins earlier."""


class World:
    """The imported city and the trained engine, each made when it is first asked for."""

    def __init__(self, settings: Settings, stores: rehearsal.Stores | None = None) -> None:
        """``stores`` is where the cases' stores come from; the process' memory where none is given."""
        self.settings = settings
        self._stores = stores or rehearsal.InMemory()

    def fresh_store(self) -> Store:
        """The demo city in a store of its own, where nothing has happened yet."""
        return self._stores.copy_of(self._template)

    def director(self, *, prompting: bool = False) -> Directed:
        """Understanding by a file's `~` lines; ``prompting`` asks the trained engine where there is none."""
        return Directed(self._known, self._prompt if prompting else None)

    @cached_property
    def trained(self) -> Understanding:
        """The trained engine; some seconds where its cache is stale."""
        return embedded(self.settings, self.city)

    def _prompt(self, text: str) -> Understood:
        # Asked for late: most files have all their `~` lines, and the engine takes its time to train.
        return self.trained.understand(text)

    @cached_property
    def _known(self) -> Known:
        examples = data.read(self.settings.examples_dir)
        return Known(
            intents=frozenset(intent_of(example.label) for example in examples),
            matters=frozenset(self.city.matters),
            gazetteer=gazetteer(self.city),
        )

    @cached_property
    def players(self) -> list[rehearsal.Player]:
        """Everybody of the demo city who has a chat."""
        with self._template.begin() as session:
            return rehearsal.players(session, self.settings.region)

    @cached_property
    def _template(self) -> Store:
        store = self._stores.empty()
        found_region(store, self.settings.region, self.settings.region_name)
        settle_demo(store, self.settings.region, self.settings.demo_dir, now=LONG_AGO)
        return store

    @cached_property
    def city(self) -> City:
        """The demo city as every fresh store has it."""
        with self._template.begin() as session:
            return Reference(self.settings.region).current(session)
