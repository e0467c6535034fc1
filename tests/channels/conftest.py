"""Through which library, and against which server, do the tests of the channels talk?"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator

import pytest
from bot_api import TOKEN, BotApiServer, bot_api
from wechat_api import WeChatServer, wechat_api

from gridwhistle.bot.channels.telegram.api import BotApi, Connection
from gridwhistle.bot.channels.telegram_ptb import PtbApi

LIBRARIES = ("python-telegram-bot", "aiogram")


@pytest.fixture
def server() -> Iterator[BotApiServer]:
    with bot_api() as server:
        yield server


@pytest.fixture
def connection(server: BotApiServer) -> Connection:
    return Connection(token=TOKEN, base=server.base)


@pytest.fixture(params=LIBRARIES)
def make_api(request: pytest.FixtureRequest) -> Callable[[Connection], BotApi]:
    """One of the two libraries; every test that asks for it runs with both."""
    if request.param == "aiogram":
        if importlib.util.find_spec("aiogram") is None:
            pytest.skip("aiogram is not installed: pip install 'gridwhistle[aiogram]'")
        from gridwhistle.bot.channels.telegram_aiogram import AiogramApi  # noqa: PLC0415 (only where it is there)

        return AiogramApi
    return PtbApi


@pytest.fixture
def wechat() -> Iterator[WeChatServer]:
    with wechat_api() as server:
        yield server
