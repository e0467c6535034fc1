"""How many chats may one network address begin, and how many pages may it keep open?

Counted in this process alone: it shields against a flood of made-up visitors, it is no account of anybody.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from starlette.requests import Request

from gridwhistle.bot.web.problem import Problem

TOO_MANY = 429
NEW_CHATS = 60
"""Within ``SPAN`` seconds. A service hall or a school shares one address."""
SPAN = 600.0
OPEN_PAGES = 120


def network_of(request: Request) -> str:
    """Where a request comes from; behind a proxy that uvicorn trusts, what the proxy says."""
    return request.client.host if request.client else ""


class Turnstile:
    """Lets visitors in, by the network address that they come from; ``now`` gives seconds that never go back."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._begun: dict[str, deque[float]] = {}
        self._open: Counter[str] = Counter()
        self._one_at_a_time = Lock()

    def begin_chat(self, network: str) -> None:
        """Let somebody who was never heard say their first word. Raises ``Problem`` above the limit."""
        with self._one_at_a_time:
            self._forget()
            begun = self._begun.setdefault(network, deque())
            if len(begun) >= NEW_CHATS:
                raise Problem(TOO_MANY, "web.problem.many_chats")
            begun.append(self._now())

    @contextmanager
    def open_page(self, network: str) -> Iterator[None]:
        """Keep a page open. Raises ``Problem`` above the limit."""
        with self._one_at_a_time:
            if self._open[network] >= OPEN_PAGES:
                raise Problem(TOO_MANY, "web.problem.many_pages")
            self._open[network] += 1
        try:
            yield
        finally:
            with self._one_at_a_time:
                self._open[network] -= 1
                if not self._open[network]:
                    del self._open[network]

    def _forget(self) -> None:
        since = self._now() - SPAN
        for network, begun in list(self._begun.items()):
            while begun and begun[0] <= since:
                begun.popleft()
            if not begun:
                del self._begun[network]
