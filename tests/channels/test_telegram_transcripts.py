"""Do the written conversations go the same when everybody sits in a chat of Telegram, through either library?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bot_api import TOKEN, BotApiServer, bot_api
from libraries import LIBRARIES, library
from telegram_wire import TelegramWire

from gridwhistle.bot.channels.telegram.api import Connection
from gridwhistle.bot.channels.telegram.service import TelegramService
from gridwhistle.bot.settings import Settings
from gridwhistle.bot.transcript.play import play
from gridwhistle.bot.transcript.script import read_script
from gridwhistle.bot.transcript.world import World

CASES = sorted((Path(__file__).parents[1] / "transcripts").glob("*.chat"))


@pytest.fixture(scope="module")
def world() -> World:
    return World(Settings())


@pytest.fixture(scope="module")
def server() -> Iterator[BotApiServer]:
    with bot_api() as server:
        yield server


@pytest.fixture(scope="module")
def services(server: BotApiServer) -> Iterator[dict[str, TelegramService]]:
    connection = Connection(token=TOKEN, base=server.base)
    made = {name: TelegramService(library(name), connection) for name in LIBRARIES}
    yield made
    for service in made.values():
        service.close()


@pytest.mark.parametrize("name", LIBRARIES)
@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_conversation_goes_as_written_on_telegram(
    file: Path, name: str, world: World, server: BotApiServer, services: dict[str, TelegramService]
) -> None:
    server.calls.clear()
    differences = play(read_script(file), world, wire=TelegramWire(server, services[name]))
    assert not differences, "\n".join(map(str, differences))
