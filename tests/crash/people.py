"""Who talks with the city while it breaks?

Residents report, confirm and answer; everybody who works for the city takes what comes by buttons and by words. They
know what they have seen on the platform, and nothing of the store.
"""

from __future__ import annotations

import heapq
import http.client
import json
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from .city import FIRST_RESIDENT
from .speech import ANSWERS, INTENTS, MATTERS, SMALL_TALK, reported
from .standin import read_log

PATIENCE = 12
"""How often a resident says something at most: every report shall get its time."""


@dataclass(frozen=True, order=True, slots=True)
class _Plan:
    at: float
    chat: int
    number: int


class People:
    """All of them, driven from one thread."""

    def __init__(self, dice: Random, port: int, log: Path, places: list[str], per_second: float) -> None:
        self._dice, self._port, self._log, self._places = dice, port, log, places
        self._gap = 1 / per_second
        self._read = 0
        self._next_newcomer = time.monotonic()
        self._plans: list[_Plan] = []
        self._newest: dict[int, dict[str, Any]] = {}
        self._said: dict[int, int] = {}
        self._numbers = 0
        self.residents = 0

    def step(self) -> None:
        """Hear what was shown since the last time, and say what is due to be said."""
        now = time.monotonic()
        for entry in read_log(self._log, self._read):
            self._read = entry["ends"]
            if entry["what"] == "shown":
                self._hear(entry, now)
        if now >= self._next_newcomer:
            self._next_newcomer = max(now, self._next_newcomer + self._gap * self._dice.uniform(0.5, 1.5))
            self._arrive(now)
        while self._plans and self._plans[0].at <= now:
            plan = heapq.heappop(self._plans)
            if not self._act(plan):
                # The platform is down: later.
                heapq.heappush(self._plans, _Plan(now + 0.3, plan.chat, plan.number))
                return

    def _arrive(self, now: float) -> None:
        self.residents += 1
        heapq.heappush(self._plans, _Plan(now, FIRST_RESIDENT + self.residents, 0))

    def _hear(self, entry: dict[str, Any], now: float) -> None:
        chat = entry["chat"]
        if chat >= FIRST_RESIDENT and self._said.get(chat, 0) >= PATIENCE:
            return
        is_asked = entry["buttons"] or "？" in entry["text"]
        if not is_asked and self._dice.random() > 0.15:
            return
        self._numbers += 1
        self._newest[chat] = {**entry, "number": self._numbers}
        heapq.heappush(self._plans, _Plan(now + self._dice.uniform(0.2, 1.5), chat, self._numbers))

    def _act(self, plan: _Plan) -> bool:
        seen = self._newest.get(plan.chat)
        if plan.number and (seen is None or seen["number"] != plan.number):
            # Something newer was shown: that is answered.
            return True
        update = self._report(plan.chat) if seen is None else self._react(plan.chat, seen)
        if not self._say(update):
            return False
        self._said[plan.chat] = self._said.get(plan.chat, 0) + 1
        return True

    def _report(self, chat: int) -> dict[str, Any]:
        line = reported(self._dice.choice(list(MATTERS)), self._dice.choice(self._places), chat)
        return _text(chat, line)

    def _react(self, chat: int, seen: dict[str, Any]) -> dict[str, Any]:
        luck = self._dice.random()
        if seen["buttons"] and luck < 0.85:
            # The first button is mostly the one that goes on.
            _, data = seen["buttons"][0] if luck < 0.65 else self._dice.choice(seen["buttons"])
            return _press(chat, seen["message"], data)
        if seen["buttons"] and luck < 0.9:
            return _text(chat, self._dice.choice(seen["buttons"])[0])
        if not seen["buttons"] and luck < 0.7:
            return _text(chat, self._dice.choice(ANSWERS))
        return _text(chat, self._dice.choice((*INTENTS, *SMALL_TALK)))

    def _say(self, update: dict[str, Any]) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("POST", "/crash/say", json.dumps(update), {"Content-Type": "application/json"})
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True


def _text(chat: int, text: str) -> dict[str, Any]:
    return {
        "message": {
            "message_id": time.monotonic_ns() % (1 << 31),
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private"},
            "from": _person(chat),
            "text": text,
        }
    }


def _press(chat: int, message: int, data: str) -> dict[str, Any]:
    return {
        "callback_query": {
            "id": str(time.monotonic_ns()),
            "from": _person(chat),
            "data": data,
            "chat_instance": "1",
            "message": {"message_id": message, "date": int(time.time()), "chat": {"id": chat, "type": "private"}},
        }
    }


def _person(chat: int) -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": "居民", "language_code": "zh-hans"}
