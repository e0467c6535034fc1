"""What does every request have to respect: how large it may be, and that it comes from a page of ours?"""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gridwhistle.bot.web.chat_pages import CHAT
from gridwhistle.bot.web.policy import Policy

LARGEST_JSON = 128 * 1024
LARGEST_UPLOAD = 21 * 1024 * 1024
UPLOADS = ("/api/photos", CHAT)
OWN_HEADER = "x-gridwhistle"
"""Set by our own scripts: another site's page cannot send it without asking first, and is refused then (CSRF)."""
PUSHED = "/push/"
"""What begins so is for platforms that push to us; each shows a secret of its own."""
TOO_LARGE = 413
FORBIDDEN = 403


class Guard:
    """An ASGI layer around the site."""

    def __init__(self, app: ASGIApp, refuse: Callable[[Request, int], Response], policy: Policy) -> None:
        self._app = app
        self._refuse = refuse
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = LARGEST_UPLOAD if scope["path"] in UPLOADS else LARGEST_JSON
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                # A body without an honest length; FastAPI answers as with any other problem.
                raise HTTPException(TOO_LARGE)
            return message

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._policy.dress(scope["path"], MutableHeaders(scope=message))
            await send(message)

        refused = _refusal(scope, limit)
        app = self._refuse(Request(scope), refused) if refused else self._app
        await app(scope, counted, dressed)


def _refusal(scope: Scope, limit: int) -> int | None:
    if scope["method"] in ("GET", "HEAD"):
        return None
    headers = Headers(scope=scope)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > limit:
        return TOO_LARGE
    if scope["path"].startswith(PUSHED) or OWN_HEADER in headers or _is_own_form(scope, headers):
        return None
    return FORBIDDEN


def _is_own_form(scope: Scope, headers: Headers) -> bool:
    """Whether the form of a page of ours was sent: the browser says so itself, in one of two headers."""
    if scope["path"] != CHAT:
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return headers.get("origin") == f"{scope['scheme']}://{headers.get('host', '')}"
