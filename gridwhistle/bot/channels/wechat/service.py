"""How do WeCom and an official account come up in a process? They push, and everything we say goes out by calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from fastapi import APIRouter

from gridwhistle.bot.channels.wechat.envelope import Envelope
from gridwhistle.bot.channels.wechat.hook import Hook, Proof
from gridwhistle.bot.channels.wechat.menu import MenuSetter
from gridwhistle.scheduler.channel import Channel
from gridwhistle.services.office import Office


class OpenedLater(Channel, Protocol):
    """A channel that learns whose letters it sends when the application is wired."""

    def open(self, office: Office) -> None:
        """Whose letters these are."""
        ...

    def close(self) -> None:
        """Give the connections back."""
        ...

    def set_menu(self) -> object:
        """Set the menu below the chat. Raises ``ApiProblem``."""
        ...


class CalledPlatform:
    """A platform (``bot.platforms.Platform``) that calls us back at one address."""

    def __init__(self, channel: OpenedLater, envelope: Envelope, proof: Proof) -> None:
        self.channel = channel
        self._envelope, self._proof = envelope, proof
        self._hook: Hook | None = None
        self._wake: Callable[[], None] = lambda: None
        self._menu = MenuSetter(channel.name, channel.set_menu)

    @property
    def hook(self) -> Hook:
        """What takes the callbacks. Raises ``RuntimeError`` before ``open``."""
        if self._hook is None:
            raise RuntimeError("not open yet")
        return self._hook

    def open(self, office: Office, concerns: Callable[[str], bool], wake: Callable[[], None]) -> None:
        """Whose letters and messages these are; nobody writes in groups here."""
        del concerns
        self.channel.open(office)
        self._hook = Hook(office, self.channel.name, self._envelope, self._proof)
        self._wake = wake

    def routes(self) -> APIRouter:
        """The address of the callbacks. Raises ``RuntimeError`` before ``open``."""
        return self.hook.routes(self._wake)

    def start(self) -> None:
        """Set the menu; the platform calls by itself."""
        self._menu.start()

    def stop(self) -> None:
        """What is not answered with 200 comes again."""
        self._menu.stop()

    def close(self) -> None:
        """End for good."""
        self.channel.close()
