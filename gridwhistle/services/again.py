"""How often is a transaction tried again that was undone through no fault of its own?

Two that touch the same rows in the same moment can stand in each other's way, and a database may be restarted while
hundreds talk to it. Then the whole turn is done again from its beginning: what it had read may have changed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from gridwhistle.services.outage import is_outage

T = TypeVar("T")

TRIES = 7
FIRST_WAIT = 0.02
"""Seconds; each further wait is up to twice as long, and all of them together about two and a half seconds."""


RACES = ("pk_event", "pk_account")
"""Keys that two meet at when they wrote the next event of one history, or were the first to write in one chat."""


def again(transact: Callable[[], T]) -> T:
    """Do a transaction, up to ``TRIES`` times where others were in its way or its connection broke.

    Raises whatever its last try has raised, and at once what would not get better.
    """
    for attempt in range(TRIES - 1):
        try:
            return transact()
        except Exception as error:
            if not (is_outage(error) or _is_race(error)):
                raise
            # A random wait: those who collided must not meet again.
            time.sleep(random.uniform(0, FIRST_WAIT * 2**attempt))  # noqa: S311 (no cryptography)
    return transact()


def _is_race(error: Exception) -> bool:
    return isinstance(error, IntegrityError) and any(key in str(error.orig) for key in RACES)
