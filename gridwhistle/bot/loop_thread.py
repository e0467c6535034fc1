"""How does synchronous code wait for a call of an asynchronous library?"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

T = TypeVar("T")


class LoopStopped(Exception):  # noqa: N818 (a state)
    """The loop has been stopped, or was never started."""


class LoopThread:
    """An event loop on a thread of its own; any thread may have something run there."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to run."""
        started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._loop.call_soon(started.set)
        self._thread = threading.Thread(target=self._loop.run_forever, name=self._name, daemon=True)
        self._thread.start()
        started.wait()

    def begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Have something run there, without waiting. Raises ``LoopStopped``."""
        loop = self._loop
        if loop is None or loop.is_closed():
            work.close()
            raise LoopStopped
        return asyncio.run_coroutine_threadsafe(work, loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Have something run there, and wait for what it gives. Raises what it raises, and ``LoopStopped``."""
        try:
            return self.begin(work).result()
        except CancelledError as error:
            raise LoopStopped from error

    def stop(self, last: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        """Cancel what still runs, have ``last`` run alone, and end.

        What a library holds open is given back by ``last``: before, something that still runs would open it again.
        """
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        self._loop = None
        asyncio.run_coroutine_threadsafe(_cancel_all(), loop).result()
        if last is not None:
            asyncio.run_coroutine_threadsafe(last(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        self._thread = None


async def _cancel_all() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
