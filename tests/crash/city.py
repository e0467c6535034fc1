"""Which city is broken, and who lives in it?"""

from __future__ import annotations

from sqlalchemy import select, update

from gridwhistle.bot.channels.telegram.updates import CHANNEL
from gridwhistle.bot.settings import Settings
from gridwhistle.services.demo_city import settle_demo
from gridwhistle.services.reference import Reference
from gridwhistle.services.region import found_region
from gridwhistle.services.schema import Account, PlaceKind
from gridwhistle.services.store import Store

from .clock import BEGINS
from .ledger import open_ledger

FIRST_WORKER = 1_000
FIRST_RESIDENT = 100_000


def found(url: str) -> list[str]:
    """Enter the demo city into a fresh store, its people reached on the channel; gives the places of reports."""
    settings = Settings()
    store = Store(url)
    found_region(store, settings.region, settings.region_name)
    settle_demo(store, settings.region, settings.demo_dir, now=BEGINS)
    with store.begin() as session:
        for chat, code in enumerate(sorted(session.scalars(select(Account.address))), start=FIRST_WORKER):
            session.execute(update(Account).where(Account.address == code).values(channel=CHANNEL, address=str(chat)))
        city = Reference(settings.region).current(session)
        places = [
            f"{city.places[place.parent].name}{place.name}" if place.kind is PlaceKind.BUILDING else place.name
            for place in city.places.values()
            if place.kind is not PlaceKind.BUILDING or place.parent in city.places
        ]
    open_ledger(store)
    store.close()
    return sorted(places)
