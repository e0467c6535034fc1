"""How does Telegram come up and go down in a process: its channel, its loop, its way of receiving?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

import structlog
from fastapi import APIRouter

from gridwhistle.bot.channels.telegram.api import ApiProblem, BotApi, Call, Connection
from gridwhistle.bot.channels.telegram.channel import TELEGRAMS_PACE, TelegramChannel
from gridwhistle.bot.channels.telegram.commands import everybodys_menu
from gridwhistle.bot.channels.telegram.polling import Polling
from gridwhistle.bot.channels.telegram.reading import words
from gridwhistle.bot.channels.telegram.receiver import Receiver
from gridwhistle.bot.channels.telegram.updates import Me
from gridwhistle.bot.channels.telegram.webhook import webhook_call, webhook_routes
from gridwhistle.bot.loop_thread import LoopThread
from gridwhistle.services.office import Office
from gridwhistle.services.schema import Json
from gridwhistle.services.sending import Pace, SendResult

log = structlog.get_logger(__name__)

FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """Where Telegram pushes to: the public address of our own pages, and the secret that it must show."""

    public_url: str
    secret: str = field(repr=False)


class TelegramService:
    """Telegram in one process: polled, or pushed to where there is a ``webhook``."""

    def __init__(
        self,
        make_api: Callable[[Connection], BotApi],
        connection: Connection,
        webhook: Webhook | None = None,
        pace: Pace = TELEGRAMS_PACE,
    ) -> None:
        self._bot_id = connection.bot_id
        self._webhook = webhook
        self._loop = LoopThread("telegram")
        self._loop.start()
        # A library's client belongs to the loop that it is made on.
        self._api = self._loop.run(_made(make_api, connection))
        self._receiver: Receiver | None = None
        self._receiving: Future[None] | None = None
        self.channel = TelegramChannel(self._api, self._loop, pace)

    def open(self, office: Office, concerns: Callable[[str], bool], wake: Callable[[], None]) -> None:
        """Whose letters and updates these are; ``concerns`` and ``wake`` as for ``Receiver``."""
        self.channel.open(office)
        self._receiver = Receiver(office, Me(id=self._bot_id), concerns, wake)
        self._menu = everybodys_menu(office.wording)

    def start(self) -> None:
        """Begin to receive; the platform may be reached later. Raises ``RuntimeError`` before ``open``."""
        if self._receiver is None:
            raise RuntimeError("not open yet")
        self._receiving = self._loop.begin(self._receive(self._receiver))

    def stop(self) -> None:
        """Stop receiving: what was received is in the store, what was not confirmed comes again."""
        if self._receiving is not None:
            self._receiving.cancel()
            self._receiving = None

    def close(self) -> None:
        """End for good, when no more letters are sent."""
        self.stop()
        self._loop.stop(self._api.close)

    def routes(self) -> APIRouter | None:
        """The route that Telegram pushes to, for our own pages; ``None`` where it is polled."""
        if self._webhook is None:
            return None
        return webhook_routes(lambda: self._receiver, self._answer, self._webhook.secret)

    def _answer(self, receiver: Receiver, calls: list[Call]) -> None:
        self._loop.begin(receiver.answer(self._api, calls))

    async def _receive(self, receiver: Receiver) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                # Updates need not wait until the platform has told us our name.
                tasks.create_task(self._introduce(receiver))
                tasks.create_task(self._begin(receiver))
        except Exception:
            log.exception("telegram.receiving_ended")
            raise

    async def _begin(self, receiver: Receiver) -> None:
        if self._webhook is not None:
            await self._insist(webhook_call(self._webhook.public_url, self._webhook.secret))
            return
        # While a webhook is set, the platform gives nothing to a poll; what waits there is kept.
        await self._insist(Call(method="deleteWebhook", params={}))
        await Polling(self._api, receiver).run()

    async def _introduce(self, receiver: Receiver) -> None:
        """Learn our own name, by which groups call us, and set everybody's menu of commands."""
        me = await self._insist(Call(method="getMe", params={}))
        if isinstance(me, dict):
            receiver.me = Me(id=self._bot_id, username=words(me, "username"))
            log.info("telegram.connected", bot=receiver.me.username)
        for call in self._menu:
            await self._insist(call)

    async def _insist(self, call: Call) -> Json:
        """Make a call until it succeeds, or the platform has refused it for good."""
        wait = FIRST_WAIT
        while True:
            try:
                return await self._api.call(call)
            except ApiProblem as problem:
                log.warning(
                    "telegram.unreachable", method=call.method, result=problem.result, problem=problem.description
                )
                if problem.result is SendResult.REFUSED:
                    return None
                await asyncio.sleep(max(wait, problem.retry_after.total_seconds() if problem.retry_after else 0))
                wait = min(wait * 2, LONGEST_WAIT)


async def _made(make_api: Callable[[Connection], BotApi], connection: Connection) -> BotApi:
    return make_api(connection)
