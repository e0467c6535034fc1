"""What does every channel offer to the delivery?"""

from __future__ import annotations

from typing import Protocol

from gridwhistle.services.sending import OutgoingLetter, Pace, SendReport


class Channel(Protocol):
    """One way to reach people's chats."""

    name: str
    pace: Pace

    def send(self, letter: OutgoingLetter) -> SendReport:
        """Hand the letter to the platform and wait for its answer; called from several threads at once.

        Never raises for what the platform says: an exception is a bug, and the letter's fate is then unknown.
        """
        ...
