"""How is the Bot API called through aiogram, and what do its errors mean?

Imported only when it is wanted: it takes seconds and 100 MB more than the other library.
"""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from aiogram.types import BufferedInputFile
from aiohttp import ClientConnectorError, ClientError, ClientResponseError, ClientTimeout, ConnectionTimeoutError

from gridwhistle.bot.channels.telegram.api import (
    ANSWER_SECONDS,
    ATTACHED,
    CONNECT_SECONDS,
    CONNECTIONS,
    ApiProblem,
    Call,
    Connection,
    seconds_of,
)
from gridwhistle.services.schema import Json
from gridwhistle.services.sending import SendResult

NOT_SENT = (ClientConnectorError, ConnectionTimeoutError)
MISSING = 404


class AiogramApi:
    """Calls through ``aiogram.Bot``."""

    def __init__(self, connection: Connection) -> None:
        server = TelegramAPIServer.from_base(connection.base)
        self._session = AiohttpSession(proxy=connection.proxy, limit=CONNECTIONS, api=server)
        self._bot = Bot(connection.token, session=self._session)

    async def call(self, call: Call, *, wait: float = ANSWER_SECONDS) -> Json:
        """The result of a call. Raises ``ApiProblem``."""
        method = _method(call.method)(**_with_files(dict(call.params), call))
        try:
            result: Json = await self._session(self._bot, method, timeout=_timeout(wait))  # type: ignore[arg-type]
        except AiogramError as error:
            raise _problem(error) from error
        return result

    async def download(self, path: str) -> bytes:
        """The bytes of a file. Raises ``ApiProblem``."""
        url = self._session.api.file_url(self._bot.token, path)
        try:
            pieces = [piece async for piece in self._session.stream_content(url)]
        except ClientResponseError as error:
            gone = error.status == MISSING
            raise ApiProblem(SendResult.REFUSED if gone else SendResult.RETRY, error.message) from error
        except (ClientError, TimeoutError) as error:
            raise ApiProblem(SendResult.RETRY, type(error).__name__) from error
        return b"".join(pieces)

    async def close(self) -> None:
        """Give the connections back."""
        await self._session.close()


@cache
def _method(name: str) -> type[TelegramMethod[Any]]:
    """The method of this name, with whatever parameters and result it has."""
    return type(name, (TelegramMethod,), {"__returning__": Any, "__api_method__": name, "__module__": __name__})


def _timeout(wait: float) -> ClientTimeout:
    return ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=wait)


def _with_files(value: Any, call: Call) -> Any:
    """The parameters with the files in the places where they are named."""
    match value:
        case str() if value.startswith(ATTACHED) and (name := value.removeprefix(ATTACHED)) in call.files:
            return BufferedInputFile(call.files[name], f"{name}.jpg")
        case dict():
            return {key: _with_files(one, call) for key, one in value.items()}
        case list() | tuple():
            return [_with_files(one, call) for one in value]
    return value


def _problem(error: AiogramError) -> ApiProblem:
    cause = error.__cause__
    words = getattr(error, "message", "")
    match error:
        case TelegramRetryAfter():
            return ApiProblem(SendResult.LATER, words, retry_after=seconds_of(error.retry_after))
        case TelegramForbiddenError():
            return ApiProblem(SendResult.STOPPED, words)
        case TelegramUnauthorizedError() | TelegramNotFound():
            return ApiProblem(SendResult.MISCONFIGURED, words)
        case TelegramBadRequest() | TelegramEntityTooLarge() | TelegramMigrateToChat():
            return ApiProblem(SendResult.REFUSED, words)
        case TelegramNetworkError() if not isinstance(cause, NOT_SENT) and isinstance(
            cause, ClientError | asyncio.TimeoutError
        ):
            # The request was on its way when the connection broke or the answer did not come.
            return ApiProblem(SendResult.UNKNOWN, type(cause).__name__)
    return ApiProblem(SendResult.RETRY, type(cause).__name__ if cause is not None else words)
