"""How is the platform's HTTP API called, with a token that may have become void meanwhile?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeAlias

import httpx
import structlog

from gridwhistle.bot.channels.wechat.problems import MEDIA_GONE, OK, TOKEN_REFUSED, problem_of, trouble
from gridwhistle.bot.channels.wechat.tokens import AccessTokens, Fresh
from gridwhistle.bot.remote_files import FileGone, FileTooLarge
from gridwhistle.services.office import Office
from gridwhistle.services.photos import LARGEST_BYTES
from gridwhistle.services.schema import Json, JsonObject
from gridwhistle.services.sending import SendResult

log = structlog.get_logger(__name__)

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 15.0
CONNECTIONS = 16
SERVER_TROUBLE = 500
FINE = 200
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
Ask: TypeAlias = Callable[[], httpx.Response]


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRequest:
    """How a platform wants to be asked for an access token."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: JsonObject | None = field(default=None, repr=False)


class PlatformApi:
    """Calls of one account; thread-safe."""

    def __init__(self, office: Office, channel: str, base: str, token_request: TokenRequest) -> None:
        self._client = httpx.Client(
            base_url=base.rstrip("/"),
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        )
        self._token_request = token_request
        self._tokens = AccessTokens(office, channel, self._fetch_token)

    def send(self, path: str, body: JsonObject, **query: str) -> JsonObject:
        """A call that acts: what broke on the way may have arrived. Raises ``ApiProblem``."""
        return self._with_token(
            lambda token: partial(self._client.post, path, params={**token, **query}, json=body),
            broken=SendResult.UNKNOWN,
        )

    def upload(self, picture: bytes) -> str:
        """Lay a picture with the platform; gives its id, good for three days. Raises ``ApiProblem``."""
        files = {"media": ("photo.jpg", picture, "image/jpeg")}
        answer = self._with_token(
            lambda token: partial(
                self._client.post, "/cgi-bin/media/upload", params={**token, "type": "image"}, files=files
            )
        )
        return str(answer["media_id"])

    def download(self, media_id: str) -> bytes:
        """The bytes of what a person sent. Raises ``FileGone``, ``FileTooLarge``, ``ApiProblem``."""
        refused: str | None = None
        while True:
            token = self._tokens.token(refused)
            response = self._fetch_file(token, media_id)
            if "json" not in _type(response) and not response.content.startswith(b"{"):
                return response.content
            code, words = _code_of(_json_of(response))
            if code in MEDIA_GONE:
                raise FileGone
            if code not in TOKEN_REFUSED or refused is not None:
                raise problem_of(code, words)
            refused = token

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _with_token(
        self, call: Callable[[Mapping[str, str]], Ask], *, broken: SendResult = SendResult.RETRY
    ) -> JsonObject:
        refused: str | None = None
        while True:
            token = self._tokens.token(refused)
            answer = _json_of(_answer(call({"access_token": token}), broken), broken)
            code, words = _code_of(answer)
            if code == OK:
                return answer
            if code not in TOKEN_REFUSED or refused is not None:
                raise problem_of(code, words)
            log.info("wechat.token_refused", code=code)
            refused = token

    def _fetch_token(self) -> Fresh:
        wanted = self._token_request
        answer = _json_of(
            _answer(
                partial(self._client.request, wanted.method, wanted.path, params=dict(wanted.params), json=wanted.body)
            )
        )
        code, words = _code_of(answer)
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if code != OK or not isinstance(token, str) or not isinstance(seconds, int):
            raise problem_of(code, words)
        return Fresh(token=token, lasts=timedelta(seconds=seconds))

    def _fetch_file(self, token: str, media_id: str) -> httpx.Response:
        params = {"access_token": token, "media_id": media_id}

        def ask() -> httpx.Response:
            with self._client.stream("GET", "/cgi-bin/media/get", params=params) as response:
                kept = bytearray()
                for piece in response.iter_bytes():
                    kept += piece
                    if len(kept) > LARGEST_BYTES:
                        raise FileTooLarge
                body = bytes(kept)
                return httpx.Response(response.status_code, headers={"content-type": _type(response)}, content=body)

        return _answer(ask)


def _answer(ask: Ask, broken: SendResult = SendResult.RETRY) -> httpx.Response:
    try:
        response = ask()
    except NOT_SENT as error:
        raise trouble(SendResult.RETRY, type(error).__name__) from error
    except httpx.HTTPError as error:
        # The request was on its way when the connection broke, or the answer did not come.
        raise trouble(broken, type(error).__name__) from error
    if response.status_code >= SERVER_TROUBLE:
        raise trouble(SendResult.RETRY, f"HTTP {response.status_code}")
    if response.status_code != FINE:
        raise trouble(SendResult.MISCONFIGURED, f"HTTP {response.status_code}")
    return response


def _json_of(response: httpx.Response, broken: SendResult = SendResult.RETRY) -> JsonObject:
    try:
        answer: Json = response.json()
    except ValueError as error:
        raise trouble(broken, "the answer is no JSON") from error
    if not isinstance(answer, dict):
        raise trouble(broken, "the answer is no object")
    return answer


def _code_of(answer: JsonObject) -> tuple[int, str]:
    code = answer.get("errcode", OK)
    return (code if isinstance(code, int) else -1), str(answer.get("errmsg", ""))


def _type(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", ""))
