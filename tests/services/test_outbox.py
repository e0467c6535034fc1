"""Is everybody written to once, in their own chat and language, and never at night without need?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from bureau import MONDAY, Bureau
from sqlalchemy import update

from gridwhistle.services import outbox
from gridwhistle.services.clock import CITY_ZONE
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.desk import Address
from gridwhistle.services.outbox import LEASE, Button, Letter, Priority
from gridwhistle.services.schema import Account, LetterRow, LetterState, Person
from gridwhistle.services.sending import OutgoingLetter, SendReport, SendResult
from gridwhistle.services.store import new_id

NIGHT = datetime(2026, 11, 23, 23, 30, tzinfo=CITY_ZONE)
MORNING = datetime(2026, 11, 24, 7, 0, tzinfo=CITY_ZONE)
TEXT = "talks.ended"


def post(bureau: Bureau, to: str = "zhangmin", *, by: str | None = None, **more: object) -> None:
    with bureau.desk(by, heard=by is not None) as desk:
        desk.turn = new_id()
        outbox.post(desk, Letter(**{"to": bureau.ids[to], "text": TEXT, **more}))  # type: ignore[arg-type]


def claim(bureau: Bureau, batch: int = 100) -> list[OutgoingLetter]:
    with bureau.desk() as desk:
        return outbox.claim(desk, (DEMO_CHANNEL,), batch)


def settle(bureau: Bureau, letter: str, result: SendResult, problem: str = "", **more: object) -> None:
    with bureau.desk() as desk:
        outbox.settle(desk, letter, SendReport(result=result, problem=problem, **more))  # type: ignore[arg-type]


def account(bureau: Bureau, person: str, channel: str, address: str, *, heard: datetime) -> None:
    with bureau.desk() as desk:
        desk.session.add(
            Account(
                region=desk.region,
                channel=channel,
                address=address,
                person_id=bureau.ids[person],
                blocked=False,
                last_heard_at=heard,
            )
        )


def test_a_letter_is_rendered_when_it_is_written_in_the_readers_language(bureau: Bureau) -> None:
    buttons = (
        Button(label="button.accept", press={"open": "accept", "with": {}}),
        Button(label="=照原样", press={"word": "cancel", "token": "1"}),
    )
    post(bureau, buttons=buttons, key="a")
    post(bureau, "john", buttons=buttons, key="b")

    chinese, english = bureau.letters()
    assert chinese.text != english.text
    assert english.text.isascii()
    assert [one["label"] for one in chinese.buttons] == ["接单", "照原样"]
    assert [one["label"] for one in english.buttons] == ["Accept", "照原样"]
    assert (chinese.channel, chinese.address) == (DEMO_CHANNEL, "zhangmin")


def test_the_same_natural_key_is_written_once(bureau: Bureau) -> None:
    post(bureau, key="told:1")
    post(bureau, key="told:1", text="talks.taken", params={"name": "x"})
    with bureau.desk() as desk:
        for _ in range(2):
            outbox.post(desk, Letter(to=bureau.ids["zhangmin"], text=TEXT, key="told:2"))

    assert [(row.key, row.text_key) for row in bureau.letters()] == [("told:1", TEXT), ("told:2", TEXT)]


def test_replies_of_one_turn_have_keys_of_their_own(bureau: Bureau) -> None:
    with bureau.desk("zhangmin", heard=True) as desk:
        desk.turn = "t1"
        for _ in range(3):
            outbox.post(desk, Letter(to=bureau.ids["zhangmin"], text=TEXT))
    assert [row.key for row in bureau.letters()] == ["turn:t1:0", "turn:t1:1", "turn:t1:2"]


def test_a_card_takes_the_place_of_its_unsent_predecessor(bureau: Bureau) -> None:
    post(bureau, key="1", card="ticket:7")
    post(bureau, key="2", card="ticket:7")
    post(bureau, key="3", card="ticket:8")
    post(bureau, "wangfang", key="4", card="ticket:7")

    states = {row.key: row.state for row in bureau.letters()}
    assert states == {"1": LetterState.REPLACED, **dict.fromkeys("234", LetterState.WAITING)}
    assert sorted(letter.card or "" for letter in claim(bureau)) == ["ticket:7", "ticket:7", "ticket:8"]


def test_a_card_written_twice_in_one_transaction_is_sent_once(bureau: Bureau) -> None:
    with bureau.desk() as desk:
        for key in "12":
            outbox.post(desk, Letter(to=bureau.ids["zhangmin"], text=TEXT, key=key, card="ticket:7"))

    assert {row.key: row.state for row in bureau.letters()} == {"1": LetterState.REPLACED, "2": LetterState.WAITING}


def test_a_sent_card_is_not_touched_by_the_next(bureau: Bureau) -> None:
    post(bureau, key="1", card="ticket:7")
    bureau.delivery.run()
    post(bureau, key="2", card="ticket:7")
    bureau.delivery.run()

    assert [row.state for row in bureau.letters()] == [LetterState.SENT, LetterState.SENT]
    assert [letter.card for letter in bureau.hole.sent] == ["ticket:7", "ticket:7"]


@pytest.mark.parametrize(
    ("by", "priority", "out"),
    [
        (None, Priority.PERSONAL, MORNING),
        (None, Priority.BULK, MORNING),
        (None, Priority.EMERGENCY, NIGHT),
        # What a person has just said is answered, whatever the hour.
        ("zhangmin", Priority.PERSONAL, NIGHT),
        # What somebody else says at night does not wake them.
        ("liqiang", Priority.PERSONAL, MORNING),
    ],
)
def test_quiet_hours(bureau: Bureau, by: str | None, priority: Priority, out: datetime) -> None:
    bureau.clock.ahead_to(NIGHT)
    post(bureau, by=by, priority=priority)

    [row] = bureau.letters()
    assert row.not_before == out
    assert row.reply is (by == "zhangmin")
    assert bool(claim(bureau)) is (out == NIGHT)
    with bureau.desk() as desk:
        assert outbox.next_due(desk) is not None
    bureau.clock.ahead_to(MORNING + LEASE + timedelta(seconds=1))
    assert len(claim(bureau)) == 1


def test_a_reply_goes_to_the_chat_that_was_written_in_and_the_rest_to_the_one_heard_last(bureau: Bureau) -> None:
    account(bureau, "zhangmin", "telegram", "77", heard=MONDAY + timedelta(hours=1))
    post(bureau, key="1")
    post(bureau, by="zhangmin", key="2")

    assert [(row.channel, row.reply) for row in bureau.letters()] == [("telegram", False), (DEMO_CHANNEL, True)]


def test_somebody_without_a_chat_gets_a_dead_letter_that_an_operator_sees(bureau: Bureau) -> None:
    with bureau.desk() as desk:
        desk.session.add(
            Person(region=desk.region, id="nochat", code=None, name="老孙", language="zh", unit=None, grid=None,
                   place=None, created_at=desk.now)
        )  # fmt: skip
    with bureau.desk() as desk:
        outbox.post(desk, Letter(to="nochat", text=TEXT, key="x"))

    [row] = bureau.letters()
    assert (row.state, row.problem) == (LetterState.DEAD, "no chat is bound to this person")
    with bureau.desk() as desk:
        assert outbox.next_due(desk) is None


def test_a_letter_to_nobody_is_a_callers_mistake(bureau: Bureau) -> None:
    with pytest.raises(LookupError, match="no person"), bureau.desk() as desk:
        outbox.post(desk, Letter(to="nobody", text=TEXT))


def test_a_text_that_does_not_exist_is_found_when_it_is_written(bureau: Bureau) -> None:
    with pytest.raises(KeyError):
        post(bureau, text="no.such.text")
    assert bureau.letters() == []


def test_who_blocked_us_is_not_written_to_until_heard_again(bureau: Bureau) -> None:
    post(bureau, key="1")
    [letter] = claim(bureau)
    settle(bureau, letter.id, SendResult.STOPPED, "blocked by the user")
    post(bureau, key="2")

    assert [(row.state, row.channel) for row in bureau.letters()] == [
        (LetterState.DEAD, DEMO_CHANNEL),
        (LetterState.DEAD, "none"),
    ]
    with bureau.desk() as desk:
        desk.session.execute(update(Account).where(Account.address == "zhangmin").values(blocked=False))
    post(bureau, key="3")
    assert bureau.letters()[-1].state is LetterState.WAITING


def test_who_blocked_one_chat_is_reached_in_another(bureau: Bureau) -> None:
    account(bureau, "zhangmin", "telegram", "77", heard=MONDAY)
    with bureau.desk() as desk:
        desk.session.execute(update(Account).where(Account.channel == "telegram").values(blocked=True))
    post(bureau)

    assert bureau.letters()[-1].channel == DEMO_CHANNEL


@pytest.mark.parametrize(
    ("result", "state", "delay"),
    [
        (SendResult.SENT, LetterState.SENT, None),
        (SendResult.RETRY, LetterState.WAITING, 2),
        (SendResult.UNKNOWN, LetterState.WAITING, 2),
        (SendResult.MISCONFIGURED, LetterState.WAITING, 2),
        (SendResult.REFUSED, LetterState.DEAD, None),
        (SendResult.STOPPED, LetterState.DEAD, None),
    ],
)
def test_the_result_of_a_send_decides_the_letters_fate(
    bureau: Bureau, result: SendResult, state: LetterState, delay: int | None
) -> None:
    post(bureau)
    [letter] = claim(bureau)
    assert bureau.letters()[0].state is LetterState.SENDING
    settle(bureau, letter.id, result, "why")

    [row] = bureau.letters()
    assert (row.state, row.problem, row.leased_until) == (state, "why", None)
    assert row.sent_at == (MONDAY if result is SendResult.SENT else None)
    with bureau.desk() as desk:
        assert outbox.next_due(desk) == (MONDAY + timedelta(seconds=delay) if delay else None)


def test_a_retry_waits_longer_each_time_but_never_longer_than_an_hour(bureau: Bureau) -> None:
    post(bureau)
    waits = []
    for _ in range(14):
        [letter] = claim(bureau)
        settle(bureau, letter.id, SendResult.RETRY)
        [row] = bureau.letters()
        waits.append((row.not_before - bureau.clock.now()).total_seconds())
        bureau.clock.ahead_to(row.not_before)
    assert waits[:5] == [2, 4, 8, 16, 32]
    assert waits == sorted(waits)
    assert waits[-1] == 3600


@pytest.mark.parametrize("result", [SendResult.RETRY, SendResult.UNKNOWN])
def test_a_card_that_failed_to_go_out_does_not_come_after_its_newer_form(bureau: Bureau, result: SendResult) -> None:
    post(bureau, key="1", card="ticket:7")
    [letter] = claim(bureau)
    post(bureau, key="2", card="ticket:7")
    post(bureau, key="3", card="ticket:8")
    settle(bureau, letter.id, result)

    assert [row.state for row in bureau.letters()] == [LetterState.REPLACED, LetterState.WAITING, LetterState.WAITING]


def test_a_letter_whose_sender_died_is_taken_over_after_the_lease(bureau: Bureau) -> None:
    post(bureau)
    [first] = claim(bureau)
    assert claim(bureau) == []
    bureau.clock.ahead_to(MONDAY + LEASE - timedelta(microseconds=1))
    assert claim(bureau) == []
    with bureau.desk() as desk:
        assert outbox.next_due(desk) == MONDAY + LEASE
    bureau.clock.ahead_to(MONDAY + LEASE)
    [again] = claim(bureau)
    assert again == first
    assert bureau.letters()[0].attempts == 2


def test_the_urgent_go_first_and_a_chats_letters_in_order(bureau: Bureau) -> None:
    for number, priority in enumerate((Priority.BULK, Priority.PERSONAL, Priority.EMERGENCY, Priority.PERSONAL)):
        post(bureau, key=str(number), priority=priority)
    keys = {row.id: row.key for row in bureau.letters()}

    assert [keys[letter.id] for letter in claim(bureau)] == ["2", "1", "3", "0"]


def test_only_the_channels_asked_for_are_claimed(bureau: Bureau) -> None:
    post(bureau)
    with bureau.desk() as desk:
        assert outbox.claim(desk, ("telegram",)) == []
        assert outbox.claim(desk, ()) == []


def test_settling_a_letter_that_is_gone_does_nothing(bureau: Bureau) -> None:
    settle(bureau, new_id(), SendResult.SENT)


def test_a_press_belongs_to_the_person_of_the_letter(bureau: Bureau) -> None:
    press = {"open": "accept", "with": {"ticket": "t"}}
    post(bureau, buttons=(Button(label="=接", press=press),))
    [row] = bureau.letters()

    for who, letter, index, found in (
        ("zhangmin", row.id, 0, press),
        ("zhangmin", row.id, 1, None),
        ("zhangmin", row.id, -1, None),
        ("zhangmin", new_id(), 0, None),
        ("wangfang", row.id, 0, None),
        (None, row.id, 0, None),
    ):
        with bureau.desk(who) as desk:
            assert outbox.find_press(desk, letter, index) == found


def test_the_latest_buttons_are_those_of_this_chat(bureau: Bureau) -> None:
    for number in range(7):
        post(bureau, key=str(number), buttons=(Button(label=f"={number}", press={"open": "x", "with": {}}),))
    post(bureau, "wangfang", buttons=(Button(label="=别人的", press={"open": "x", "with": {}}),))

    with bureau.desk("zhangmin", heard=True) as desk:
        assert [label for label, _ in outbox.latest_buttons(desk)] == ["6", "5", "4", "3", "2"]
    with bureau.desk("zhangmin") as desk:
        assert outbox.latest_buttons(desk) == []


def test_the_chat_and_the_language_are_those_of_the_person(bureau: Bureau) -> None:
    with bureau.desk() as desk:
        assert outbox.addressee(desk, bureau.ids["john"]) == (Address(channel=DEMO_CHANNEL, address="john"), "en")


def test_every_letter_is_counted_as_a_fact_of_its_turn(bureau: Bureau) -> None:
    with bureau.desk() as desk:
        outbox.post(desk, Letter(to=bureau.ids["zhangmin"], text=TEXT))
        outbox.post(desk, Letter(to=bureau.ids["zhangmin"], text=TEXT))
        assert (desk.letters, desk.writes) == (2, 2)
    assert all(isinstance(row, LetterRow) for row in bureau.letters())


def test_a_platform_that_wants_us_to_wait_is_obeyed(bureau: Bureau) -> None:
    post(bureau)
    [letter] = claim(bureau)
    settle(bureau, letter.id, SendResult.LATER, retry_after=timedelta(seconds=90))

    [row] = bureau.letters()
    assert (row.state, row.not_before) == (LetterState.WAITING, MONDAY + timedelta(seconds=90))


def test_a_cards_next_form_knows_the_message_that_it_takes_the_place_of(bureau: Bureau) -> None:
    post(bureau, key="1", card="ticket:7")
    [first] = claim(bureau)
    assert first.replaces is None
    settle(bureau, first.id, SendResult.SENT, message_id="4711")
    post(bureau, key="2", card="ticket:7")
    post(bureau, key="3", card="ticket:8")
    post(bureau, "wangfang", key="4", card="ticket:7")

    assert [letter.replaces for letter in claim(bureau)] == ["4711", None, None]
