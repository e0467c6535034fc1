"""Does every letter go out, in order, and what becomes of it when a channel or the process breaks?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from bureau import Bureau
from structlog.testing import capture_logs

from gridwhistle.scheduler.delivery import Delivery
from gridwhistle.services import lanes, outbox
from gridwhistle.services.lanes import LEASE
from gridwhistle.services.outbox import Letter
from gridwhistle.services.schema import LetterState
from gridwhistle.services.sending import AT_WILL, OutgoingLetter, SendReport, SendResult


def post(bureau: Bureau, *keys: str, to: str = "zhangmin") -> None:
    with bureau.desk() as desk:
        for key in keys:
            outbox.post(desk, Letter(to=bureau.ids[to], text="talks.ended", key=key))


def states(bureau: Bureau) -> dict[str, LetterState]:
    return {row.key: row.state for row in bureau.letters()}


def sent(bureau: Bureau) -> list[str]:
    keys = {row.id: row.key for row in bureau.letters()}
    return [keys[letter.id] for letter in bureau.hole.sent]


def test_all_that_is_due_goes_out_in_order(bureau: Bureau) -> None:
    keys = [f"{number:03d}" for number in range(230)]
    post(bureau, *keys)

    assert bureau.delivery.run() == 230
    assert sent(bureau) == keys
    assert bureau.delivery.run() == 0


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (SendResult.SENT, LetterState.SENT),
        (SendResult.RETRY, LetterState.WAITING),
        (SendResult.UNKNOWN, LetterState.WAITING),
        (SendResult.REFUSED, LetterState.DEAD),
        (SendResult.STOPPED, LetterState.DEAD),
    ],
)
def test_what_the_channel_says_decides_the_letters_fate_alone(
    bureau: Bureau, result: SendResult, state: LetterState
) -> None:
    post(bureau, "1")
    post(bureau, "2", to="wangfang")
    bureau.hole.answers = [result]

    assert bureau.delivery.run() == 1 + (result is SendResult.SENT)
    assert states(bureau) == {"1": state, "2": LetterState.SENT}


def test_a_channel_that_breaks_is_told_and_tried_again(bureau: Bureau) -> None:
    post(bureau, "1", "2")
    bureau.hole.answers = [OSError("the network is down")]
    with capture_logs() as logs:
        assert bureau.delivery.run() == 0, "the second must not overtake the first"

    [entry] = logs
    assert (entry["event"], entry["channel"]) == ("letter.send_failed", "web")
    assert [row.problem for row in bureau.letters()] == ["OSError", ""]
    bureau.clock.ahead_to(bureau.clock.now() + timedelta(seconds=2))
    assert bureau.delivery.run() == 2
    assert sent(bureau) == ["1", "2"]
    assert set(states(bureau).values()) == {LetterState.SENT}


class Killed(BaseException):
    """The process ends."""


class Abyss:
    """Sends, and then the process is killed before it can write that down."""

    name = "web"
    pace = AT_WILL

    def __init__(self) -> None:
        self.sent: list[OutgoingLetter] = []

    def send(self, letter: OutgoingLetter) -> SendReport:
        self.sent.append(letter)
        raise Killed


def test_a_crash_between_send_and_writing_it_down_sends_again_after_the_lease(bureau: Bureau) -> None:
    post(bureau, "1")
    abyss = Abyss()
    with pytest.raises(Killed):
        Delivery(bureau.office, (abyss,)).run()

    assert states(bureau) == {"1": LetterState.SENDING}, "marked before the call, so that it is seen"
    assert bureau.delivery.run() == 0, "another process leaves it alone while the lease lasts"
    bureau.clock.ahead_to(bureau.clock.now() + LEASE + timedelta(seconds=1))
    assert bureau.delivery.run() == 1
    assert states(bureau) == {"1": LetterState.SENT}
    assert [letter.id for letter in abyss.sent] == [letter.id for letter in bureau.hole.sent]


def test_letters_of_a_channel_that_is_not_served_wait(bureau: Bureau) -> None:
    post(bureau, "1")

    assert Delivery(bureau.office, ()).run() == 0
    assert states(bureau) == {"1": LetterState.WAITING}


def test_nothing_is_sent_inside_a_transaction(bureau: Bureau) -> None:
    post(bureau, "1")

    class Looker:
        name = "web"
        pace = AT_WILL

        def send(self, letter: OutgoingLetter) -> SendReport:
            with bureau.desk() as desk:  # would wait for an open transaction for ever
                lanes.next_due(desk)
            return SendReport(result=SendResult.SENT if letter.id else SendResult.REFUSED)

    assert Delivery(bureau.office, (Looker(),)).run() == 1
