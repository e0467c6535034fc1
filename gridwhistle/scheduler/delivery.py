"""Which letters may go out now, and what became of each?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import structlog

from gridwhistle.services import outbox
from gridwhistle.services.office import Office
from gridwhistle.services.outbox import OutgoingLetter, SendResult

log = structlog.get_logger(__name__)


class Channel(Protocol):
    """One way to reach people's chats."""

    name: str

    def send(self, letter: OutgoingLetter) -> SendResult:
        """Hand the letter to the platform; never raises for what the platform says."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome:
    letter: str
    result: SendResult
    problem: str = ""


class Delivery:
    """Sends what is due through the channels, outside of any transaction."""

    def __init__(self, office: Office, channels: Iterable[Channel]) -> None:
        self._office = office
        self._channels = {channel.name: channel for channel in channels}

    def run(self) -> int:
        """Send all that is due now; gives how many letters were sent."""
        sent = 0
        names = tuple(self._channels)
        while True:
            with self._office.desk() as desk:
                due = outbox.claim(desk, names)
            if not due:
                return sent
            outcomes = [self._send(letter) for letter in due]
            with self._office.desk() as desk:
                for outcome in outcomes:
                    outbox.settle(desk, outcome.letter, outcome.result, outcome.problem)
            sent += sum(outcome.result is SendResult.SENT for outcome in outcomes)

    def _send(self, letter: OutgoingLetter) -> _Outcome:
        try:
            result = self._channels[letter.channel].send(letter)
        except Exception as error:
            log.exception("letter.send_failed", letter=letter.id, channel=letter.channel)
            return _Outcome(letter=letter.id, result=SendResult.UNKNOWN, problem=type(error).__name__)
        return _Outcome(letter=letter.id, result=result)
