"""How does a process come by the access token that it shares with all others?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from gridwhistle.bot.channels.wechat.problems import ApiProblem, trouble
from gridwhistle.services import access_tokens
from gridwhistle.services.office import Office
from gridwhistle.services.sending import SendResult

LOOK_AGAIN = 0.2
MOST_LOOKS = 25
"""So often it is looked whether the process with the lease has a token; a letter waits no longer than that."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fresh:
    """A token as the platform gives it out."""

    token: str = field(repr=False)
    lasts: timedelta


class AccessTokens:
    """One channel's access token, by way of the store; remembered here while nobody refuses it."""

    def __init__(self, office: Office, channel: str, fetch: Callable[[], Fresh]) -> None:
        """``fetch`` asks the platform for a new one, and raises ``ApiProblem``."""
        self._office, self._channel, self._fetch = office, channel, fetch
        self._known: tuple[str, float] | None = None
        self._one_at_a_time = threading.Lock()

    def token(self, refused: str | None = None) -> str:
        """A token that the platform takes, another than the one just ``refused``. Raises ``ApiProblem``."""
        known = self._known
        if known is not None and known[0] != refused and time.monotonic() < known[1]:
            return known[0]
        with self._one_at_a_time:
            for _ in range(MOST_LOOKS):
                token = self._ask(refused)
                if token is not None:
                    return token
                time.sleep(LOOK_AGAIN)
        raise trouble(SendResult.RETRY, "another process is fetching an access token")

    def _ask(self, refused: str | None) -> str | None:
        with self._office.desk() as desk:
            permit = access_tokens.ask(desk, self._channel, refused)
        if permit.lease is not None:
            return self._renewed(permit.lease, permit.token)
        if permit.token is not None:
            self._known = (permit.token, time.monotonic() + permit.lasts.total_seconds())
        return permit.token

    def _renewed(self, lease: str, old: str | None) -> str:
        try:
            fresh = self._fetch()
        except ApiProblem:
            with self._office.desk() as desk:
                access_tokens.give_up(desk, self._channel, lease)
            if old is not None:
                # It still lasts a while; the next send tries again.
                return old
            raise
        with self._office.desk() as desk:
            access_tokens.renew(desk, self._channel, lease, fresh.token, fresh.lasts)
        self._known = None
        return fresh.token
