"""Does a conversation hold against a Telegram server that nobody of us wrote (the npm package telegram-test-api)?"""

from __future__ import annotations

import base64
import io
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from bot_api import TOKEN
from fastapi import FastAPI
from libraries import LIBRARIES, library
from PIL import Image

from gridwhistle.bot.app import Application, build
from gridwhistle.bot.channels.telegram.api import Connection
from gridwhistle.bot.channels.telegram.service import TelegramService, Webhook
from gridwhistle.bot.settings import Settings
from gridwhistle.bot.transcript.meaning import parse_meaning
from gridwhistle.bot.transcript.world import World
from gridwhistle.services import chats
from gridwhistle.services.desk import Address
from gridwhistle.services.outbox import Letter, Priority, post
from gridwhistle.services.schema import Attachment

NODE = Path(__file__).parents[1] / "node"
PACKAGE = NODE / "node_modules" / "telegram-test-api"
CHAT = 501
SECRET = "a_secret_of_this_test"  # noqa: S105 (of this test)

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js: apt install nodejs npm"),
    pytest.mark.skipif(not PACKAGE.exists(), reason="`npm install --prefix tests/node` brings telegram-test-api"),
]


class Stranger:
    """The package behind our shim, in a process of its own."""

    def __init__(self) -> None:
        command = [str(shutil.which("node")), str(NODE / "telegram_api.cjs")]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 (our own words)
        assert self._process.stdout is not None
        self.base = self._process.stdout.readline().strip()
        self._client = httpx.Client(base_url=self.base, timeout=10)
        self._number = 0

    def close(self) -> None:
        self._client.close()
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def says(self, **content: Any) -> None:
        chat = {"id": CHAT, "type": "private", "first_name": "敏"}
        sender = {"id": CHAT, "is_bot": False, "first_name": "敏"}
        message = {"botToken": TOKEN, "date": int(time.time()), "chat": chat, "from": sender, **content}
        self._client.post("/test/message", json=message).raise_for_status()

    def presses(self, label: str) -> None:
        """Press a button of the newest message that has it."""
        for call in reversed(self.calls()):
            for row in (call["params"].get("reply_markup") or {}).get("inline_keyboard", []):
                for button in row:
                    if button["text"] == label:
                        sender = {"id": CHAT, "is_bot": False, "first_name": "敏"}
                        shown = {"message_id": 3, "chat": {"id": CHAT, "type": "private"}, "date": int(time.time())}
                        query = {"botToken": TOKEN, "from": sender, "message": shown, "data": button["callback_data"]}
                        self._client.post("/test/press", json=query).raise_for_status()
                        return
        raise AssertionError(f"no button {label}")

    def keeps(self, name: str, body: bytes) -> None:
        self._client.post(f"/test/file/{name}", json={"base64": base64.b64encode(body).decode()}).raise_for_status()

    def calls(self, *methods: str) -> list[dict[str, Any]]:
        return [call for call in self._client.get("/test/calls").json() if not methods or call["method"] in methods]

    def texts(self) -> list[str]:
        return [str(call["params"]["text"]) for call in self.calls("sendmessage")]

    def waits(self, holds: Callable[[], Any]) -> None:
        ends = time.monotonic() + 30
        while not holds():
            assert time.monotonic() < ends, self.calls()
            time.sleep(0.05)


@pytest.fixture(scope="module")
def world() -> World:
    return World(Settings())


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    stranger = Stranger()
    yield stranger
    stranger.close()


@pytest.fixture(params=[(library, mode) for library in LIBRARIES for mode in ("polling", "webhook")], ids="-".join)
def city(request: pytest.FixtureRequest, stranger: Stranger, world: World, tmp_path: Path) -> Iterator[Application]:
    name, mode = request.param
    server = uvicorn.Server(uvicorn.Config(FastAPI(), host="127.0.0.1", port=0, log_config=None))
    socket = server.config.bind_socket()
    webhook = Webhook(public_url=f"http://127.0.0.1:{socket.getsockname()[1]}", secret=SECRET)
    service = TelegramService(
        library(name), Connection(token=TOKEN, base=stranger.base), webhook if mode == "webhook" else None
    )
    understanding = world.director()
    understanding.direct(parse_meaning("report drain_blocked 0.95"))
    app = build(
        world.settings.model_copy(update={"files_dir": tmp_path, "demo": True}),
        world.fresh_store(),
        understanding=lambda _settings, _city: understanding,
        channels=lambda _bell: (service.channel,),
        regular=(),
    )
    service.open(app.office, lambda _text: False, app.intake.wake)
    routes = service.routes()
    if routes is not None:
        server.config.app.include_router(routes)
    serving = threading.Thread(target=server.run, args=([socket],))
    serving.start()
    with app.working(timers=False):
        service.start()
        stranger.waits(lambda: len(stranger.calls("setmycommands")) == 3)
        if mode == "webhook":
            stranger.waits(lambda: stranger.calls("setwebhook"))
        yield app
        service.stop()
    server.should_exit = True
    serving.join()
    service.close()
    app.office.store.close()


def test_a_report_with_a_position_a_photo_and_presses(city: Application, stranger: Stranger) -> None:
    stranger.says(text="下水道堵了三天了，没人管")
    stranger.waits(lambda: len(stranger.texts()) == 1)
    (asked,) = stranger.calls("sendmessage")
    assert asked["params"]["reply_markup"]["keyboard"][0][0]["request_location"] is True

    stranger.says(location={"latitude": 47.25, "longitude": 132.03})
    stranger.waits(lambda: len(stranger.texts()) == 2)
    stranger.presses("幸福社区")
    stranger.waits(lambda: len(stranger.texts()) == 3)

    raw = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(raw, "PNG")
    stranger.keeps("photo-1", raw.getvalue())
    stranger.says(photo=[{"file_id": "photo-1", "file_unique_id": "u", "width": 64, "height": 48}])
    stranger.waits(lambda: len(stranger.texts()) == 4)

    stranger.presses("确认")
    stranger.waits(lambda: len(stranger.texts()) == 5 and len(stranger.calls("answercallbackquery")) == 2)
    assert "已受理" in stranger.texts()[-1]
    stranger.waits(lambda: len(stranger.calls("editmessagereplymarkup")) == 2)
    edits = [call["params"]["reply_markup"] for call in stranger.calls("editmessagereplymarkup")]
    assert [edit["inline_keyboard"][0][0]["text"] for edit in edits] == ["✓ 幸福社区", "✓ 确认"]

    stranger.says(text="/progress", entities=[{"type": "bot_command", "offset": 0, "length": 9}])
    stranger.waits(lambda: len(stranger.texts()) == 6)

    with city.office.desk() as desk:
        me = chats.actor_at(desk, Address(channel="telegram", address=str(CHAT)))
        kept = desk.session.query(Attachment).one()
        assert me is not None
        assert me.person_id is not None
        # An emergency, because tests run at night too.
        letter = Letter(
            to=me.person_id, text="engine.can_do", key="k", attachments=(kept.id,), priority=Priority.EMERGENCY
        )
        post(desk, letter)
    city.send()
    stranger.waits(lambda: stranger.calls("sendphoto"))
    (photo,) = stranger.calls("sendphoto")
    assert "bytes>" in str(photo["params"])
