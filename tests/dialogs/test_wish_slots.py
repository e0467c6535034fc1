from __future__ import annotations

from datetime import UTC, datetime

import engines
import pytest

from gridwhistle.dialogs.flows.wish import Wish
from gridwhistle.dialogs.message import Text
from gridwhistle.dialogs.nlu.entities import entities
from gridwhistle.dialogs.nlu.understood import MatterGuess, Understood
from gridwhistle.dialogs.opened import Opened
from gridwhistle.dialogs.slots import Chosen, Context, Invalid, Miss, Slot
from gridwhistle.services.schema import WisherKind
from gridwhistle.services.wish_check import Unfit, essence


def context(text: str = "") -> Context:
    return Context(now=datetime(2026, 11, 23, 1, tzinfo=UTC), city=engines.world().city, opened=Opened(text=text))


def understood(text: str, intent: str = "wish", sure: float = 0.9, *matters: tuple[str, float]) -> Understood:
    guesses = tuple(MatterGuess(matter=matter, confidence=weight) for matter, weight in matters)
    return Understood(
        text=text, language="zh", intent=intent, confidence=sure, matters=guesses, entities=tuple(entities(text))
    )


def fill(slot: Slot[object], text: str, *more: object) -> object:
    return slot.fill(understood(text, *more), context(text))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("100", 100), ("一百块", 100), ("两三百块钱", 300), ("大概二百元左右", 200), ("80多块", 80), ("几十块", 50),
        ("不花钱", 0), ("免费的就行", 0), ("200 yuan", 200), ("一百五", 150),
        ("一千五", 1500), ("很贵", None), ("", None),
    ],
)  # fmt: skip
def test_an_amount_of_money(text: str, yuan: int | None) -> None:
    found = Wish.cost.read(Text(text=text), context())
    assert (None if isinstance(found, Miss) else found) == yuan


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("我妈78岁", 78),
        ("七十八岁的老人", 78),
        ("孩子9周岁", 9),
        ("she is 80 years old", 80),
        ("200岁", None),
        ("78块", None),
    ],
)
def test_an_age_in_a_sentence(text: str, age: int | None) -> None:
    assert fill(Wish.age, text) == age


@pytest.mark.parametrize("value", [True, "78", -5, 1e3, None, 121])
def test_a_stored_number_that_cannot_be(value: object) -> None:
    with pytest.raises(Invalid):
        Wish.age.load(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我妈78岁一个人住，想要个收音机", WisherKind.ELDER_ALONE),
        ("邻居大爷想要副象棋", WisherKind.ELDER),
        ("我儿子想要个书包", WisherKind.CHILD),
        ("低保户老张想要个电饭锅", WisherKind.POOR),
        ("退伍老兵想要面锦旗", WisherKind.VETERAN),
        ("想要个收音机", None),
    ],
)
def test_whom_the_wish_is_for(text: str, kind: WisherKind | None) -> None:
    assert fill(Wish.whom, text) == kind


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("微心愿：想要一副老花镜", "想要一副老花镜"),
        ("我想许个微心愿", None),
        ("怎么许愿", None),
        ("心愿", None),
        ("我妈78岁一个人住，想要个收音机", "想要个收音机"),
        ("I'd like to make a small wish for my grandma, she wants a radio", "she wants a radio"),
    ],
)
def test_the_opening_sentence_holds_the_wish_or_not(text: str, wish: str | None) -> None:
    found = fill(Wish.what, text)
    assert (found.text if found else None) == wish  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("intent", "sure", "matter", "weight", "offered"),
    [
        ("report", 0.9, "drain_blocked", 0.9, True),
        ("wish", 0.95, "drain_blocked", 0.9, True),
        ("wish", 0.95, "drain_blocked", 0.5, False),
        ("wish", 0.95, "elder_alone", 0.95, False),
        ("report", 0.9, "elder_alone", 0.9, True),
        ("wish", 0.95, "no_such_matter", 0.95, False),
    ],
)
def test_a_matter_in_the_clothes_of_a_wish(
    *, intent: str, sure: float, matter: str, weight: float, offered: bool
) -> None:
    found = fill(Wish.what, "我的心愿是下水道别再堵了", intent, sure, (matter, weight))
    assert found.matter == (matter if offered else None)  # type: ignore[attr-defined]


def test_what_is_kept_holds_no_identity_and_survives_json() -> None:
    said = Wish.what.read(Text(text="我叫张敏，电话13800000001，给我转500，想要个收音机"), context())
    assert not isinstance(said, Miss)
    assert (said.text, said.masked, said.unfit) == ("想要个收音机", True, Unfit.CASH)
    assert Wish.what.load(Wish.what.dump(said)) == said
    assert isinstance(Wish.what.read(Text(text="13800000001"), context()), Miss)
    assert isinstance(Wish.what.read(Text(text="想" * 300), context()), Miss)
    assert not isinstance(Wish.what.read(Chosen(value="想要个收音机"), context()), Miss)
    for value in (None, 3, {}, {"text": ""}, []):
        with pytest.raises(Invalid):
            Wish.what.load(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("第三小学三年级二班的孩子，9岁，想要个书包", "想要个书包"),
        ("三小二年级的女孩想要个书包", "三小女孩想要个书包"),
        ("收音机", "收音机"),
        ("不要钱，陪我妈聊聊天", "不要钱，陪我妈聊聊天"),
    ],
)
def test_of_a_child_neither_age_nor_school_is_kept(text: str, bare: str) -> None:
    assert essence(text, child=True) == bare
