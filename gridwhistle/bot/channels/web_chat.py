"""How does a letter reach a chat on the web page?

The page shows what the outbox says was sent, so sending is making it visible and ringing whoever waits.
"""

from __future__ import annotations

from collections.abc import Callable

from gridwhistle.services.sending import AT_WILL, OutgoingLetter, SendReport, SendResult


class WebChat:
    """The page's channel."""

    name = "web"
    pace = AT_WILL

    def __init__(self, ring: Callable[[str], None]) -> None:
        self._ring = ring

    def send(self, letter: OutgoingLetter) -> SendReport:
        """Wake the pages that show this chat."""
        self._ring(letter.address)
        return SendReport(result=SendResult.SENT)
