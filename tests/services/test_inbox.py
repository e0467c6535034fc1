"""Is nothing lost, nothing done twice and each chat's order kept, whoever dies on the way?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from bureau import Bureau

from gridwhistle.services import flood, inbox
from gridwhistle.services.desk import Address
from gridwhistle.services.flood import FLOOD
from gridwhistle.services.inbox import LEASE, MOST_ATTEMPTS, Arrival, RemoteFile, Waiting
from gridwhistle.services.schema import InboxRow, LetterRow, LetterState

CHANNEL = "telegram"
SECOND = timedelta(seconds=1)


def arrival(bureau: Bureau, chat: str, number: int, **more: object) -> Arrival:
    return Arrival(
        channel=CHANNEL,
        address=chat,
        external_id=f"{number}",
        received_at=bureau.clock.now(),
        content={"kind": "text", "text": f"line {number}", "reply_to": None},
        position=number,
        **more,  # type: ignore[arg-type]
    )


def receive(bureau: Bureau, *arrivals: Arrival) -> int:
    with bureau.desk() as desk:
        return inbox.receive(desk, arrivals)


def claim(bureau: Bureau, most: int = 10, channel: str = CHANNEL) -> list[Waiting]:
    with bureau.desk() as desk:
        return inbox.claim(desk, (channel,), most)


def handle(bureau: Bureau, waiting: Waiting) -> bool:
    with bureau.desk() as desk:
        return inbox.take_in(
            desk.session,
            desk.region,
            waiting.where,
            waiting.external_id,
            waiting.received_at,
            waiting.content,
            desk.now,
        )


def drain(bureau: Bureau) -> list[str]:
    """Handle whatever may be handled now; gives the updates in that order."""
    handled = []
    while claimed := claim(bureau):
        for waiting in claimed:
            assert handle(bureau, waiting)
            handled.append(waiting.external_id)
    return handled


def names(claimed: list[Waiting]) -> list[tuple[str, str]]:
    return [(one.where.address, one.external_id) for one in claimed]


def ahead(bureau: Bureau, span: timedelta) -> None:
    bureau.clock.ahead_to(bureau.clock.now() + span)


def test_a_chats_updates_have_their_turn_one_after_another_and_other_chats_meanwhile(bureau: Bureau) -> None:
    receive(bureau, arrival(bureau, "a", 1), arrival(bureau, "a", 2), arrival(bureau, "b", 3))

    first = claim(bureau)
    assert sorted(names(first)) == [("a", "1"), ("b", "3")]
    assert claim(bureau) == [], "the second waits for the first"

    assert handle(bureau, next(one for one in first if one.external_id == "1"))
    assert names(claim(bureau)) == [("a", "2")]


def test_the_channels_own_order_counts_and_not_that_of_arrival(bureau: Bureau) -> None:
    receive(bureau, arrival(bureau, "a", 8))
    receive(bureau, arrival(bureau, "a", 7))

    assert drain(bureau) == ["7", "8"]


def test_without_an_order_of_the_channel_the_order_of_arrival_counts(bureau: Bureau) -> None:
    plain = [
        Arrival(
            channel=CHANNEL,
            address="a",
            external_id=name,
            received_at=bureau.clock.now(),
            content={"kind": "text", "text": name, "reply_to": None},
        )
        for name in ("zebra", "ant")
    ]
    receive(bureau, *plain)

    assert drain(bureau) == ["zebra", "ant"]


def test_an_earlier_update_that_arrives_late_waits_while_its_chat_is_being_served(bureau: Bureau) -> None:
    receive(bureau, arrival(bureau, "a", 2))
    (second,) = claim(bureau)
    receive(bureau, arrival(bureau, "a", 1))

    assert claim(bureau) == []
    handle(bureau, second)
    assert names(claim(bureau)) == [("a", "1")]


def test_an_update_that_arrives_twice_is_kept_once_and_acts_once(bureau: Bureau) -> None:
    assert receive(bureau, arrival(bureau, "a", 1), arrival(bureau, "a", 1)) == 1
    (waiting,) = claim(bureau)

    assert handle(bureau, waiting)
    assert not handle(bureau, waiting)
    assert receive(bureau, arrival(bureau, "a", 1)) == 0
    assert claim(bureau) == []


def test_what_a_dead_process_held_is_taken_over_when_its_lease_has_run_out(bureau: Bureau) -> None:
    receive(bureau, arrival(bureau, "a", 1), arrival(bureau, "a", 2))
    (lost,) = claim(bureau)
    ahead(bureau, LEASE - SECOND)
    assert claim(bureau) == []
    ahead(bureau, SECOND)

    (again,) = claim(bureau)
    assert (again.external_id, again.attempts) == ("1", 2)
    assert handle(bureau, again)
    assert not handle(bureau, lost), "whoever was thought dead and comes back changes nothing"
    assert drain(bureau) == ["2"]


def test_a_turn_that_is_rolled_back_leaves_the_update_waiting(bureau: Bureau) -> None:
    receive(bureau, arrival(bureau, "a", 1))
    (waiting,) = claim(bureau)

    def die() -> None:
        with bureau.desk() as desk:
            given = (waiting.where, "1", waiting.received_at, waiting.content, desk.now)
            assert inbox.take_in(desk.session, desk.region, *given)
            raise RuntimeError("the process dies in the middle of the turn")

    with pytest.raises(RuntimeError):
        die()
    ahead(bureau, LEASE)

    assert drain(bureau) == ["1"]


def test_what_fails_is_tried_later_and_later_holds_its_chat_up_alone_and_is_given_up_at_last(bureau: Bureau) -> None:
    receive(bureau, arrival(bureau, "a", 1), arrival(bureau, "a", 2), arrival(bureau, "b", 3))
    given_up = []
    for attempt in range(MOST_ATTEMPTS):
        (failing,) = (one for one in claim(bureau) if one.where.address == "a")
        with bureau.desk() as desk:
            given_up.append(inbox.let_go(desk, failing, "OSError"))
        assert [one for one in claim(bureau) if one.where.address == "a"] == [] or given_up[-1]
        if attempt < MOST_ATTEMPTS - 1:
            ahead(bureau, timedelta(minutes=1))

    assert given_up == [False] * (MOST_ATTEMPTS - 1) + [True]
    with bureau.desk() as desk:
        row = desk.session.get(InboxRow, (desk.region, CHANNEL, "a", "1"))
        assert row is not None
        assert (row.handled_at, row.problem) == (desk.now, "OSError")


def test_the_parts_of_an_album_are_gathered_and_handled_together(bureau: Bureau) -> None:
    photos = [
        arrival(bureau, "a", number, album="x", files=(RemoteFile(kind="photo", reference=f"f{number}"),))
        for number in (1, 2, 3)
    ]
    receive(bureau, photos[0])
    receive(bureau, photos[1], arrival(bureau, "a", 4))
    assert claim(bureau) == [], "the last part may still be on its way"
    receive(bureau, photos[2])
    ahead(bureau, inbox.ALBUM_GATHERS)

    (album,) = claim(bureau)
    assert [album.external_id, *(part.external_id for part in album.parts)] == ["1", "2", "3"]
    assert [file.reference for part in (album, *album.parts) for file in part.files] == ["f1", "f2", "f3"]
    handle(bureau, album)
    with bureau.desk() as desk:
        inbox.mark_handled(desk.session, desk.region, album.where, ["2", "3"], desk.now)
    assert drain(bureau) == ["4"]


def test_a_direct_message_is_handled_once_too(bureau: Bureau) -> None:
    where = Address(channel="web", address="visitor")
    for expected in (True, False):
        with bureau.desk() as desk:
            taken = inbox.take_in(desk.session, desk.region, where, "m1", desk.now, {"kind": "text"}, desk.now)
        assert taken is expected
    assert claim(bureau, channel="web") == []


def test_only_channels_that_this_process_serves_are_claimed(bureau: Bureau) -> None:
    receive(bureau, arrival(bureau, "a", 1))

    assert claim(bureau, channel="wecom") == []
    with bureau.desk() as desk:
        assert inbox.count_waiting(desk) == 1


# ---- floods


def notices(bureau: Bureau) -> list[LetterRow]:
    return [letter for letter in bureau.letters() if letter.text_key == "common.slow_down"]


def test_a_flood_is_slowed_down_with_one_notice_and_loses_nothing(bureau: Bureau) -> None:
    for number in range(FLOOD + 10):
        receive(bureau, arrival(bureau, "loud", number))
    receive(bureau, arrival(bureau, "calm", 1000))

    at_once = drain(bureau)
    assert at_once.count("1000") == 1, "others are not affected"
    assert len(at_once) == FLOOD + 1
    (notice,) = notices(bureau)
    assert (notice.address, notice.state, notice.reply) == ("loud", LetterState.WAITING, True)

    ahead(bureau, SECOND)
    assert drain(bureau) == ["20", "21"], "two a second, the pace that is allowed"
    ahead(bureau, timedelta(seconds=10))
    assert drain(bureau) == [str(number) for number in range(22, FLOOD + 10)]
    assert len(notices(bureau)) == 1


def test_a_second_flood_later_is_told_again(bureau: Bureau) -> None:
    for begins in (0, 100):
        receive(bureau, *(arrival(bureau, "loud", begins + number) for number in range(FLOOD + 2)))
        ahead(bureau, timedelta(minutes=1))
        drain(bureau)

    assert len(notices(bureau)) == 2


def test_twenty_messages_in_ten_seconds_are_no_flood_and_an_album_is_one_message(bureau: Bureau) -> None:
    receive(bureau, *(arrival(bureau, "a", number) for number in range(FLOOD - 1)))
    receive(bureau, *(arrival(bureau, "a", 100 + number, album="x") for number in range(10)))
    ahead(bureau, inbox.ALBUM_GATHERS)
    with bureau.desk() as desk:
        rows = desk.session.query(InboxRow).all()

    assert notices(bureau) == []
    assert all(row.not_before is None or row.not_before <= bureau.clock.now() for row in rows)


def test_a_direct_message_waits_behind_a_flood_and_behind_what_waits(bureau: Bureau) -> None:
    where = Address(channel=CHANNEL, address="a")
    with bureau.desk() as desk:
        assert not flood.must_wait(desk, where)
    receive(bureau, arrival(bureau, "a", 1))
    with bureau.desk() as desk:
        assert flood.must_wait(desk, where)
    drain(bureau)
    with bureau.desk() as desk:
        assert not flood.must_wait(desk, where)
    receive(bureau, *(arrival(bureau, "a", number) for number in range(2, FLOOD + 1)))
    drain(bureau)
    with bureau.desk() as desk:
        assert flood.must_wait(desk, where)
