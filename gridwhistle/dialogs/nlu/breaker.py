"""Is a server worth asking now, after it has failed several times?

Our own: pybreaker 1.4 holds its lock while it calls, so that one slow answer would make everybody wait; circuitbreaker
2.1 lets everybody through when a rest is over, at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Breaker:
    """Counts failures in a row; after too many of them nobody is let through for a while, then one at a time.

    May be shared by threads.
    """

    def __init__(self, *, failures: int, rest_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` gives seconds that only grow."""
        self._most = failures
        self._rest = rest_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._resting_until: float | None = None

    @property
    def resting(self) -> bool:
        """Whether the server is left alone; also while one caller tries whether it has come back."""
        return self._resting_until is not None

    def lets_through(self) -> bool:
        """Whether the caller may ask. After a rest one caller may, and the others once it has an answer."""
        with self._lock:
            if self._resting_until is None:
                return True
            if self._clock() < self._resting_until:
                return False
            # The next one may try when this one should long have had its answer.
            self._resting_until = self._clock() + self._rest
            return True

    def succeeded(self) -> bool:
        """There was an answer; tells whether this ends a rest."""
        with self._lock:
            ended = self._resting_until is not None
            self._failed, self._resting_until = 0, None
            return ended

    def failed(self) -> bool:
        """There was no answer; tells whether this begins a rest."""
        with self._lock:
            self._failed += 1
            begins = self._failed >= self._most and self._resting_until is None
            if self._failed >= self._most:
                self._resting_until = self._clock() + self._rest
            return begins
