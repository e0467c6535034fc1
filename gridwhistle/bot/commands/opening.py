"""How does a command get at its settings and store, and which mistakes are the user's?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from gridwhistle.bot.files import files_of
from gridwhistle.bot.platforms import Platform, platforms_of
from gridwhistle.bot.settings import Settings
from gridwhistle.dialogs.nlu.data import DataError
from gridwhistle.dialogs.texts import Texts
from gridwhistle.services.clock import SystemClock
from gridwhistle.services.demo_city import NotADemo, settle_demo
from gridwhistle.services.demo_wishes import hang_demo_wishes
from gridwhistle.services.importing import Imported, ImportProblems
from gridwhistle.services.office import Office
from gridwhistle.services.reference import Reference
from gridwhistle.services.region import StoreUnavailable
from gridwhistle.services.store import Store


class UserMistake(Exception):  # noqa: N818 (the user's, not the program's)
    """Something that whoever typed the command can put right; the message says how."""


MISTAKES = (UserMistake, ImportProblems, StoreUnavailable, NotADemo, DataError)
"""Exceptions that are told in a line each, without a traceback."""


def read_settings() -> Settings:
    """Read the settings from the environment. Raises ``UserMistake`` that names the variables that are wrong."""
    try:
        return Settings()
    except ValidationError as error:
        raise UserMistake("\n".join(_told(found["loc"], found["msg"]) for found in error.errors())) from error


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """Open the store of the settings. Raises ``UserMistake`` for a URL that no engine serves."""
    try:
        store = Store(settings.database_url)
    except ModuleNotFoundError as error:
        raise UserMistake(
            "GRIDWHISTLE_DATABASE_URL: PostgreSQL needs its driver: pip install 'psycopg[binary]'"
        ) from error
    except (ValueError, OSError) as error:
        raise UserMistake(f"GRIDWHISTLE_DATABASE_URL: {error}") from error
    try:
        yield store
    finally:
        store.close()


@contextmanager
def open_platforms(settings: Settings) -> Iterator[tuple[Platform, ...]]:
    """The platforms that the settings want. Raises ``UserMistake`` where a library is missing."""
    try:
        platforms = platforms_of(settings)
    except ModuleNotFoundError as error:
        raise UserMistake(
            f"GRIDWHISTLE_TELEGRAM_LIBRARY: {settings.telegram_library} needs its library: "
            "pip install 'gridwhistle[aiogram]'"
        ) from error
    try:
        yield platforms
    finally:
        for platform in platforms:
            platform.close()


def open_demo_city(settings: Settings, store: Store) -> tuple[Imported, ...]:
    """The demo city with its people, and with wishes on its board; may be run again. Raises as ``settle_demo``."""
    clock = SystemClock()
    outcomes = settle_demo(store, settings.region, settings.demo_dir, now=clock.now())
    hang_demo_wishes(
        Office(
            store=store,
            reference=Reference(settings.region),
            wording=Texts.load(clock),
            region=settings.region,
            clock=clock,
            files=files_of(settings),
        )
    )
    return outcomes


def require_examples(settings: Settings) -> None:
    """Raise ``UserMistake`` where there is nothing to train the understanding from."""
    if not settings.examples_dir.is_dir():
        raise UserMistake(f"no training data in {settings.examples_dir}; set GRIDWHISTLE_NLU_DATA_DIR")


def _told(where: tuple[int | str, ...], problem: str) -> str:
    """A mistake after the variable's name; one that lies between several variables names them itself."""
    problem = problem.removeprefix("Value error, ")
    return f"GRIDWHISTLE_{'.'.join(map(str, where)).upper()}: {problem}" if where else problem
