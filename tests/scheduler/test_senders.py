"""Do many sender threads deliver everything once, in order, and end in good order?"""

from __future__ import annotations

import threading
from collections import defaultdict

import pytest
from bureau import Bureau
from structlog.testing import capture_logs

from gridwhistle.scheduler.delivery import Delivery
from gridwhistle.scheduler.senders import Senders
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.outbox import Letter, Priority, post
from gridwhistle.services.schema import LetterState
from gridwhistle.services.sending import OutgoingLetter, Pace, SendReport, SendResult

PATIENCE = 20.0
"""Seconds after which a test that waits for threads has failed; never slept through."""


class Platform:
    """A platform that counts who is in it at once, and can be held up."""

    name = DEMO_CHANNEL

    def __init__(self, parallel: int) -> None:
        self.pace = Pace(parallel=parallel)
        self.sent: dict[str, list[str]] = defaultdict(list)
        self.inside = self.most = 0
        self.bulk_open = threading.Event()
        self.bulk_open.set()
        self._lock = threading.Lock()
        self.moved = threading.Condition(self._lock)

    def send(self, letter: OutgoingLetter) -> SendReport:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
            self.moved.notify_all()
        assert letter.reply or self.bulk_open.wait(PATIENCE)
        with self._lock:
            self.inside -= 1
            self.sent[letter.address].append(letter.id)
            self.moved.notify_all()
        return SendReport(result=SendResult.SENT)

    def wait_until(self, so: object) -> None:
        with self.moved:
            assert self.moved.wait_for(so, PATIENCE)  # type: ignore[arg-type]


def count(platform: Platform) -> int:
    return sum(len(letters) for letters in platform.sent.values())


def write(bureau: Bureau, number: int, *people: str, priority: Priority = Priority.PERSONAL) -> None:
    with bureau.desk() as desk:
        for turn in range(number):
            for who in people:
                key = f"{priority}:{turn}:{who}"
                post(desk, Letter(to=bureau.ids[who], text="talks.ended", key=key, priority=priority))


def test_everything_is_sent_once_each_chats_letters_in_order_by_no_more_threads_than_the_pace_has(
    bureau: Bureau,
) -> None:
    people = list(bureau.ids)[:6]
    write(bureau, 10, *people)
    platform = Platform(parallel=4)
    senders = Senders(Delivery(bureau.office, [platform]), look_every=0.01)
    platform.bulk_open.clear()
    senders.start()
    # The last of four senders is kept for what is urgent.
    platform.wait_until(lambda: platform.inside == 3)
    platform.bulk_open.set()
    platform.wait_until(lambda: count(platform) == 60)
    senders.stop()

    assert platform.most == 3
    for letters in platform.sent.values():
        assert letters == sorted(letters)
        assert len(letters) == 10
    assert {row.state for row in bureau.letters()} == {LetterState.SENT}


def test_two_processes_share_the_work_and_send_nothing_twice(bureau: Bureau) -> None:
    write(bureau, 5, *list(bureau.ids)[:8])
    platform = Platform(parallel=2)
    senders = [Senders(Delivery(bureau.office, [platform]), look_every=0.01) for _ in range(2)]
    for one in senders:
        one.start()
    platform.wait_until(lambda: count(platform) == 40)
    for one in senders:
        one.stop()

    assert count(platform) == len({letter for letters in platform.sent.values() for letter in letters}) == 40


def test_bulk_that_hangs_in_the_platform_does_not_hold_up_a_reply(bureau: Bureau) -> None:
    platform = Platform(parallel=4)
    platform.bulk_open.clear()
    write(bureau, 1, *list(bureau.ids)[:9], priority=Priority.BULK)
    senders = Senders(Delivery(bureau.office, [platform]), look_every=0.01)
    senders.start()
    platform.wait_until(lambda: platform.inside == 3)
    with bureau.desk("zhangmin", heard=True) as desk:
        post(desk, Letter(to=desk.me, text="talks.ended", key="reply"))
    senders.wake()
    platform.wait_until(lambda: count(platform) == 1)
    platform.bulk_open.set()
    platform.wait_until(lambda: count(platform) == 10)
    senders.stop()

    assert next(iter(platform.sent)) == "zhangmin"


def test_stopping_settles_what_is_under_way_and_begins_nothing_new(bureau: Bureau) -> None:
    platform = Platform(parallel=1)
    platform.bulk_open.clear()
    write(bureau, 3, "zhangmin")
    senders = Senders(Delivery(bureau.office, [platform]), look_every=0.01)
    senders.start()
    platform.wait_until(lambda: platform.inside == 1)
    stopper = threading.Thread(target=senders.stop)
    stopper.start()
    platform.bulk_open.set()
    stopper.join(PATIENCE)

    assert not stopper.is_alive()
    states = [row.state for row in bureau.letters()]
    assert states == [LetterState.SENT, LetterState.WAITING, LetterState.WAITING]


def test_a_store_that_is_down_for_a_moment_loses_no_report(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridwhistle.scheduler.senders.AFTER_TROUBLE", 0.01)
    platform = Platform(parallel=1)
    delivery = Delivery(bureau.office, [platform])
    exchange, fail = delivery.exchange, iter([False, True, True])

    def sometimes(*given: object) -> object:
        if next(fail, False):
            raise OSError("the store is down")
        return exchange(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(delivery, "exchange", sometimes)
    write(bureau, 2, "zhangmin")
    senders = Senders(delivery, look_every=0.01)
    with capture_logs() as logs:
        senders.start()
        platform.wait_until(lambda: count(platform) == 2)
        senders.stop()

    assert [entry["event"] for entry in logs] == ["delivery.store_failed"] * 2
    assert [(row.state, row.attempts) for row in bureau.letters()] == [(LetterState.SENT, 1)] * 2
