"""How do the tests of the outbox write, claim and settle letters?"""

from __future__ import annotations

from datetime import datetime

from bureau import Bureau

from gridwhistle.services import fates, lanes, outbox
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.fates import Outcome
from gridwhistle.services.lanes import Errand
from gridwhistle.services.outbox import Letter
from gridwhistle.services.schema import Account, LetterRow
from gridwhistle.services.sending import Pace, SendReport, SendResult

ONE_BY_ONE = Pace(parallel=4)
"""A platform where a repeat is seen, without any limits."""


class Postbox:
    """The outbox of a bureau, seen by a channel of the given pace."""

    def __init__(self, bureau: Bureau, pace: Pace = ONE_BY_ONE, channel: str = DEMO_CHANNEL) -> None:
        self.bureau, self.pace, self.channel = bureau, pace, channel

    def post(self, *keys: str, to: str = "zhangmin", **more: object) -> None:
        with self.bureau.desk() as desk:
            for key in keys:
                letter = {"to": self.bureau.ids[to], "text": "talks.ended", "key": key, **more}
                outbox.post(desk, Letter(**letter))  # type: ignore[arg-type]

    def claim(self, free: int = 100, reserve: int = 0) -> list[Errand]:
        with self.bureau.desk() as desk:
            return lanes.claim(desk, self.channel, self.pace, free=free, reserve=reserve)

    def take(self, free: int = 100) -> list[str]:
        """Claim, and give the letters' keys in the order in which they are sent."""
        return [key for errand in self.claim(free) for key in self.keys(errand)]

    def keys(self, errand: Errand) -> list[str]:
        names = {row.id: row.key for row in self.bureau.letters()}
        return [names[letter.id] for letter in errand.letters]

    def settle(self, errand: Errand, *results: SendResult, **report: object) -> None:
        reports = tuple(SendReport(result=result, **report) for result in results)  # type: ignore[arg-type]
        with self.bureau.desk() as desk:
            fates.settle(desk, [Outcome(errand=errand, reports=reports)], {self.channel: self.pace})

    def row(self, key: str) -> LetterRow:
        [row] = [row for row in self.bureau.letters() if row.key == key]
        return row

    def account(self, person: str, channel: str, address: str, *, heard: datetime) -> None:
        """Somebody is heard on another channel too."""
        with self.bureau.desk() as desk:
            desk.session.add(
                Account(region=desk.region, channel=channel, address=address, person_id=self.bureau.ids[person],
                        blocked=False, last_heard_at=heard)
            )  # fmt: skip
