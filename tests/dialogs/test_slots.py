from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from gridwhistle.dialogs import words
from gridwhistle.dialogs.message import (
    Content,
    Inbound,
    Photo,
    Pin,
    Press,
    Text,
    Unsupported,
    Wake,
    dump_content,
    load_content,
)
from gridwhistle.dialogs.nlu.understood import (
    Emergency,
    Entity,
    EntityKind,
    MatterGuess,
    PlaceMention,
    Segment,
    Understood,
)
from gridwhistle.dialogs.opened import Opened
from gridwhistle.dialogs.slots import (
    Chosen,
    Confirm,
    Context,
    DaySlot,
    FreeText,
    Hints,
    Miss,
    Option,
    TicketSlot,
    WantsChange,
    YesNo,
)
from gridwhistle.dialogs.slots.choice import pick
from gridwhistle.dialogs.slots.day import find_day
from gridwhistle.services.reference import City

TODAY = date(2026, 11, 24)  # a Tuesday
CITY = City(region="r", name="富锦市", version=1, units={}, places={}, matters={})
DRAIN = Option(value="t7", label="007 下水", hints=Hints(number="幸福-261123-007", building="3", matter="drain"))
NOISE = Option(value="t8", label="008 噪声", hints=Hints(number="幸福-261124-008", building="5", matter="noise"))
THIRD = Option(value="t9", label="009 下水", hints=Hints(number="幸福-261124-009", building="5", matter="drain"))


def context(*options: Option, **more: object) -> Context:
    return Context(
        now=datetime(2026, 11, 24, 2, tzinfo=UTC),
        city=CITY,
        options=options,
        **{"opened": Opened(), **more},  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("今天", "2026-11-24"),
        ("明天上午", "2026-11-25"),
        ("后天", "2026-11-26"),
        ("大后天吧", "2026-11-27"),
        ("周五", "2026-11-27"),
        ("这周五", "2026-11-27"),
        ("星期二", "2026-11-24"),
        ("周一", "2026-11-30"),
        ("下周三", "2026-12-02"),
        ("下个礼拜天", "2026-12-06"),
        ("3天后", "2026-11-27"),
        ("三天以后", "2026-11-27"),
        ("两周后", "2026-12-08"),
        ("12月5号", "2026-12-05"),
        ("十二月五日", "2026-12-05"),
        ("1月5号", "2027-01-05"),
        ("28号", "2026-11-28"),
        ("5号", "2026-12-05"),
        ("下个月5号", "2026-12-05"),
        ("2026-12-05", "2026-12-05"),
        ("2026年12月5日", "2026-12-05"),
        ("in 3 days", "2026-11-27"),
        ("in a week", "2026-12-01"),
        ("Friday", "2026-11-27"),
        ("next Monday", "2026-11-30"),
        ("tomorrow morning", "2026-11-25"),
        ("Dec 5", "2026-12-05"),
    ],
)
def test_days(said: str, day: str) -> None:
    assert find_day(said, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize("said", ["三天了", "2月30号", "好的", "3号楼", "", "999999999天后", "昨天"])
def test_no_days(said: str) -> None:
    assert find_day(said, TODAY) is None


def test_a_past_day_says_why() -> None:
    assert DaySlot().read(Text(text="2026-11-01"), context()) == Miss(text="engine.day_past")
    assert DaySlot().read(Chosen(value="2026-12-01"), context()) == date(2026, 12, 1)


@pytest.mark.parametrize(
    "said", ["是", "是的", "对", "好", "行", "嗯", "可以", "确认", "没错", "OK", "yes", "好吧", "行呗。", "Ｙｅｓ！"]
)
def test_yes(said: str) -> None:
    assert YesNo().read(Text(text=said), context()) is True


@pytest.mark.parametrize("said", ["不", "不是", "不用", "算了", "no", "算了吧", "没有！"])
def test_no(said: str) -> None:
    assert YesNo().read(Text(text=said), context()) is False


@pytest.mark.parametrize("said", ["不对，是5号楼", "是不是", "也许", "好的但是换个地方", ""])
def test_neither(said: str) -> None:
    assert isinstance(YesNo().read(Text(text=said), context()), Miss)


def test_a_confirmation_has_three_ways() -> None:
    slot = Confirm()
    shown = context(*(Option(value=one.value, label=str(one.value)) for one in slot.options()))
    assert isinstance(slot.read(Text(text="改一下"), shown), WantsChange)
    assert isinstance(slot.read(Text(text="2"), shown), WantsChange)
    assert slot.read(Text(text="3"), shown) is False
    assert slot.read(Text(text="1"), shown) is True
    assert isinstance(slot.read(Text(text="4"), shown), Miss)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("满意", "good"),
        ("1", "good"),
        ("第二个", "fair"),
        ("选3", "bad"),
        ("基本", "fair"),
        ("我选不满意吧", "bad"),
        ("不太满意", None),
        ("9", None),
        ("x", None),
    ],
)
def test_choices(said: str, value: str | None) -> None:
    options = (
        Option(value="good", label="满意"),
        Option(value="fair", label="基本满意"),
        Option(value="bad", label="不满意"),
    )
    found = pick(said, options)
    assert (found.value if found else None) == value


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("007", "t7"),
        ("261123-007", "t7"),
        ("幸福-261124-008", "t8"),
        ("3号楼那个", "t7"),
        ("5号楼", None),
        ("第二个", "t8"),
        ("噪声", "t8"),
        ("啥", None),
    ],
)
def test_tickets(said: str, value: str | None) -> None:
    found = TicketSlot().read(Text(text=said), context(DRAIN, NOISE, THIRD))
    assert (None if isinstance(found, Miss) else found) == value


