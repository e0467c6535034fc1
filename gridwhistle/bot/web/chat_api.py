"""How does a page begin a chat, look at it, and stay told of what is new in it?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from gridwhistle.bot.web import feed, reading, visitor
from gridwhistle.bot.web.desk import WebDesk
from gridwhistle.bot.web.feed import EventStream
from gridwhistle.bot.web.turnstile import Turnstile, network_of

Version = Annotated[str, Query(max_length=64)]


class SessionBody(BaseModel):
    """``framed`` is whether the page stands in a frame on another page."""

    model_config = ConfigDict(strict=True, extra="forbid")

    framed: bool = False


def chat_routes(desk: WebDesk, turnstile: Turnstile) -> APIRouter:
    """The requests that look at a chat."""
    routes = APIRouter(prefix="/api")

    @routes.post("/session")
    def open_session(request: Request, response: Response, body: SessionBody) -> Mapping[str, bool]:
        """Give a visitor without one the cookie of a new chat.

        On a request of the page's own, never on a page: in a frame a cookie that a page had set might not come back,
        and each look would begin another chat.
        """
        new = visitor.address_of(request) is None
        if new:
            visitor.begin(request, response, framed=body.framed)
        return {"new": new}

    @routes.get("/chat")
    def chat(request: Request, seen: Version = "") -> Mapping[str, object]:
        """What follows in the chat from the state ``seen`` on; the whole chat without one."""
        now = reading.read(desk, desk.chat(request), desk.language(request))
        change = now.change_from(now.marks_until(seen))
        return feed.as_json(change) if change else {"version": now.version}

    @routes.get("/stream")
    async def stream(
        request: Request, seen: Version = "", last_event_id: Annotated[str, Header(max_length=64)] = ""
    ) -> Response:
        """The same as server-sent events, for as long as the page is open."""
        where, language = await asyncio.to_thread(lambda: (desk.chat(request), desk.language(request)))
        events = feed.events(desk, where, language, last_event_id or seen)
        return EventStream(events, turnstile.open_page(network_of(request)))

    return routes
