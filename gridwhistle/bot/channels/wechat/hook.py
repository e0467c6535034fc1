"""What happens when the platform calls us: to see whether the address is ours, and with what somebody has written?"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import TypeAlias

import structlog
from fastapi import APIRouter, Request, Response

from gridwhistle.bot.channels.wechat.envelope import Envelope, NotOurs
from gridwhistle.bot.channels.wechat.fields import Unreadable, fields_of
from gridwhistle.bot.channels.wechat.updates import Arrived, Ignored, Left, read
from gridwhistle.services import announced, inbox, unreachable
from gridwhistle.services.desk import Address
from gridwhistle.services.office import Office

log = structlog.get_logger(__name__)

LARGEST = 64 * 1024
OK, BAD, FORBIDDEN, DOWN = 200, 400, 403, 503


Proof: TypeAlias = Callable[[Envelope, dict[str, str]], str]
"""What a platform that asks for the address wants to hear, by its query. Raises ``NotOurs`` for anybody else."""


class Hook:
    """The callbacks of one channel."""

    def __init__(self, office: Office, channel: str, envelope: Envelope, proof: Proof) -> None:
        self.ignored: Counter[str] = Counter()
        """How many callbacks were not for us, by kind."""
        self._office, self._channel, self._envelope, self._proof = office, channel, envelope, proof

    def routes(self, wake: Callable[[], None]) -> APIRouter:
        """The routes of the callback's address; ``wake`` is called when something waits in the inbox.

        200 without a word, and only after the commit: what is said goes out by the API, not in the five seconds that a
        callback has. What was not committed the platform brings again.
        """
        routes = APIRouter()
        path = f"/push/{self._channel}"

        @routes.get(path, include_in_schema=False)
        def prove(request: Request) -> Response:
            try:
                return Response(self._proof(self._envelope, dict(request.query_params)), media_type="text/plain")
            except NotOurs:
                return Response(status_code=FORBIDDEN)

        @routes.post(path, include_in_schema=False)
        async def push(request: Request) -> Response:
            body = await request.body()
            try:
                new = await asyncio.to_thread(self.take, body, dict(request.query_params))
            except Unreadable:
                return Response(status_code=BAD)
            except NotOurs:
                return Response(status_code=FORBIDDEN)
            except Exception as error:  # noqa: BLE001 (the store is down: the platform brings it again)
                log.error("wechat.store_down", channel=self._channel, cause=type(error).__name__)  # noqa: TRY400
                return Response(status_code=DOWN)
            if new:
                wake()
            return Response(status_code=OK)

        return routes

    def take(self, body: bytes, query: dict[str, str]) -> bool:
        """Keep what a callback says; tells whether anything is new. Raises ``Unreadable``, ``NotOurs``."""
        if len(body) > LARGEST:
            raise Unreadable
        sealed = fields_of(body).get("Encrypt")
        if not sealed:
            raise Unreadable
        if not _is_signed(self._envelope, query, sealed):
            raise NotOurs
        reading = read(fields_of(self._envelope.open(sealed)), self._channel, self._office.clock.now())
        with self._office.desk() as desk:
            match reading:
                case Arrived(arrival=arrival):
                    new = inbox.receive(desk, [arrival]) > 0
                    if new:
                        announced.send_whole(desk, Address(channel=self._channel, address=arrival.address))
                    return new
                case Left(address=address):
                    unreachable.set_blocked(desk, Address(channel=self._channel, address=address), blocked=True)
                case Ignored(kind=kind):
                    self.ignored[kind] += 1
                    log.info("wechat.ignored", channel=self._channel, kind=kind)
        return False


def prove_sealed(envelope: Envelope, query: dict[str, str]) -> str:
    """WeCom wants to hear what is inside an envelope."""
    sealed = query.get("echostr", "")
    if not _is_signed(envelope, query, sealed):
        raise NotOurs
    return envelope.open(sealed)


def prove_plain(envelope: Envelope, query: dict[str, str]) -> str:
    """An official account wants to hear its own word."""
    if not envelope.is_signed(query.get("signature", ""), query.get("timestamp", ""), query.get("nonce", "")):
        raise NotOurs
    return query.get("echostr", "")


def _is_signed(envelope: Envelope, query: dict[str, str], sealed: str) -> bool:
    return envelope.is_signed(
        query.get("msg_signature", ""), query.get("timestamp", ""), query.get("nonce", ""), sealed
    )