def test_a_building_and_a_matter_together_tell_a_ticket() -> None:
    said = Understood(
        text="5号楼下水那个", language="zh", intent="urge", confidence=0.9,
        matters=(MatterGuess(matter="drain", confidence=0.8),), place=PlaceMention(text="5号楼", building="5"),
    )  # fmt: skip
    opened = Opened(text=said.text, understood=said)
    assert TicketSlot().settle(context(DRAIN, NOISE, THIRD, opened=opened), only=False) == "t9"


def test_a_quoted_letter_tells_a_ticket() -> None:
    opened = Opened(text="咋样了", ticket="t8")
    assert TicketSlot().settle(context(DRAIN, NOISE, opened=opened), only=False) == "t8"


def test_the_only_ticket_is_taken_where_the_flow_allows_it() -> None:
    assert TicketSlot().settle(context(DRAIN), only=True) == "t7"
    assert TicketSlot().settle(context(DRAIN), only=False) is None


def test_own_words_have_a_limit() -> None:
    assert FreeText(limit=5).read(Text(text=" 好的啊 "), context()) == "好的啊"
    assert FreeText(limit=5).read(Text(text="一二三四五六"), context()) == Miss(text="engine.answer_too_long")
    assert FreeText().read(Text(text="…"), context()) == Miss()


@pytest.mark.parametrize(
    "content",
    [
        Text(text="a", reply_to="b"),
        Press(letter="a", index=2),
        Photo(attachments=("a", "b"), caption="c"),
        Pin(latitude=1.5, longitude=2.5),
        Unsupported(kind="voice"),
        Wake(flow="f", given={"a": 1}, key="k"),
    ],
)
def test_contents_survive_the_inbox(content: Content) -> None:
    assert load_content(dump_content(content)) == content


@pytest.mark.parametrize("row", [{"kind": "x"}, {"kind": "text"}, {"kind": "photo", "attachments": 3}, {}])
def test_a_foreign_inbox_row_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="inbox row"):
        load_content(row)  # type: ignore[arg-type]


def test_an_inbound_needs_an_aware_time() -> None:
    with pytest.raises(ValueError, match="aware"):
        Inbound(channel="a", address="b", external_id="c", received_at=datetime(2026, 1, 1), content=Text(text=""))  # noqa: DTZ001


def test_what_opened_a_flow_survives_the_state() -> None:
    place = PlaceMention(text="幸福3号楼", place="xq", building="3", rivals=("a",), detail="门口")
    said = Understood(
        text="x", language="zh", intent="report", confidence=0.91, matters=(MatterGuess(matter="m", confidence=0.5),),
        place=place, entities=(Entity(kind=EntityKind.URGENCY, text="急", value="urgent", start=0, end=1),),
        emergency=Emergency.GAS, segments=(Segment(text="y", matter="m", confidence=0.7, place=None),),
    )  # fmt: skip
    opened = Opened(text="x", understood=said, photos=("p",), ticket="t")
    assert Opened.load(opened.dump()) == opened
    assert Opened.load({"text": "x", "understood": {"old": 1}}) == Opened(text="x")
    assert Opened.load("?") == Opened()


@pytest.mark.parametrize(
    ("text", "language"), [("你好吗", "zh"), ("how are you", "en"), ("ok", None), ("3", None), ("A座", None)]
)
def test_the_language_of_a_text(text: str, language: str | None) -> None:
    assert words.language_of(text) == language
