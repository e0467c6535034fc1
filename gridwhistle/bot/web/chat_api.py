"""How does a page begin a chat, look at it, and wait for news of it?"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gridwhistle.bot.web import view
from gridwhistle.bot.web.desk import COOKIE, COOKIE_FORM, WebDesk
from gridwhistle.services import chats
from gridwhistle.services.desk import Address

LONGEST_WAIT = 25.0
LOOK_EVERY = 3.0
"""Another process may have written to the chat; nobody rings here then."""
COOKIE_DAYS = 365


def chat_routes(desk: WebDesk) -> APIRouter:
    """The requests that look at a chat."""
    routes = APIRouter(prefix="/api")

    @routes.post("/session")
    def open_session(request: Request, response: Response) -> Mapping[str, bool]:
        """Give a visitor without one the cookie of a new chat.

        On a request of the page's own, never on a page: behind a link from elsewhere the strict cookie is not sent,
        and a new one would take the visitor's chat away.
        """
        known = COOKIE_FORM.fullmatch(request.cookies.get(COOKIE, "")) is not None
        if not known:
            response.set_cookie(
                COOKIE,
                secrets.token_urlsafe(32),
                max_age=COOKIE_DAYS * 86_400,
                httponly=True,
                samesite="strict",
                secure=request.url.scheme == "https",
            )
        return {"new": not known}

    @routes.get("/chat")
    async def chat(
        request: Request,
        seen: Annotated[str, Query(max_length=64)] = "",
        wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT, allow_inf_nan=False)] = 0,
    ) -> Mapping[str, object]:
        """The whole chat; with ``seen`` (a version) as soon as it differs, at the latest after ``wait`` seconds."""
        where, language = desk.chat(request), desk.language(request)
        ends = asyncio.get_running_loop().time() + wait
        while True:
            with desk.app.bell.listening(where.address) as rung:
                shown = await asyncio.to_thread(_shown, desk, where, language)
                left = ends - asyncio.get_running_loop().time()
                if shown["version"] != seen or left <= 0 or desk.app.bell.closed or await request.is_disconnected():
                    return shown
                try:
                    async with asyncio.timeout(min(left, LOOK_EVERY)):
                        await rung.wait()
                except TimeoutError:
                    continue

    return routes


def _shown(desk: WebDesk, where: Address, language: str) -> Mapping[str, object]:
    with desk.app.office.desk() as hands:
        found = view.bubbles(chats.letters(hands, where), chats.lines(hands, where))
    body = [_bubble(desk, bubble, language) for bubble in found]
    version = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
    return {"version": version, "bubbles": body}


def _bubble(desk: WebDesk, bubble: view.Bubble, language: str) -> Mapping[str, object]:
    texts = desk.app.texts
    return {
        "id": bubble.id,
        "mine": bubble.mine,
        "kind": bubble.kind,
        "text": bubble.text or _stand_in(desk, bubble, language),
        "day": texts.text("web.day", language, {"at": bubble.at}),
        "time": texts.text("web.time", language, {"at": bubble.at}),
        "photos": bubble.photos,
        "buttons": [{"label": one.label, "live": one.live, "pressed": one.pressed} for one in bubble.buttons],
        "card": bubble.card,
    }


def _stand_in(desk: WebDesk, bubble: view.Bubble, language: str) -> str:
    keys = {"pin": "web.sent_pin", "press": "web.sent_press", "unsupported": "web.sent_other"}
    return desk.app.texts.text(keys[bubble.kind], language, {}) if bubble.kind in keys else ""
