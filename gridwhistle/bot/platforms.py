"""Which platforms of others does this process talk with, as its settings say, and how do they come and go?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from fastapi import APIRouter

from gridwhistle.bot.channels.official_account import official_account_of
from gridwhistle.bot.channels.telegram.connection import telegram_of
from gridwhistle.bot.channels.wecom import wecom_of
from gridwhistle.bot.settings import Settings
from gridwhistle.scheduler.channel import Channel
from gridwhistle.services.office import Office


class Platform(Protocol):
    """A platform of somebody else's: its channel, and how its messages come in."""

    @property
    def channel(self) -> Channel:
        """What sends letters there."""
        ...

    def open(self, office: Office, concerns: Callable[[str], bool], wake: Callable[[], None]) -> None:
        """Whose letters and messages these are.

        ``concerns`` tells whether words in a group are a matter for the city; ``wake`` is called when something waits
        in the inbox.
        """
        ...

    def routes(self) -> APIRouter | None:
        """What the platform pushes to, below ``/push/``; ``None`` where it does not push."""
        ...

    def start(self) -> None:
        """Begin to receive; a platform that cannot be reached yet is tried again and again."""
        ...

    def stop(self) -> None:
        """Stop receiving."""
        ...

    def close(self) -> None:
        """Give everything back, when no more letters are sent."""
        ...


PLATFORMS: tuple[Callable[[Settings], Platform | None], ...] = (telegram_of, wecom_of, official_account_of)
"""Each makes its platform, or nothing where the settings do not want it. A new one is a line here."""


def platforms_of(settings: Settings) -> tuple[Platform, ...]:
    """The platforms that the settings want. Raises ``ModuleNotFoundError`` where a library is not installed."""
    return tuple(platform for make in PLATFORMS if (platform := make(settings)) is not None)
