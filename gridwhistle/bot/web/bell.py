"""How does a waiting page learn at once that its chat has changed, without holding a thread?"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain


class Bell:
    """Rung from any thread for a chat's address; pages on the event loop listen for it."""

    def __init__(self) -> None:
        self._listening: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.closed = False

    def ring(self, address: str) -> None:
        """Wake the pages that listen for this chat; safe on every thread, silent when nobody listens."""
        self._from_any_thread(lambda: _wake(self._listening.get(address, ())))

    def close(self) -> None:
        """Wake everybody for good, so that the server can stop."""
        self.closed = True
        self.ring_everywhere()

    def ring_everywhere(self) -> None:
        """Wake all pages."""
        self._from_any_thread(lambda: _wake(chain.from_iterable(self._listening.values())))

    @property
    def anybody(self) -> bool:
        """Whether any page listens at all."""
        return bool(self._listening)

    @contextmanager
    def listening(self, address: str) -> Iterator[asyncio.Event]:
        """Listen from now on: what rings before the wait begins is not missed."""
        self._loop = asyncio.get_running_loop()
        rung = asyncio.Event()
        self._listening[address].add(rung)
        try:
            yield rung
        finally:
            self._listening[address].discard(rung)
            if not self._listening[address]:
                del self._listening[address]

    def _from_any_thread(self, wake: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(wake)


def _wake(listeners: Iterable[asyncio.Event]) -> None:
    for rung in listeners:
        rung.set()
