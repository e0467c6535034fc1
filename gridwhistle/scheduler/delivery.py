"""Which letters may go out now, and what became of each?

``Delivery.run`` sends what is due on the caller's thread. ``bot.app`` uses it for channels of our own process, tests
and the demo's clock for all of them; ``scheduler.senders`` does the same beside the turns, with many threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import structlog

from gridwhistle.scheduler.channel import Channel
from gridwhistle.services import fates, lanes
from gridwhistle.services.fates import Outcome
from gridwhistle.services.lanes import Errand
from gridwhistle.services.office import Office
from gridwhistle.services.sending import OutgoingLetter, SendReport, SendResult

log = structlog.get_logger(__name__)

BATCH = 100
GONE = frozenset({SendResult.SENT, SendResult.REFUSED, SendResult.STOPPED})
"""After these the lane's next letter may follow; after all others it would overtake."""


Told: TypeAlias = Callable[[OutgoingLetter, SendReport], None]


def _nobody(_letter: OutgoingLetter, _report: SendReport) -> None:
    """Nobody listens."""


class Delivery:
    """Sends what is due through the channels, outside of any transaction."""

    def __init__(self, office: Office, channels: Iterable[Channel], tell: Told = _nobody) -> None:
        """``tell`` hears of every letter that was handed to a channel, and of the answer."""
        self._office, self._tell = office, tell
        self.channels = {channel.name: channel for channel in channels}
        self._paces = {name: channel.pace for name, channel in self.channels.items()}

    def run(self) -> int:
        """Send all that is due now; gives how many letters were sent."""
        sent = 0
        outcomes: list[Outcome] = []
        while True:
            errands = self.exchange(outcomes, dict.fromkeys(self.channels, (BATCH, 0)))
            if not errands:
                return sent
            outcomes = list(self._send_mixed(errands))
            sent += sum(report.result is SendResult.SENT for outcome in outcomes for report in outcome.reports)

    def exchange(self, outcomes: Iterable[Outcome], room: dict[str, tuple[int, int]]) -> list[Errand]:
        """Settle what is over and claim what comes next in one transaction; ``room`` as ``lanes.claim``, by channel."""
        with self._office.desk() as desk:
            fates.settle(desk, outcomes, self._paces)
            return [
                errand
                for name, (free, reserve) in room.items()
                for errand in lanes.claim(desk, name, self._paces[name], free=free, reserve=reserve)
            ]

    def send(self, errand: Errand) -> Outcome:
        """Send an errand's letters in order, until one fails that the next must not overtake."""
        reports: list[SendReport] = []
        for letter in errand.letters:
            reports.append(self._send(letter))
            if reports[-1].result not in GONE:
                break
        return Outcome(errand=errand, reports=tuple(reports))

    def _send_mixed(self, errands: list[Errand]) -> Iterator[Outcome]:
        """Send all letters by priority in the order of their writing, whosever they are."""
        reports: dict[str, list[SendReport]] = {errand.lease: [] for errand in errands}
        stuck: set[str] = set()
        letters = [
            (errand.priority, letter.id, errand.lease, letter) for errand in errands for letter in errand.letters
        ]
        for _, _, lease, letter in sorted(letters, key=lambda one: one[:2]):
            if lease in stuck:
                continue
            reports[lease].append(self._send(letter))
            if reports[lease][-1].result not in GONE:
                stuck.add(lease)
        return (Outcome(errand=errand, reports=tuple(reports[errand.lease])) for errand in errands)

    def _send(self, letter: OutgoingLetter) -> SendReport:
        report = self._hand_over(letter)
        self._tell(letter, report)
        return report

    def _hand_over(self, letter: OutgoingLetter) -> SendReport:
        try:
            return self.channels[letter.channel].send(letter)
        except Exception as error:
            log.exception("letter.send_failed", letter=letter.id, channel=letter.channel)
            return SendReport(result=SendResult.UNKNOWN, problem=type(error).__name__)
