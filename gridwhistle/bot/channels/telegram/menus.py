"""Whose chat needs another menu of commands than everybody's?"""

from __future__ import annotations

import threading
import time

from gridwhistle.bot.channels.telegram.api import Call
from gridwhistle.bot.channels.telegram.commands import chats_menu
from gridwhistle.bot.channels.telegram.updates import CHANNEL
from gridwhistle.services import chats
from gridwhistle.services.desk import Address
from gridwhistle.services.office import Office

LOOK_AGAIN_SECONDS = 120.0
MOST_REMEMBERED = 50_000


class Menus:
    """Looks, when a person is answered, whether they have become or ceased to be one of the staff."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._lock = threading.Lock()
        self._looked: dict[str, float] = {}
        self._set: dict[str, tuple[bool, str]] = {}
        """What menu a chat has got from this process: whether the staff's, and in which language."""

    def due(self, address: str) -> tuple[Call, ...]:
        """The call that sets a chat's menu anew; none where it has the right one, or was looked at just now."""
        now = time.monotonic()
        with self._lock:
            if now - self._looked.get(address, -LOOK_AGAIN_SECONDS) < LOOK_AGAIN_SECONDS:
                return ()
            if len(self._looked) >= MOST_REMEMBERED:
                self._looked.clear()
            self._looked[address] = now
        with self._office.desk() as desk:
            actor = chats.actor_at(desk, Address(channel=CHANNEL, address=address))
        if actor is None:
            return ()
        wanted = (actor.is_staff, actor.language)
        with self._lock:
            known = self._set.get(address, (False, actor.language))
            if wanted == known or not (wanted[0] or known[0]):
                return ()
            self._set[address] = wanted
        return (chats_menu(self._office.wording, address, actor.language, staff=actor.is_staff),)
