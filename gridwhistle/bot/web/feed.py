"""What is sent to a page that stays open, and when? Server-sent events, cheap enough for a thousand idle pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractContextManager, aclosing

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from gridwhistle.bot.web import reading
from gridwhistle.bot.web.desk import WebDesk
from gridwhistle.bot.web.reading import Change
from gridwhistle.services.desk import Address

HEADERS = {
    # A proxy that gathers or packs answers would hold news back; nginx goes by the last one.
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
}
RETRY = 2500
"""Milliseconds until a page whose connection broke comes again."""
HEARTBEAT = 20.0
"""Seconds between signs of life: proxies end a connection that is silent for a minute."""
LOOK_ANYWAY = 3
"""At every so many heartbeats the chat is read though nobody rang."""
SETTLES = 0.15
"""Seconds after which a letter that was just handed over is entered as sent."""


class EventStream(StreamingResponse):
    """An answer that lasts as long as the page is open; ``admission`` is held meanwhile."""

    def __init__(self, events: AsyncGenerator[str], admission: AbstractContextManager[None]) -> None:
        super().__init__(events, media_type="text/event-stream", headers=HEADERS)
        self._events = events
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events; what was held is let go at once when the page is closed."""
        with self._admission:
            async with aclosing(self._events):
                await super().__call__(scope, receive, send)


async def events(desk: WebDesk, where: Address, language: str, seen: str) -> AsyncGenerator[str]:
    """The events of one chat, beginning with what follows from the state ``seen`` on."""
    yield f"retry: {RETRY}\n\n"
    told, woken = None, False
    bell = desk.app.bell
    with bell.listening(where.address) as rung:
        while not bell.closed:
            rung.clear()
            now = await asyncio.to_thread(reading.read, desk, where, language)
            change = now.change_from(now.marks_until(seen) if told is None else told)
            told = now.marks
            if change is not None:
                yield _event(change)
            elif woken:
                await _rings(rung, SETTLES)
                woken = False
                continue
            # An idle page must hold on to nothing but its marks.
            del now, change
            for _ in range(LOOK_ANYWAY):
                woken = await _rings(rung, HEARTBEAT)
                if woken:
                    break
                yield ":\n\n"


def as_json(change: Change) -> Mapping[str, object]:
    """A change as the page reads it."""
    return {"version": change.version, "after": change.after, "bubbles": change.bubbles}


def _event(change: Change) -> str:
    return f"id: {change.version}\nevent: chat\ndata: {json.dumps(as_json(change), ensure_ascii=False)}\n\n"


async def _rings(rung: asyncio.Event, within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            await rung.wait()
    except TimeoutError:
        return False
    return True
