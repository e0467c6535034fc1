"""Is every platform sent as much as it takes, and never more, whichever process asks?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from bureau import MONDAY, Bureau
from engines import Engine
from hypothesis import given, settings
from hypothesis import strategies as st
from postbox import Postbox
from sqlalchemy import update

from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.lanes import claim
from gridwhistle.services.outbox import Letter, Priority, post
from gridwhistle.services.paces import AT_ONCE, LOOK_AGAIN, ChannelPace, chat_leave, close
from gridwhistle.services.schema import Account
from gridwhistle.services.sending import Pace, Quota, SendResult

SECOND = timedelta(seconds=1)
CHAT = Pace(per_chat_seconds=1)


def leave(bureau: Bureau, pace: Pace, at: datetime, address: str = "zhangmin") -> datetime | None:
    bureau.clock.ahead_to(at)
    with bureau.desk() as desk:
        return chat_leave(desk, DEMO_CHANNEL, address, pace).wait_until


def test_a_chat_is_sent_one_letter_a_second(bureau: Bureau) -> None:
    assert leave(bureau, CHAT, MONDAY) is None
    assert leave(bureau, CHAT, MONDAY + SECOND / 2) == MONDAY + SECOND
    assert leave(bureau, CHAT, MONDAY + SECOND / 2, "wangfang") is None, "another chat does not wait"
    assert leave(bureau, CHAT, MONDAY + SECOND) is None


@given(
    rate=st.integers(1, 60),
    asks=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 50)), min_size=1, max_size=25),
)
@settings(max_examples=40, deadline=None)
def test_no_second_has_more_than_the_channels_rate_and_what_may_go_at_once(
    rate: int, asks: list[tuple[int, int]], bureau_factory: type[Bureau], tmp_path_factory: pytest.TempPathFactory
) -> None:
    bureau = bureau_factory(tmp_path_factory.mktemp("files"))
    pace = Pace(per_second=rate)
    sent: list[datetime] = []
    for milliseconds, wanted in asks:
        bureau.clock.ahead_to(bureau.clock.now() + timedelta(milliseconds=milliseconds))
        with bureau.desk() as desk:
            channel = ChannelPace(desk, "telegram", pace)
            taken = min(channel.left, wanted)
            channel.spend(taken)
            assert (channel.next_at is None) == (channel.left > 0)
        sent += [bureau.clock.now()] * taken
    bureau.close()
    for first in sent:
        assert sum(first <= moment < first + SECOND for moment in sent) <= rate + max(1, rate * AT_ONCE)
    assert sent, "something always goes"


@pytest.fixture
def bureau_factory(engine: Engine) -> type[Bureau]:
    return Bureau


@given(gaps=st.lists(st.integers(0, 40), min_size=1, max_size=60))
@settings(max_examples=40, deadline=None)
def test_no_minute_has_more_than_the_quota(
    gaps: list[int], bureau_factory: type[Bureau], tmp_path_factory: pytest.TempPathFactory
) -> None:
    bureau = bureau_factory(tmp_path_factory.mktemp("files"))
    pace = Pace(quotas=(Quota(most=5, span=timedelta(minutes=1)),))
    sent: list[datetime] = []
    for gap in gaps:
        now = bureau.clock.now() + gap * SECOND
        wait = leave(bureau, pace, now)
        recent = [moment for moment in sent if moment > now - timedelta(minutes=1)]
        assert (wait is None) == (len(recent) < 5)
        if wait is None:
            sent.append(now)
        else:
            assert wait == recent[0] + timedelta(minutes=1)
    bureau.close()


def heard(bureau: Bureau, at: datetime) -> None:
    with bureau.desk() as desk:
        desk.session.execute(update(Account).where(Account.address == "zhangmin").values(last_heard_at=at))


def test_a_window_opens_when_the_person_writes_and_holds_so_many_letters(bureau: Bureau) -> None:
    pace = Pace(quotas=(Quota(most=2, span=timedelta(hours=48), after_heard=True),))
    heard(bureau, MONDAY - timedelta(hours=49))
    assert leave(bureau, pace, MONDAY) == MONDAY + LOOK_AGAIN
    heard(bureau, MONDAY)
    assert [leave(bureau, pace, MONDAY + minute * SECOND * 60) is None for minute in (1, 2, 3)] == [True, True, False]
    heard(bureau, MONDAY + timedelta(minutes=4))

    assert leave(bureau, pace, MONDAY + timedelta(minutes=5)) is None


def test_outside_of_the_window_a_channel_that_can_sends_a_template(bureau: Bureau) -> None:
    quota = Quota(most=5, span=timedelta(hours=48), after_heard=True, template_outside=True)
    box = Postbox(bureau, Pace(quotas=(quota,)))
    heard(bureau, MONDAY - timedelta(hours=50))
    box.post("1")
    [errand] = box.claim()
    assert errand.letters[0].window_open is False
    box.settle(errand, SendResult.SENT)
    heard(bureau, MONDAY)
    box.post("2")

    assert box.claim()[0].letters[0].window_open is True


def test_a_closed_channel_is_sent_nothing_until_it_opens(bureau: Bureau) -> None:
    for pace in (Pace(), Pace(per_second=30)):
        name = f"channel-{pace.per_second}"
        with bureau.desk() as desk:
            close(desk, name, pace, desk.now + timedelta(minutes=1))
        with bureau.desk() as desk:
            assert ChannelPace(desk, name, pace).left == 0
    bureau.clock.ahead_to(MONDAY + timedelta(minutes=1))
    with bureau.desk() as desk:
        assert ChannelPace(desk, "channel-None", Pace()).left > 100
        assert ChannelPace(desk, "channel-30", Pace(per_second=30)).left == 1


def test_a_reply_waits_for_one_letters_time_only_however_much_bulk_there_is(bureau: Bureau) -> None:
    box = Postbox(bureau, Pace(per_second=30))
    for person in bureau.ids:
        box.post(f"b-{person}", to=person, priority=Priority.BULK)
    assert 0 < len(box.claim()) <= 4
    with bureau.desk() as desk:
        post(desk, Letter(to=bureau.ids["zhangmin"], text="talks.ended", key="r", priority=Priority.REPLY))
    bureau.clock.ahead_to(MONDAY + SECOND / 30)
    with bureau.desk() as desk:
        [errand] = claim(desk, DEMO_CHANNEL, box.pace, free=100)

    assert errand.priority is Priority.REPLY
