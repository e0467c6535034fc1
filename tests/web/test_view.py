from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta

from gridwhistle.bot.web.bell import Bell
from gridwhistle.bot.web.view import bubbles
from gridwhistle.dialogs.message import Content, Press, Text, dump_content
from gridwhistle.services.chats import ChatButton, ChatLetter, ChatLine

START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def letter(name: str, minute: int, *labels: str, card: str | None = None, reply: bool = False, answers: bool = False):  # noqa: ANN201
    return ChatLetter(
        id=name,
        at=START + timedelta(minutes=minute),
        text=name,
        buttons=tuple(ChatButton(label=label, answers=answers) for label in labels),
        attachments=(),
        card=card,
        reply=reply,
    )


def line(name: str, minute: int, content: Content) -> ChatLine:
    return ChatLine(id=name, at=START + timedelta(minutes=minute), content=dump_content(content))


def shown(letters: list[ChatLetter], lines: list[ChatLine] | None = None) -> list[str]:
    return [bubble.text for bubble in bubbles(letters, lines or [])]


def test_a_card_that_asks_for_something_moves_to_the_end() -> None:
    assert shown([letter("new", 0, "take", card="c"), letter("other", 1), letter("urged", 2, "take", card="c")]) == [
        "other",
        "urged",
    ]


def test_a_card_that_only_greys_out_stays_in_its_place() -> None:
    assert shown([letter("new", 0, "take", card="c"), letter("other", 1), letter("moved", 2, card="c")]) == [
        "moved",
        "other",
    ]


def test_what_the_persons_own_act_made_of_a_card_is_seen_at_the_end() -> None:
    letters = [letter("new", 0, "take", card="c"), letter("other", 1), letter("done", 2, card="c", reply=True)]
    assert shown(letters) == ["other", "done"]


def test_what_is_said_comes_before_what_it_causes_at_the_same_moment() -> None:
    assert shown([letter("answer", 0)], [line("a", 0, Text(text="question"))]) == ["question", "answer"]


def test_answers_are_good_until_the_person_speaks() -> None:
    asked = letter("asked", 0, "yes", answers=True)
    assert bubbles([asked], [])[0].buttons[0].live
    assert not bubbles([asked], [line("a", 1, Text(text="something else"))])[0].buttons[0].live


def test_a_button_without_a_card_is_good_once_and_a_cards_button_until_the_card_changes() -> None:
    pressed = [line("a", 1, Press(letter="menu", index=0))]
    assert [one.live for one in bubbles([letter("menu", 0, "a", "b")], pressed)[0].buttons] == [False, False]
    assert [one.live for one in bubbles([letter("menu", 0, "a", card="c")], pressed)[0].buttons] == [True]


def test_rows_of_another_release_and_forged_presses_do_not_hide_the_chat() -> None:
    lines = [
        ChatLine(id="x", at=START, content={"kind": "hologram"}),
        line("y", 0, Press(letter="none", index=7)),
        line("z", 1, Press(letter="menu", index=9)),
    ]
    assert [bubble.kind for bubble in bubbles([letter("menu", 0, "a")], lines)] == ["press", "letter", "press"]


def test_a_ring_from_another_thread_wakes_who_listens_for_that_chat_alone() -> None:
    async def listen() -> tuple[bool, bool]:
        bell = Bell()
        with bell.listening("mine") as mine, bell.listening("other") as other:
            threading.Thread(target=bell.ring, args=("mine",)).start()
            await asyncio.wait_for(mine.wait(), 5)
            return mine.is_set(), other.is_set()

    assert asyncio.run(listen()) == (True, False)


def test_closing_wakes_everybody() -> None:
    async def listen() -> None:
        bell = Bell()
        with bell.listening("a") as one, bell.listening("b") as two:
            bell.close()
            await asyncio.wait_for(asyncio.gather(one.wait(), two.wait()), 5)

    asyncio.run(listen())
