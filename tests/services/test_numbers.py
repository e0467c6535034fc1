"""Does a typed number always mean one button: the one that was shown under it?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from bureau import Bureau
from hypothesis import given, settings
from hypothesis import strategies as st
from postbox import Postbox

from gridwhistle.services import memory, numbers
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.desk import Address
from gridwhistle.services.outbox import Button
from gridwhistle.services.schema import JsonObject
from gridwhistle.services.sending import Pace, SendResult

NUMBERED = Pace(parallel=4, numbers_buttons=True)
HERE = Address(channel=DEMO_CHANNEL, address="zhangmin")


class Chat:
    """Zhang Min's chat on a platform without buttons."""

    def __init__(self, bureau: Bureau) -> None:
        self.bureau, self.box, self.count = bureau, Postbox(bureau, NUMBERED), 0

    def shown(self, *labels: str) -> int:
        """Send a letter with these buttons; gives the number of its first."""
        self.count += 1
        self.bureau.clock.ahead_to(self.bureau.clock.now() + timedelta(seconds=1))
        buttons = tuple(Button(label=f"={label}", press={"open": label}) for label in labels)
        self.box.post(f"k{self.count}", buttons=buttons)
        (errand,) = self.box.claim()
        self.box.settle(errand, SendResult.SENT)
        (letter,) = errand.letters
        return letter.first_number

    def heard(self) -> None:
        self.bureau.clock.ahead_to(self.bureau.clock.now() + timedelta(seconds=1))
        with self.bureau.desk() as desk:
            memory.recall(desk.session, desk.region, HERE, desk.now)

    def typed(self, number: int) -> JsonObject | None:
        with self.bureau.desk("zhangmin", heard=True) as desk:
            return numbers.pressed(desk, number)


def test_a_question_is_numbered_from_one(bureau: Bureau) -> None:
    chat = Chat(bureau)
    assert chat.shown("确认", "修改", "取消") == 1
    assert chat.typed(2) == {"open": "修改"}
    assert chat.typed(4) is None


def test_letters_that_wait_side_by_side_have_different_numbers(bureau: Bureau) -> None:
    chat = Chat(bureau)
    assert [chat.shown("确认", "修改"), chat.shown("接单", "退单"), chat.shown("满意")] == [1, 3, 5]
    assert [chat.typed(number) for number in (1, 4, 5)] == [{"open": "确认"}, {"open": "退单"}, {"open": "满意"}]


def test_what_is_said_begins_a_new_count_and_older_numbers_stay_until_they_are_used_again(bureau: Bureau) -> None:
    chat = Chat(bureau)
    chat.shown("确认", "修改")
    chat.shown("接单", "退单")
    chat.heard()
    assert chat.shown("今天") == 1
    assert chat.typed(1) == {"open": "今天"}, "the newest letter that shows it"
    assert chat.typed(2) == {"open": "修改"}
    assert chat.typed(3) == {"open": "接单"}


def test_a_letter_that_is_sent_once_more_keeps_its_numbers(bureau: Bureau) -> None:
    chat = Chat(bureau)
    chat.shown("确认")
    chat.box.post("again", buttons=(Button(label="=接单", press={"open": "accept"}),))
    (errand,) = chat.box.claim()
    chat.box.settle(errand, SendResult.RETRY)
    bureau.clock.ahead_to(bureau.clock.now() + timedelta(minutes=1))
    (again,) = chat.box.claim()

    assert [one.letters[0].first_number for one in (errand, again)] == [2, 2]


def test_numbers_have_two_digits_at_most(bureau: Bureau) -> None:
    chat = Chat(bureau)
    firsts = [chat.shown(*"abcdefghij") for _ in range(10)]
    assert firsts == [1, 11, 21, 31, 41, 51, 61, 71, 81, 1]
    assert chat.typed(3) == {"open": "c"}


def test_where_there_are_buttons_no_number_means_anything(bureau: Bureau) -> None:
    box = Postbox(bureau)
    box.post("k", buttons=(Button(label="=确认", press={"open": "yes"}),))
    box.claim()
    with bureau.desk("zhangmin", heard=True) as desk:
        assert numbers.pressed(desk, 1) is None
    assert box.row("k").first_number is None


@given(st.lists(st.integers(0, 4), min_size=1, max_size=7))
@settings(max_examples=25, deadline=None)
def test_between_two_words_of_a_person_no_number_is_shown_twice(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int]
) -> None:
    bureau = Bureau(tmp_path_factory.mktemp("files"))
    chat = Chat(bureau)
    shown: dict[int, str] = {}
    for step, buttons in enumerate(steps):
        if buttons == 0:
            chat.heard()
            shown.clear()
            continue
        labels = [f"{step}-{number}" for number in range(buttons)]
        first = chat.shown(*labels)
        new = dict(enumerate(labels, first))
        assert not new.keys() & shown.keys()
        shown |= new
        assert all(chat.typed(number) == {"open": label} for number, label in shown.items())
    bureau.close()
