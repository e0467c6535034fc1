"""Is everybody written to once, in their own chat and language, and never at night without need?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from bureau import MONDAY, Bureau
from sqlalchemy import update

from gridwhistle.services import lanes, outbox
from gridwhistle.services.clock import CITY_ZONE
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.desk import Address
from gridwhistle.services.lanes import LEASE
from gridwhistle.services.outbox import Button, Letter, Priority
from gridwhistle.services.schema import Account, LetterRow, LetterState, Person
from gridwhistle.services.sending import AT_WILL, OutgoingLetter
from gridwhistle.services.store import new_id

NIGHT = datetime(2026, 11, 23, 23, 30, tzinfo=CITY_ZONE)
MORNING = datetime(2026, 11, 24, 7, 0, tzinfo=CITY_ZONE)
TEXT = "talks.ended"


def post(bureau: Bureau, to: str = "zhangmin", *, by: str | None = None, **more: object) -> None:
    with bureau.desk(by, heard=by is not None) as desk:
        desk.turn = new_id()
        outbox.post(desk, Letter(**{"to": bureau.ids[to], "text": TEXT, **more}))  # type: ignore[arg-type]


def claim(bureau: Bureau) -> list[OutgoingLetter]:
    with bureau.desk() as desk:
        errands = lanes.claim(desk, DEMO_CHANNEL, AT_WILL, free=100)
        return [letter for errand in errands for letter in errand.letters]


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
        assert lanes.next_due(desk) is not None
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
        assert lanes.next_due(desk) is None


def test_a_letter_to_nobody_is_a_callers_mistake(bureau: Bureau) -> None:
    with pytest.raises(LookupError, match="no person"), bureau.desk() as desk:
        outbox.post(desk, Letter(to="nobody", text=TEXT))


def test_a_text_that_does_not_exist_is_found_when_it_is_written(bureau: Bureau) -> None:
    with pytest.raises(KeyError):
        post(bureau, text="no.such.text")
    assert bureau.letters() == []


def test_who_blocked_one_chat_is_reached_in_another(bureau: Bureau) -> None:
    account(bureau, "zhangmin", "telegram", "77", heard=MONDAY)
    with bureau.desk() as desk:
        desk.session.execute(update(Account).where(Account.channel == "telegram").values(blocked=True))
    post(bureau)

    assert bureau.letters()[-1].channel == DEMO_CHANNEL


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
