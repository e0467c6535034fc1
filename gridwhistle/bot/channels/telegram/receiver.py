"""How do updates get into the store before Telegram is told that we have them, and what is answered at once?"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence

import structlog

from gridwhistle.bot.channels.telegram.api import ApiProblem, BotApi, Call
from gridwhistle.bot.channels.telegram.letters import chosen
from gridwhistle.bot.channels.telegram.updates import (
    CHANNEL,
    Arrived,
    Blocked,
    Chosen,
    GroupCall,
    Ignored,
    Me,
    Pressed,
    Reading,
    read,
)
from gridwhistle.services import chats, inbox, unreachable
from gridwhistle.services.desk import Address, Desk
from gridwhistle.services.office import Office
from gridwhistle.services.schema import JsonObject

log = structlog.get_logger(__name__)

GROUP_QUIET_SECONDS = 600.0
"""A group is told at most that often that we go on in private with the same person."""


class Receiver:
    """Takes updates in, whether they were polled or pushed."""

    def __init__(self, office: Office, me: Me, concerns: Callable[[str], bool], wake: Callable[[], None]) -> None:
        """``concerns`` tells whether words in a group are a matter; ``wake`` is called when something waits."""
        self.me = me
        self.ignored: Counter[str] = Counter()
        """How many updates were not for us, by kind."""
        self._office = office
        self._concerns = concerns
        self._wake = wake
        self._told_groups: dict[tuple[str, str], float] = {}

    def store(self, updates: Sequence[JsonObject]) -> list[Call]:
        """Keep what the updates say; gives the calls that answer presses and groups at once.

        Committed when it returns: only now may Telegram forget them. Raises for a store that is down.
        """
        now = self._office.clock.now()
        readings = [self._read(update) for update in updates]
        with self._office.desk() as desk:
            for reading in readings:
                if isinstance(reading, Blocked):
                    where = Address(channel=CHANNEL, address=reading.address)
                    unreachable.set_blocked(desk, where, blocked=reading.blocked)
            new = inbox.receive(desk, [one.arrival for one in readings if isinstance(one, Arrived)])
            calls = [call for reading in readings for call in self._answers(desk, reading)]
        if new:
            self._wake()
        log.debug("telegram.received", updates=len(updates), new=new, at=now)
        return calls

    async def answer(self, api: BotApi, calls: Sequence[Call]) -> None:
        """Make calls whose failure does no harm: a spinning button, a keyboard that stays."""
        for result in await asyncio.gather(*map(api.call, calls), return_exceptions=True):
            if isinstance(result, ApiProblem):
                log.info("telegram.answer_failed", result=result.result, problem=result.description)
            elif isinstance(result, BaseException):
                raise result

    def _read(self, update: JsonObject) -> Reading:
        try:
            reading = read(update, self.me, self._office.clock.now(), self._concerns)
        except Exception as error:  # noqa: BLE001 (an odd update must not come again for ever)
            log.error("telegram.unreadable", cause=type(error).__name__, update=update.get("update_id"))  # noqa: TRY400
            reading = Ignored(kind="unreadable")
        if isinstance(reading, Ignored):
            self.ignored[reading.kind] += 1
            log.info("telegram.ignored", kind=reading.kind)
        return reading

    def _answers(self, desk: Desk, reading: Reading) -> list[Call]:
        match reading:
            case Chosen(callback=callback):
                return [_answered(callback)]
            case Arrived(pressed=Pressed() as pressed):
                return [_answered(pressed.callback), *self._settled(desk, pressed)]
            case Arrived(arrival=arrival, group=GroupCall() as group):
                return self._told(desk, group, arrival.address)
        return []

    def _settled(self, desk: Desk, pressed: Pressed) -> list[Call]:
        """A question that is answered leaves only the answer; a card's buttons go when the card itself changes."""
        if pressed.message_id is None:
            return []
        where = Address(channel=CHANNEL, address=pressed.chat)
        label = chats.answering_label(desk, where, pressed.letter, pressed.index)
        return [] if label is None else [chosen(pressed.chat, pressed.message_id, label)]

    def _told(self, desk: Desk, group: GroupCall, address: str) -> list[Call]:
        """A word in the group with the way to the private chat; not again and again."""
        key, now = (group.chat, address), time.monotonic()
        if now - self._told_groups.get(key, -GROUP_QUIET_SECONDS) < GROUP_QUIET_SECONDS:
            return []
        self._told_groups = {one: at for one, at in self._told_groups.items() if now - at < GROUP_QUIET_SECONDS}
        self._told_groups[key] = now
        wording = desk.wording
        way = {"text": wording.text("telegram.group.go", "zh", {}), "url": f"https://t.me/{self.me.username}?start=g"}
        markup = {"reply_markup": {"inline_keyboard": [[way]]}} if self.me.username else {}
        return [
            Call(
                method="sendMessage",
                params={
                    "chat_id": group.chat,
                    "text": wording.text("telegram.group.in_private", "zh", {}),
                    "reply_parameters": {"message_id": group.message_id, "allow_sending_without_reply": True},
                    **markup,
                },
            )
        ]


def _answered(callback: str) -> Call:
    return Call(method="answerCallbackQuery", params={"callback_query_id": callback})
