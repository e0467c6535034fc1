"""Which letters may go out now, and what became of each?"""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from gridwhistle.scheduler.channel import Channel
from gridwhistle.services import outbox
from gridwhistle.services.office import Office
from gridwhistle.services.sending import OutgoingLetter, SendReport, SendResult

log = structlog.get_logger(__name__)


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
            reports = [(letter.id, self._send(letter)) for letter in due]
            with self._office.desk() as desk:
                for letter_id, report in reports:
                    outbox.settle(desk, letter_id, report)
            sent += sum(report.result is SendResult.SENT for _, report in reports)

    def _send(self, letter: OutgoingLetter) -> SendReport:
        try:
            return self._channels[letter.channel].send(letter)
        except Exception as error:
            log.exception("letter.send_failed", letter=letter.id, channel=letter.channel)
            return SendReport(result=SendResult.UNKNOWN, problem=type(error).__name__)
