"""How does a letter reach a terminal that plays the whole demo city?"""

from __future__ import annotations

from collections.abc import Callable

from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.sending import AT_WILL, OutgoingLetter, SendReport, SendResult


class ConsoleChannel:
    """Prints the letters of the demo's people, whomever they are for."""

    name = DEMO_CHANNEL
    pace = AT_WILL

    def __init__(self, show: Callable[[OutgoingLetter], None]) -> None:
        self._show = show

    def send(self, letter: OutgoingLetter) -> SendReport:
        """Show the letter."""
        self._show(letter)
        return SendReport(result=SendResult.SENT)
