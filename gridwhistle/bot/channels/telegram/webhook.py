"""What happens when Telegram pushes an update to us?"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable

import structlog
from fastapi import APIRouter, Request, Response

from gridwhistle.bot.channels.telegram.api import Call
from gridwhistle.bot.channels.telegram.receiver import Receiver
from gridwhistle.bot.channels.telegram.updates import KINDS

log = structlog.get_logger(__name__)

PATH = "/push/telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (the name of a header)
CONNECTIONS = 40
OK, BAD, FORBIDDEN, DOWN = 200, 400, 403, 503


def webhook_routes(
    receiver: Callable[[], Receiver | None], answer: Callable[[Receiver, list[Call]], None], secret: str
) -> APIRouter:
    """The route that takes updates: 200 only after the commit, 403 for a wrong secret with nothing stored."""
    routes = APIRouter()

    @routes.post(PATH, include_in_schema=False)
    async def push(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return Response(status_code=FORBIDDEN)
        try:
            update = json.loads(await request.body())
        except ValueError:
            update = None
        if not isinstance(update, dict):
            return Response(status_code=BAD)
        taking = receiver()
        if taking is None:
            return Response(status_code=DOWN)
        try:
            calls = await asyncio.to_thread(taking.store, [update])
        except Exception as error:  # noqa: BLE001 (the store is down: Telegram brings the update again)
            log.error("telegram.store_down", cause=type(error).__name__)  # noqa: TRY400
            return Response(status_code=DOWN)
        if calls:
            answer(taking, calls)
        return Response(status_code=OK)

    return routes


def webhook_call(public_url: str, secret: str) -> Call:
    """The call that tells Telegram where to push to."""
    return Call(
        method="setWebhook",
        params={
            "url": f"{public_url.rstrip('/')}{PATH}",
            "secret_token": secret,
            "allowed_updates": list(KINDS),
            "max_connections": CONNECTIONS,
        },
    )
