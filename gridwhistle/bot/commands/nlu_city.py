"""Of which city do the commands of understanding know the names?"""

from __future__ import annotations

from gridwhistle.bot.commands.opening import open_store
from gridwhistle.bot.settings import Settings
from gridwhistle.services.clock import SystemClock
from gridwhistle.services.demo_city import settle_demo
from gridwhistle.services.reference import City, Reference
from gridwhistle.services.region import found_region, has_region
from gridwhistle.services.store import Store


def read_city(settings: Settings) -> City:
    """The city of the store; the demo city where no store has been made yet, so that the engine can be tried at once.

    Raises ``StoreUnavailable`` where the database does not answer.
    """
    with open_store(settings) as store:
        if has_region(store, settings.region):
            with store.begin() as session:
                return Reference(settings.region).current(session)
    store = Store("sqlite://")
    found_region(store, settings.region, settings.region_name)
    settle_demo(store, settings.region, settings.demo_dir, now=SystemClock().now())
    with store.begin() as session:
        return Reference(settings.region).current(session)
