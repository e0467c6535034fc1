"""How are updates fetched by long polling, so that none is confirmed before it is in the store?"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

import structlog

from gridwhistle.bot.channels.telegram.api import ANSWER_SECONDS, ApiProblem, BotApi, Call
from gridwhistle.bot.channels.telegram.reading import number
from gridwhistle.bot.channels.telegram.receiver import Receiver
from gridwhistle.bot.channels.telegram.updates import KINDS
from gridwhistle.services.schema import Json, JsonObject
from gridwhistle.services.sending import SendResult

log = structlog.get_logger(__name__)

HOLD_SECONDS = 25
"""How long the platform holds a request while there is nothing."""
STALLED_SECONDS = HOLD_SECONDS + ANSWER_SECONDS
"""After so long a silent request is given up and its connections are thrown away: they may be dead."""
BATCH = 100
FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0


class Polling:
    """The loop that asks for updates. The next request's offset confirms what the store has."""

    def __init__(
        self,
        api: BotApi,
        receiver: Receiver,
        *,
        hold: int = HOLD_SECONDS,
        stalled: float = STALLED_SECONDS,
        luck: Callable[[], float] = random.random,
    ) -> None:
        self._api = api
        self._receiver = receiver
        self._hold = hold
        self._stalled = stalled
        self._luck = luck
        self._offset: int | None = None
        self._answering: set[asyncio.Task[None]] = set()
        self.heard_at: float | None = None
        """When the platform last answered, by the monotonic clock."""

    async def run(self) -> None:
        """Ask for updates until cancelled. Waits and tries again whatever the platform or the store do."""
        wait = FIRST_WAIT
        while True:
            try:
                updates = await self._fetch()
                await self._keep(updates)
                wait = FIRST_WAIT
            except ApiProblem as problem:
                wait = await self._pause(wait, problem)
            except TimeoutError:
                log.error("telegram.polling_stalled", seconds=self._stalled)  # noqa: TRY400
                await self._api.close()
            except Exception as error:  # noqa: BLE001 (the store is down: nothing is confirmed, it comes again)
                log.error("telegram.store_down", cause=type(error).__name__)  # noqa: TRY400
                wait = await self._rest(wait)

    async def _fetch(self) -> list[JsonObject]:
        call = Call(
            method="getUpdates",
            params={
                "timeout": self._hold,
                "limit": BATCH,
                "allowed_updates": list(KINDS),
                **({} if self._offset is None else {"offset": self._offset}),
            },
        )
        # The library's own time-outs watch the socket; this one watches the library.
        async with asyncio.timeout(self._stalled):
            found = await self._api.call(call, wait=self._hold + ANSWER_SECONDS / 2)
        self.heard_at = time.monotonic()
        return _objects(found)

    async def _keep(self, updates: list[JsonObject]) -> None:
        if not updates:
            return
        calls = await asyncio.to_thread(self._receiver.store, updates)
        self._offset = max(number(update, "update_id") or 0 for update in updates) + 1
        if calls:
            task = asyncio.create_task(self._receiver.answer(self._api, calls))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    async def _pause(self, wait: float, problem: ApiProblem) -> float:
        if problem.result is SendResult.MISCONFIGURED:
            log.error("telegram.token_refused", problem=problem.description)
            wait = LONGEST_WAIT
        else:
            log.warning("telegram.unreachable", result=problem.result, problem=problem.description)
        if problem.retry_after is not None:
            wait = max(wait, problem.retry_after.total_seconds())
        return await self._rest(wait)

    async def _rest(self, wait: float) -> float:
        """Wait, with some jitter; gives the longer wait of the next time."""
        await asyncio.sleep(wait * (0.5 + self._luck()))
        return min(wait * 2, LONGEST_WAIT)


def _objects(found: Json) -> list[JsonObject]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
