"""Which region does this store hold, and can it be read at all?"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from gridwhistle.services.schema import Region
from gridwhistle.services.store import Store


class StoreUnavailable(Exception):  # noqa: N818 (a state of the world, not of the program)
    """The store cannot be opened, or holds no such region; the message says what to do."""


def found_region(store: Store, code: str, name: str) -> bool:
    """Bring the tables to this release's form and enter the region; tells whether it is new.

    Raises ``StoreUnavailable`` where the database does not answer.
    """
    try:
        store.migrate()
    except DBAPIError as error:
        raise StoreUnavailable(f"the store does not open: {_reason(error)}") from error
    with store.begin() as session:
        if session.get(Region, code) is not None:
            return False
        session.add(Region(code=code, name=name))
        return True


def has_region(store: Store, code: str) -> bool:
    """Whether the store is initialised for this region. Raises ``StoreUnavailable`` where it does not answer."""
    file = store.engine.url.database
    if store.is_sqlite and file and file != ":memory:" and not Path(file).exists():
        return False  # connecting would make an empty file
    try:
        if not inspect(store.engine).has_table(Region.__tablename__):
            return False
        with store.begin() as session:
            return session.get(Region, code) is not None
    except DBAPIError as error:
        raise StoreUnavailable(f"the store does not open: {_reason(error)}") from error


def require_region(store: Store, code: str) -> None:
    """Raise ``StoreUnavailable`` unless the store is initialised for this region."""
    if not has_region(store, code):
        raise StoreUnavailable(f"the store holds no region “{code}”; run `gridwhistle init` first")


def _reason(error: DBAPIError) -> str:
    """Give the driver's first line; the rest is about the statement."""
    return str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error).__name__
