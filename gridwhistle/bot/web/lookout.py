"""Which open pages are told of letters that another process has sent? One query a second for all of them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from gridwhistle.bot.web.desk import CHANNEL, WebDesk
from gridwhistle.services import chats

log = structlog.get_logger(__name__)

LOOK_EVERY = 1.0
OVERLAP = timedelta(seconds=3)
"""Clocks of two processes differ, and a letter is entered as sent a moment after it was."""


async def keep_looking(desk: WebDesk) -> None:
    """Ring for the chats that letters have reached, until it is cancelled."""
    rung: frozenset[tuple[str, str]] = frozenset()
    while True:
        await asyncio.sleep(LOOK_EVERY)
        if not desk.app.bell.anybody:
            continue
        try:
            found = await asyncio.to_thread(_reached, desk)
        except Exception as error:  # noqa: BLE001 (a store that is down now may be up in a second)
            log.warning("lookout.failed", cause=type(error).__name__)
            continue
        for address, _ in found - rung:
            desk.app.bell.ring(address)
        rung = found


def _reached(desk: WebDesk) -> frozenset[tuple[str, str]]:
    with desk.app.office.desk() as hands:
        return chats.reached_since(hands, CHANNEL, hands.now - OVERLAP)
