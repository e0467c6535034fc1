"""How is the Bot API called through python-telegram-bot, and what do its errors mean?"""

from __future__ import annotations

import os
from typing import Any

import httpx
from telegram import Bot, InputFile, InputMediaPhoto
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

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

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class PtbApi:
    """Calls through ``telegram.Bot``."""

    def __init__(self, connection: Connection) -> None:
        # Without it the library warns of its own error for “too many requests”.
        os.environ.setdefault("PTB_TIMEDELTA", "1")
        self._request = HTTPXRequest(
            connection_pool_size=CONNECTIONS,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=ANSWER_SECONDS,
            write_timeout=ANSWER_SECONDS,
            pool_timeout=CONNECT_SECONDS,
            proxy=connection.proxy,
        )
        self._bot = Bot(
            connection.token,
            base_url=f"{connection.base}/bot",
            base_file_url=f"{connection.base}/file/bot",
            request=self._request,
            get_updates_request=self._request,
        )

    async def call(self, call: Call, *, wait: float = ANSWER_SECONDS) -> Json:
        """The result of a call. Raises ``ApiProblem``."""
        await self._request.initialize()
        try:
            # In small letters, which the platform takes as well: the raw answer is wanted, and for a method that the
            # library has a wrapper for, it would rather have that one used.
            result: Json = await self._bot.do_api_request(
                call.method.lower(), api_kwargs=_with_files(call), read_timeout=wait
            )
        except TelegramError as error:
            raise _problem(error) from error
        return result

    async def download(self, path: str) -> bytes:
        """The bytes of a file. Raises ``ApiProblem``."""
        await self._request.initialize()
        try:
            return bytes(await self._request.retrieve(f"{self._bot.base_file_url}/{path}"))
        except TelegramError as error:
            raise _problem(error) from error

    async def close(self) -> None:
        """Give the connections back."""
        await self._request.shutdown()


def _with_files(call: Call) -> dict[str, Any]:
    """The parameters with the files where they are named; an album's must be the library's own objects."""
    params: dict[str, Any] = {}
    for name, value in call.params.items():
        if isinstance(value, str) and value.startswith(ATTACHED):
            file = value.removeprefix(ATTACHED)
            params[name] = InputFile(call.files[file], filename=f"{file}.jpg")
        elif name == "media":
            photos = (InputFile(body, filename=f"{file}.jpg", attach=True) for file, body in call.files.items())
            params[name] = [InputMediaPhoto(photo) for photo in photos]
        else:
            params[name] = value
    return params


def _problem(error: TelegramError) -> ApiProblem:
    cause = error.__cause__
    match error:
        case RetryAfter():
            return ApiProblem(SendResult.LATER, error.message, retry_after=seconds_of(error.retry_after))
        case Forbidden():
            return ApiProblem(SendResult.STOPPED, error.message)
        case InvalidToken():
            return ApiProblem(SendResult.MISCONFIGURED, error.message)
        case BadRequest() | ChatMigrated():
            return ApiProblem(SendResult.REFUSED, error.message)
        case Conflict():
            return ApiProblem(SendResult.RETRY, error.message)
        case _ if isinstance(cause, httpx.HTTPError) and not isinstance(cause, NOT_SENT):
            # The request was on its way when the connection broke or the answer did not come.
            return ApiProblem(SendResult.UNKNOWN, type(cause).__name__)
    return ApiProblem(SendResult.RETRY, type(cause).__name__ if cause is not None else error.message)
