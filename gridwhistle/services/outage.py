"""Has the store failed for reasons that pass, so that the same may be tried again as a whole?"""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from gridwhistle.services.one_writer import Lost

PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)
"""What SQLite says of the disk, and of others who write; it tells of wrong statements by the same exception."""
_PRIMARY = 0xFF
IN_THE_WAY = frozenset({"40P01", "55P03"})
"""PostgreSQL's deadlock_detected and lock_not_available."""


def is_outage(error: BaseException) -> bool:
    """Whether the store is to blame and not what was asked of it: a full disk, a server that stops, a lost connection.

    Conflicts between transactions count too: nothing of the transaction has happened, and it may succeed next time.
    """
    driver = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(driver, sqlite3.Error):
        return getattr(driver, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY in PASSING
    if isinstance(error, OperationalError | InterfaceError | Lost):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def is_in_the_way(error: DBAPIError) -> bool:
    """Whether somebody else held what the transaction wanted, so that it was undone."""
    return getattr(error.orig, "sqlstate", None) in IN_THE_WAY
