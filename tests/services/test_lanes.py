"""Does everybody's turn come, in order, and does nobody wait for somebody else?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from bureau import MONDAY, Bureau
from engines import Engine
from postbox import ONE_BY_ONE, Postbox
from sqlalchemy import select, update

from gridwhistle.services import lanes
from gridwhistle.services.lanes import LEASE, RUN
from gridwhistle.services.outbox import Priority
from gridwhistle.services.schema import Lane, LetterRow, LetterState
from gridwhistle.services.sending import AT_WILL, Pace, SendResult

SECOND = timedelta(seconds=1)


@pytest.fixture
def box(bureau: Bureau) -> Postbox:
    return Postbox(bureau)


def lanes_left(bureau: Bureau) -> int:
    with bureau.desk() as desk:
        return len(desk.session.scalars(select(Lane)).all())


def test_the_urgent_go_first_and_then_whoever_waits_longest(bureau: Bureau, box: Postbox) -> None:
    for number, (to, priority) in enumerate(
        [("zhangmin", Priority.BULK), ("wangfang", Priority.PERSONAL), ("liqiang", Priority.EMERGENCY),
         ("zhangmin", Priority.PERSONAL)]
    ):  # fmt: skip
        bureau.clock.ahead_to(MONDAY + number * SECOND)
        box.post(str(number), to=to, priority=priority)

    assert box.take() == ["2", "1", "3", "0"]


def test_a_chats_letters_keep_their_order_and_the_next_waits_for_the_first(box: Postbox) -> None:
    box.post("1", "2", "3")
    [errand] = box.claim()

    assert box.keys(errand) == ["1"]
    assert box.claim() == [], "the lane is leased"
    box.settle(errand, SendResult.SENT)
    assert box.take() == ["2"]


def test_a_letter_that_waits_for_its_retry_is_not_overtaken_by_the_next(bureau: Bureau, box: Postbox) -> None:
    box.post("1", "2")
    [errand] = box.claim()
    box.settle(errand, SendResult.LATER, retry_after=9 * SECOND)
    bureau.clock.ahead_to(MONDAY + 8 * SECOND)
    assert box.take() == []

    bureau.clock.ahead_to(MONDAY + 9 * SECOND)
    assert box.take() == ["1"]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("pace", "first"), [(ONE_BY_ONE, []), (AT_WILL, ["0"])], ids=["one by one", "many at once"])
def test_a_letter_that_somebody_is_just_writing_on_is_not_overtaken_by_the_next(
    bureau: Bureau, engine: Engine, pace: Pace, first: list[str]
) -> None:
    """A sender that was away for longer than its lease comes back and writes down how its call went."""
    assert engine.name == "postgresql"
    box = Postbox(bureau, pace)
    box.post(*(["0"] if first else []), "1", "2")
    with bureau.office.store.engine.begin() as late:
        late.execute(update(LetterRow).where(LetterRow.key == "1").values(problem="it was away"))
        [*errands] = box.claim()
        assert [key for errand in errands for key in box.keys(errand)] == first
    for errand in errands:
        box.settle(errand, SendResult.SENT)
    bureau.clock.ahead_to(MONDAY + SECOND)
    assert box.take()[0] == "1"


def test_where_many_go_together_none_goes_past_one_that_waits(bureau: Bureau) -> None:
    box = Postbox(bureau, AT_WILL)
    box.post("1", "2", "3")
    with bureau.desk() as desk:
        desk.session.execute(update(LetterRow).where(LetterRow.key == "2").values(not_before=MONDAY + SECOND))

    [errand] = box.claim()
    assert box.keys(errand) == ["1"]


def test_replies_and_emergencies_do_not_wait_behind_a_letter_that_is_being_retried(box: Postbox) -> None:
    box.post("bulk", priority=Priority.BULK)
    box.post("personal")
    for errand in box.claim():
        box.settle(errand, SendResult.LATER, retry_after=timedelta(hours=1))
    box.post("emergency", priority=Priority.EMERGENCY)
    box.post("reply", priority=Priority.REPLY)

    assert box.take() == ["emergency", "reply"]


def test_a_letter_written_while_the_lane_is_leased_goes_out_next(box: Postbox) -> None:
    box.post("1")
    [errand] = box.claim()
    box.post("2")
    assert box.claim() == []
    box.settle(errand, SendResult.SENT)

    assert box.take() == ["2"]


def test_somebody_with_five_hundred_letters_holds_up_nobody(bureau: Bureau, box: Postbox) -> None:
    box.post(*(f"z{number:03d}" for number in range(500)))
    bureau.clock.ahead_to(MONDAY + SECOND)
    box.post("w", to="wangfang")
    order = []
    for second in range(2, 5):
        bureau.clock.ahead_to(MONDAY + second * SECOND)
        [errand] = box.claim(free=1)
        order += box.keys(errand)
        box.settle(errand, SendResult.SENT)

    assert order == ["z000", "w", "z001"]


def test_bulk_never_takes_the_last_senders(box: Postbox, bureau: Bureau) -> None:
    people = list(bureau.ids)[:6]
    for person in people:
        box.post(f"bulk-{person}", to=person, priority=Priority.BULK)
    assert len(box.claim(free=4, reserve=1)) == 3
    box.post("reply", priority=Priority.REPLY)

    [errand] = box.claim(free=1, reserve=1)
    assert box.keys(errand) == ["reply"]


def test_where_a_repeat_is_not_seen_many_letters_of_a_lane_go_together(bureau: Bureau) -> None:
    box = Postbox(bureau, AT_WILL)
    box.post(*(f"{number:02d}" for number in range(RUN + 5)))
    [errand] = box.claim()
    assert box.keys(errand) == [f"{number:02d}" for number in range(RUN)]

    box.settle(errand, SendResult.SENT, SendResult.RETRY)
    assert [row.state for row in bureau.letters()[:4]] == [LetterState.SENT, *[LetterState.WAITING] * 3]
    assert [row.attempts for row in bureau.letters()[:4]] == [1, 1, 0, 0], "what was not tried does not count as tried"


def test_a_dead_senders_letter_is_taken_over_after_the_lease_and_says_that_it_may_come_twice(
    bureau: Bureau, box: Postbox
) -> None:
    box.post("1")
    [first] = box.claim()
    row = box.row("1")
    assert (row.state, row.attempts, row.called_at, row.doubts) == (LetterState.SENDING, 1, MONDAY, 0)
    bureau.clock.ahead_to(MONDAY + LEASE - timedelta(microseconds=1))
    assert box.claim() == []
    with bureau.desk() as desk:
        assert lanes.next_due(desk) == MONDAY + LEASE

    bureau.clock.ahead_to(MONDAY + LEASE)
    [again] = box.claim()
    assert again.letters == first.letters
    assert (box.row("1").attempts, box.row("1").doubts) == (2, 1)


def test_a_letter_whose_repeat_does_harm_is_not_sent_again_after_a_crash(bureau: Bureau, box: Postbox) -> None:
    box.post("once", once=True)
    box.post("bulk", priority=Priority.BULK)
    box.post("again")
    assert len(box.claim()) == 2
    bureau.clock.ahead_to(MONDAY + LEASE)

    assert box.take() == ["again"]
    assert [(row.key, row.state, row.doubts) for row in bureau.letters()] == [
        ("once", LetterState.DOUBTFUL, 1), ("bulk", LetterState.DOUBTFUL, 1), ("again", LetterState.SENDING, 0)
    ]  # fmt: skip


def test_where_a_repeat_is_not_seen_nothing_is_doubtful(bureau: Bureau) -> None:
    box = Postbox(bureau, AT_WILL)
    box.post("once", once=True)
    box.claim()
    bureau.clock.ahead_to(MONDAY + LEASE)

    assert box.take() == ["once"]


def test_who_comes_late_with_an_answer_does_not_take_the_lane_from_its_new_holder(bureau: Bureau, box: Postbox) -> None:
    box.post("1", "2")
    [slow] = box.claim()
    bureau.clock.ahead_to(MONDAY + LEASE)
    [quick] = box.claim()
    box.settle(slow, SendResult.RETRY)
    assert box.row("1").state is LetterState.WAITING
    assert box.claim() == [], "the lane is still the quick one's"
    box.settle(quick, SendResult.SENT)

    assert box.row("1").state is LetterState.SENT
    assert box.take() == ["2"]


def test_a_lane_is_there_only_while_there_are_letters(bureau: Bureau, box: Postbox) -> None:
    box.post("1", card="ticket:7")
    box.post("2", card="ticket:7")
    assert lanes_left(bureau) == 1
    [errand] = box.claim()
    assert box.keys(errand) == ["2"]
    box.settle(errand, SendResult.SENT)

    assert lanes_left(bureau) == 0


def test_a_lane_whose_letters_were_all_taken_back_goes_away(bureau: Bureau, box: Postbox) -> None:
    box.post("1", priority=Priority.BULK, card="ticket:7")
    box.post("2", priority=Priority.PERSONAL, card="ticket:7")

    assert box.take() == ["2"]
    assert lanes_left(bureau) == 1


def test_only_the_channel_asked_for_is_claimed(bureau: Bureau, box: Postbox) -> None:
    box.post("1")

    assert Postbox(bureau, channel="telegram").claim() == []


def test_a_cards_next_form_knows_the_message_that_it_takes_the_place_of(box: Postbox) -> None:
    box.post("1", card="ticket:7")
    [first] = box.claim()
    assert first.letters[0].replaces is None
    box.settle(first, SendResult.SENT, message_id="4711")
    box.post("2", card="ticket:7")
    box.post("3", to="wangfang", card="ticket:7")

    assert [errand.letters[0].replaces for errand in box.claim()] == ["4711", None]


def test_the_pace_is_that_of_the_channel_over_all_claims(bureau: Bureau) -> None:
    box = Postbox(bureau, Pace(per_second=10))
    for person in list(bureau.ids)[:12]:
        box.post(person, to=person)
    sent = 0
    for tenth in range(5):
        bureau.clock.ahead_to(MONDAY + tenth * SECOND / 10)
        sent += len(box.claim())

    assert sent == 5
