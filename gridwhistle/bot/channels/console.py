"""How does a letter reach a terminal that plays the whole demo city?"""

from __future__ import annotations

from collections.abc import Callable

from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.outbox import OutgoingLetter, SendResult


class ConsoleChannel:
    """Prints the letters of the demo's people, whomever they are for."""

    name = DEMO_CHANNEL

    def __init__(self, show: Callable[[OutgoingLetter], None]) -> None:
        self._show = show

    def send(self, letter: OutgoingLetter) -> SendResult:
        """Show the letter."""
        self._show(letter)
        return SendResult.SENT
