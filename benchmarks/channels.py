"""What does our part of Telegram cost, and does a reply get through while ten thousand letters are going out?

The same updates are fed through a bare handler of each library and through our adapter for it, against the same
stand-in server in this process. Printed are the processor time per update (that of the server is in both figures, so
the difference is ours), updates per second, and whole turns per second with the real conversation. Then 10,000 letters
of a bulk push drain at the platform's real limits (30 a second, 1 a second and chat, a refused call costs time), while
residents write: how long does each wait for the answer?

    python -m benchmarks.channels [--updates 600] [--seconds 60] [--pushes 10000]
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from aiogram import Bot as AiogramBot
from aiogram import Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message as AiogramMessage
from telegram import Update as PtbUpdate
from telegram.ext import Application as PtbApplication
from telegram.ext import MessageHandler, filters

from gridwhistle.bot.app import Application, build, settle_memory
from gridwhistle.bot.channels.telegram.api import BotApi, Connection
from gridwhistle.bot.channels.telegram.channel import TELEGRAMS_PACE
from gridwhistle.bot.channels.telegram.service import TelegramService
from gridwhistle.bot.channels.telegram_aiogram import AiogramApi
from gridwhistle.bot.channels.telegram_ptb import PtbApi
from gridwhistle.bot.settings import Settings
from gridwhistle.services import outbox
from gridwhistle.services.demo_city import settle_demo
from gridwhistle.services.outbox import Letter, Priority
from gridwhistle.services.region import found_region
from gridwhistle.services.schema import Account, Person
from gridwhistle.services.sending import Pace
from gridwhistle.services.store import Store, new_id
from tests.channels.bot_api import TOKEN, Answer, BotApiServer, bot_api

LIBRARIES: dict[str, Callable[[Connection], BotApi]] = {"python-telegram-bot": PtbApi, "aiogram": AiogramApi}
CHATS = 200
AT_WILL = Pace(parallel=16)
LINE = "幸福小区3号楼{unit}单元下水道堵了三天了，没人管"
EVERY = 0.25
WORKERS = 2_800


def main() -> None:
    """Run everything and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=600)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pushes", type=int, default=10_000)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    for name in ("telegram", "aiogram", "httpx", "apscheduler"):
        logging.getLogger(name).setLevel(logging.ERROR)
    bare = {"python-telegram-bot": _bare_ptb, "aiogram": _bare_aiogram}
    for name, make_api in LIBRARIES.items():
        theirs = _feed(options.updates, bare[name])
        with tempfile.TemporaryDirectory() as folder:
            echo = _feed(options.updates, lambda server: _ours(server, make_api, Path(folder), echo=True))  # noqa: B023
        with tempfile.TemporaryDirectory() as folder:
            turns = _feed(options.updates, lambda server: _ours(server, make_api, Path(folder), echo=False))  # noqa: B023
        print(f"{name}, {options.updates} updates from {CHATS} chats, each answered once:")
        print(f"  a bare handler of the library: {theirs}")
        print(f"  our adapter, inbox and outbox: {echo}")
        print(f"  our overhead per update: {(echo.cpu - theirs.cpu) * 1000:.2f} ms of processor time")
        print(f"  with the whole conversation:   {turns}")
    for name, make_api in LIBRARIES.items():
        _drain(name, make_api, options)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Processor seconds per update, and updates per second."""

    cpu: float
    rate: float

    def __str__(self) -> str:
        return f"{self.cpu * 1000:.2f} ms per update, {self.rate:.0f} updates/s"


Answering = Callable[[BotApiServer], Any]


def _feed(updates: int, answering: Answering) -> Cost:
    """Feed updates to something that answers each, and see what it takes from the first to the last answer."""
    with bot_api() as server, answering(server):
        server.say(1, LINE.format(unit=1))
        server.wait(lambda: server.made("sendMessage"), 120)
        before = len(server.made("sendMessage"))
        began, cpu = time.perf_counter(), time.process_time()
        for number in range(updates):
            server.say(1000 + number % CHATS, LINE.format(unit=number % 6 + 1))
        server.wait(lambda: len(server.made("sendMessage")) >= before + updates, 600)
        return Cost(cpu=(time.process_time() - cpu) / updates, rate=updates / (time.perf_counter() - began))


@contextmanager
def _on_a_loop(run: Callable[[asyncio.Event], Any]) -> Iterator[None]:
    loop, over = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(run(over)))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


def _bare_ptb(server: BotApiServer) -> Any:
    async def answer(update: PtbUpdate, _context: object) -> None:
        if update.message is not None:
            await update.message.reply_text("ok")

    async def run(over: asyncio.Event) -> None:
        app = PtbApplication.builder().token(TOKEN).base_url(f"{server.base}/bot").build()
        app.add_handler(MessageHandler(filters.TEXT, answer))
        async with app:
            await app.start()
            updater = app.updater
            if updater is None:
                raise RuntimeError("the library polls by itself unless it is told otherwise")
            await updater.start_polling(timeout=1)
            await over.wait()
            await updater.stop()
            await app.stop()

    return _on_a_loop(run)


def _bare_aiogram(server: BotApiServer) -> Any:
    async def answer(message: AiogramMessage) -> None:
        await message.answer("ok")

    async def run(over: asyncio.Event) -> None:
        dispatcher = Dispatcher()
        dispatcher.message.register(answer)
        bot = AiogramBot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(server.base)))
        polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, polling_timeout=1))
        await over.wait()
        await dispatcher.stop_polling()
        await polling

    return _on_a_loop(run)


@contextmanager
def _ours(
    server: BotApiServer, make_api: Callable[[Connection], BotApi], folder: Path, *, echo: bool, pace: Pace = AT_WILL
) -> Iterator[Application]:
    service = TelegramService(make_api, Connection(token=TOKEN, base=server.base), pace=pace)
    app = _application(folder, service, echo=echo)
    service.open(app.office, lambda _text: False, app.intake.wake)
    with app.working(timers=False):
        service.start()
        try:
            yield app
        finally:
            service.stop()
    service.close()
    app.office.store.close()


def _application(folder: Path, service: TelegramService, *, echo: bool) -> Application:
    settings = Settings(demo=True, database_url=f"sqlite:///{folder}/bench.db", files_dir=folder / "files")
    store = Store(settings.database_url)
    found_region(store, settings.region, "富锦市")
    settle_demo(store, settings.region, settings.demo_dir, now=datetime.now(UTC))
    app = build(settings, store, channels=lambda _bell: (service.channel,))
    if echo:
        # Whatever is said gets the shortest answer there is: what remains is the way there and back.
        app.conversation._understand = lambda _inbound: None  # type: ignore[attr-defined]  # noqa: SLF001
        app.conversation._turn = lambda state, _heard, _desk: _echoed(state)  # type: ignore[attr-defined]  # noqa: SLF001
    settle_memory()
    return app


def _echoed(state: Any) -> Any:
    from gridwhistle.dialogs.flow import Say  # noqa: PLC0415
    from gridwhistle.dialogs.heard import Outcome  # noqa: PLC0415

    return Outcome(state=state, says=(Say("engine.small_talk.alright"),))


def _drain(name: str, make_api: Callable[[Connection], BotApi], options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder, bot_api() as server:
        limits = Limits()
        server.limit = limits
        with _ours(server, make_api, Path(folder), echo=False, pace=TELEGRAMS_PACE) as app:
            _write_pushes(app, options.pushes)
            server.wait(lambda: len(server.made("sendMessage")) > 100, 60)
            asked: dict[int, float] = {}
            before = len(server.made("sendMessage"))
            began = time.perf_counter()
            chat = 900_000
            while time.perf_counter() - began < options.seconds:
                chat += 1
                asked[chat] = time.perf_counter()
                server.say(chat, "你好")
                time.sleep(EVERY)
            server.wait(lambda: all(one in limits.first for one in asked), 60)
            delays = [limits.first[one] - at for one, at in asked.items()]
            sent, spent = len(server.made("sendMessage")) - before, time.perf_counter() - began
        at = statistics.quantiles(delays, n=100)
        print(f"{name}, {options.pushes} pushes at the platform's limits, {len(asked)} residents write meanwhile:")
        print(f"  delay of the reply: p50 {at[49]:.2f} s, p99 {at[98]:.2f} s, longest {max(delays):.2f} s")
        print(f"  {sent} letters sent, {sent / spent:.1f}/s; {limits.refused} were refused as too fast")


class Limits:
    """The platform's limits: 30 messages within a second for the bot, one within a second for a chat."""

    def __init__(self) -> None:
        self.first: dict[int, float] = {}
        self.refused = 0
        self._lock = threading.Lock()
        self._recent: list[float] = []
        self._chats: dict[int, float] = defaultdict(lambda: -1.0)

    def __call__(self, method: str, params: dict[str, Any]) -> Answer | None:
        """The refusal of a call that comes too fast."""
        if not method.startswith("send"):
            return None
        chat = int(params["chat_id"])
        with self._lock:
            now = time.perf_counter()
            self._recent = [at for at in self._recent if now - at < 1]
            # A little slack, as the platform has it: what was sent a second apart may arrive closer together.
            if len(self._recent) >= 33 or now - self._chats[chat] < 0.9:
                self.refused += 1
                return Answer(429, "Too Many Requests: retry after 1", {"retry_after": 1})
            self._recent.append(now)
            self._chats[chat] = now
            self.first.setdefault(chat, now)
        return None


def _write_pushes(app: Application, pushes: int) -> None:
    with app.office.desk() as desk:
        people = [new_id() for _ in range(WORKERS)]
        for number, person in enumerate(people):
            desk.session.add(
                Person(
                    region=desk.region,
                    id=person,
                    code=f"bench-{number}",
                    name="网格员",
                    language="zh",
                    created_at=desk.now,
                )
            )
        desk.session.flush()
        for number, person in enumerate(people):
            desk.session.add(
                Account(
                    region=desk.region,
                    channel="telegram",
                    address=str(100_000 + number),
                    person_id=person,
                    last_heard_at=desk.now,
                )
            )
        desk.session.flush()
        for number in range(pushes):
            person = people[number % WORKERS]
            letter = Letter(to=person, text="engine.can_do", key=f"bench:{number}", priority=Priority.BULK)
            outbox.post(desk, letter)


if __name__ == "__main__":
    main()
