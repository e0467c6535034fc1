"""Through which library, and against which server, do the tests of the channels talk?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from bot_api import TOKEN, BotApiServer, bot_api
from libraries import LIBRARIES, library
from wechat_api import WeChatServer, wechat_api

from gridwhistle.bot.channels.telegram.api import BotApi, Connection


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
    return library(request.param)


@pytest.fixture
def wechat() -> Iterator[WeChatServer]:
    with wechat_api() as server:
        yield server
