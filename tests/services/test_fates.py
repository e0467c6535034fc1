"""What becomes of a letter, whatever the channel says or does not say?"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from bureau import MONDAY, Bureau
from postbox import Postbox
from sqlalchemy import text, update
from structlog.testing import capture_logs

from gridwhistle.services import fates, memory, org
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.desk import Address
from gridwhistle.services.fates import LONGEST_WAIT, MOST_TRIES, REPAIR_TIME, TRY_FOR, Outcome, back_off
from gridwhistle.services.lanes import LEASE
from gridwhistle.services.outbox import Priority
from gridwhistle.services.schema import Account, LetterState, Person
from gridwhistle.services.sending import SendReport, SendResult
from gridwhistle.services.store import new_id

DEAD, SENT, WAITING = LetterState.DEAD, LetterState.SENT, LetterState.WAITING


@pytest.fixture
def box(bureau: Bureau) -> Postbox:
    return Postbox(bureau)


@pytest.mark.parametrize(
    ("result", "once", "state", "attempts", "doubts"),
    [
        (SendResult.SENT, False, SENT, 1, 0),
        (SendResult.RETRY, False, WAITING, 1, 0),
        (SendResult.RETRY, True, WAITING, 1, 0),
        (SendResult.LATER, True, WAITING, 1, 0),
        (SendResult.UNKNOWN, False, WAITING, 1, 1),
        (SendResult.UNKNOWN, True, LetterState.DOUBTFUL, 1, 1),
        (SendResult.MISCONFIGURED, False, WAITING, 0, 0),
        (SendResult.REFUSED, False, DEAD, 1, 0),
        (SendResult.STOPPED, False, DEAD, 1, 0),
    ],
)
def test_the_result_of_a_send_decides_the_letters_fate(
    box: Postbox, result: SendResult, once: bool, state: LetterState, attempts: int, doubts: int
) -> None:
    box.post("1", once=once)
    [errand] = box.claim()
    with capture_logs():
        box.settle(errand, result, problem="" if result is SendResult.SENT else "why", message_id="42")

    row = box.row("1")
    assert (row.state, row.attempts, row.doubts) == (state, attempts, doubts)
    assert (row.sent_at, row.message_id) == ((MONDAY, "42") if result is SendResult.SENT else (None, None))
    assert row.problem == ("" if result is SendResult.SENT else "why")


@pytest.mark.parametrize("priority", list(Priority))
def test_a_retry_waits_longer_each_time_up_to_a_limit_and_out_of_step(priority: Priority) -> None:
    waits = [back_off("a", attempts, priority) for attempts in range(1, MOST_TRIES)]

    for attempts, wait in enumerate(waits, start=1):
        longest = min(timedelta(seconds=2**attempts), LONGEST_WAIT[priority])
        assert longest / 2 <= wait <= longest
    assert len({back_off(new_id(), 5, priority) for _ in range(20)}) == 20
    assert back_off("a", 5, priority) == back_off("a", 5, priority)


def test_nobody_is_tried_for_ever(bureau: Bureau, box: Postbox) -> None:
    box.post("1")
    with capture_logs() as logs:
        for _ in range(MOST_TRIES):
            [errand] = box.claim()
            box.settle(errand, SendResult.RETRY)
            bureau.clock.ahead_to(box.row("1").not_before)
    assert (box.row("1").state, box.row("1").attempts) == (DEAD, MOST_TRIES)
    assert [entry["event"] for entry in logs] == ["letter.dead"]
    assert box.claim() == []


def test_a_platform_that_keeps_us_waiting_for_days_gets_the_letter_no_more(bureau: Bureau, box: Postbox) -> None:
    box.post("1")
    [errand] = box.claim()
    box.settle(errand, SendResult.LATER, retry_after=TRY_FOR + timedelta(seconds=1))
    bureau.clock.ahead_to(MONDAY + TRY_FOR + timedelta(seconds=1))
    [errand] = box.claim()
    with capture_logs():
        box.settle(errand, SendResult.LATER, retry_after=timedelta(seconds=1))

    assert box.row("1").state is DEAD


def test_a_letter_of_a_channel_that_the_operator_must_repair_waits_with_all_others(
    bureau: Bureau, box: Postbox
) -> None:
    box.post("1")
    box.post("2", to="wangfang")
    first, second = box.claim()
    box.settle(second, SendResult.SENT)
    with capture_logs() as logs:
        box.settle(first, SendResult.MISCONFIGURED, problem="401 Unauthorized")
    assert [(entry["event"], entry["channel"]) for entry in logs] == [("channel.misconfigured", DEMO_CHANNEL)]
    box.post("3", to="liqiang")
    assert box.claim() == []

    bureau.clock.ahead_to(MONDAY + REPAIR_TIME)
    assert box.take() == ["1", "3"]


@pytest.mark.parametrize("result", [SendResult.RETRY, SendResult.UNKNOWN, SendResult.LATER])
def test_a_card_that_failed_to_go_out_does_not_come_after_its_newer_form(
    bureau: Bureau, box: Postbox, result: SendResult
) -> None:
    box.post("1", card="ticket:7")
    [errand] = box.claim()
    box.post("2", card="ticket:7")
    box.post("3", card="ticket:8")
    box.settle(errand, result)

    assert [row.state for row in bureau.letters()] == [LetterState.REPLACED, WAITING, WAITING]


def test_who_blocked_us_is_not_written_to_until_heard_again(bureau: Bureau, box: Postbox) -> None:
    box.post("1", "2")
    [errand] = box.claim()
    box.settle(errand, SendResult.STOPPED, problem="blocked by the user")
    box.post("3")

    assert [(row.state, row.channel) for row in bureau.letters()] == [
        (DEAD, DEMO_CHANNEL), (DEAD, DEMO_CHANNEL), (DEAD, "none"),
    ]  # fmt: skip
    assert box.claim() == []
    with bureau.desk() as desk:
        assert not desk.session.get_one(Person, (desk.region, bureau.ids["zhangmin"])).reachable
    # Even a moment after we were blocked.
    with bureau.desk() as desk:
        desk.session.execute(update(Account).where(Account.address == "zhangmin").values(last_heard_at=desk.now))
    with bureau.desk() as desk:
        memory.recall(desk.session, desk.region, Address(channel=DEMO_CHANNEL, address="zhangmin"), desk.now)
    with bureau.desk() as desk:
        assert desk.session.get_one(Person, (desk.region, bureau.ids["zhangmin"])).reachable
    box.post("4")
    assert box.take() == ["4"]


def test_what_waits_for_somebody_who_blocked_one_chat_goes_to_another(bureau: Bureau, box: Postbox) -> None:
    box.post("1", "2")
    [errand] = box.claim()
    box.account("zhangmin", "telegram", "77", heard=MONDAY - timedelta(days=9))
    box.settle(errand, SendResult.STOPPED, problem="blocked by the user")

    assert [(row.state, row.channel, row.address) for row in bureau.letters()] == [(WAITING, "telegram", "77")] * 2
    telegram = Postbox(bureau, channel="telegram")
    [errand] = telegram.claim()
    assert telegram.keys(errand) == ["1"]
    with bureau.desk() as desk:
        assert desk.session.get_one(Person, (desk.region, bureau.ids["zhangmin"])).reachable


def test_a_letter_that_mattered_and_cannot_be_delivered_asks_for_a_call(bureau: Bureau, box: Postbox) -> None:
    box.post("1", matters=True)
    box.post("2")
    [errand] = box.claim()
    box.settle(errand, SendResult.STOPPED)

    assert bureau.timers(box.row("1").id) == {"call_instead": MONDAY}
    assert bureau.timers(box.row("2").id) == {}


def test_the_community_is_told_what_a_resident_should_be_told_by_telephone(bureau: Bureau) -> None:
    box = Postbox(bureau)
    box.post("1", matters=True)
    [errand] = box.claim()
    with capture_logs():
        box.settle(errand, SendResult.REFUSED)
    box.post("2", matters=True)
    bureau.drain.run_due()

    [row] = bureau.letters(text="letter.call_instead")
    with bureau.desk("zhangmin") as desk:
        assert row.person_id == org.coordinator(desk, desk.actor.grid)
    assert box.row("1").text in row.text


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_sender_that_lost_its_lease_does_not_take_back_what_the_new_one_is_writing_down(
    bureau: Bureau, box: Postbox
) -> None:
    box.post("1")
    [old] = box.claim()
    bureau.clock.ahead_to(MONDAY + LEASE)
    [new] = box.claim()

    def waits_for_a_lock() -> bool:
        with bureau.office.store.engine.connect() as connection:
            return bool(connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))

    with ThreadPoolExecutor(1) as late:
        with bureau.desk() as desk:
            arrived = Outcome(errand=new, reports=(SendReport(result=SendResult.SENT, message_id="42"),))
            fates.settle(desk, [arrived], {DEMO_CHANNEL: box.pace})
            settled = late.submit(box.settle, old, SendResult.UNKNOWN)
            while not (settled.done() or waits_for_a_lock()):
                time.sleep(0.01)
        settled.result()

    assert box.row("1").state is SENT
