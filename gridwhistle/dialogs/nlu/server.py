"""How is a model server asked, without waiting long and without asking a dead one again and again?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import httpx
import structlog

from gridwhistle.dialogs.nlu.breaker import Breaker
from gridwhistle.services.schema import Json, JsonObject

log = structlog.get_logger(__name__)

T = TypeVar("T")
TRIES = 2
SERVER_ERROR = 500


class ServerUnavailable(Exception):  # noqa: N818 (no error of ours: the caller goes on without)
    """The server was not asked or gave no usable answer; the text says why, and holds nothing that a person wrote."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long a server may take, and when it is left alone."""

    seconds: float = 2.0
    """For each step of one try: connecting, sending, every piece of the answer."""
    failures: int = 5
    """After so many messages in a row without an answer the server is left alone."""
    rest_seconds: float = 30.0
    """For so long; then one message tries whether it has come back."""


class ModelServer:
    """One HTTP server that answers JSON with JSON; may be shared by threads."""

    def __init__(
        self,
        name: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        patience: Patience | None = None,
    ) -> None:
        """``params`` and ``headers`` go with every request (tokens among them; neither is ever logged)."""
        patience = patience or Patience()
        self.name = name
        self._url = url
        # No proxy of the environment: these servers stand in the city's own network.
        self._client = httpx.Client(headers=headers, params=params, timeout=patience.seconds, trust_env=False)
        self._breaker = Breaker(failures=patience.failures, rest_seconds=patience.rest_seconds)

    @property
    def resting(self) -> bool:
        """Whether the server has failed too often and is left alone for a while."""
        return self._breaker.resting

    def ask(self, body: JsonObject, read: Callable[[Json], T]) -> T:
        """The server's answer to ``body``, as ``read`` takes it out of the JSON.

        ``read`` raises ``ValueError`` for an answer of another form, which counts as none. Raises
        ``ServerUnavailable`` when there is no answer: at once while the server is left alone, else after two tries.
        """
        if not self._breaker.lets_through():
            raise ServerUnavailable("left alone after several failures")
        try:
            answer = self._ask(body, read)
        except ServerUnavailable as reason:
            if self._breaker.failed():
                log.warning("understanding.server_left_alone", server=self.name, reason=str(reason))
            raise
        if self._breaker.succeeded():
            log.warning("understanding.server_is_back", server=self.name)
        return answer

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _ask(self, body: JsonObject, read: Callable[[Json], T]) -> T:
        problem = ""
        for _ in range(TRIES):
            try:
                response = self._client.post(self._url, json=body)
            except httpx.HTTPError as error:
                problem = type(error).__name__
                continue
            if response.status_code >= SERVER_ERROR:
                problem = f"status {response.status_code}"
                continue
            if not response.is_success:
                # Asked again it would say the same.
                raise ServerUnavailable(f"status {response.status_code}")
            try:
                return read(response.json())
            except (ValueError, RecursionError) as error:
                raise ServerUnavailable(f"an answer of another form ({type(error).__name__})") from None
        raise ServerUnavailable(problem)
