"""Which wishes hang on the demo city's board when it is first opened?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select

from gridwhistle.services import chats, wish_answers, wish_claims, wish_work, wishes
from gridwhistle.services.clock import ShiftableClock, in_city
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.desk import Address, Desk
from gridwhistle.services.office import Office
from gridwhistle.services.schema import Wish, WisherKind
from gridwhistle.services.wish_claims import Way
from gridwhistle.services.wishes import Told

_SPAN = timedelta(hours=30)
"""Between two steps of a demo wish, so that the histories look lived in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoWish:
    """A wish, who told it, and how far it has come."""

    teller: str
    coordinator: str
    told: Told
    steps: int
    """How many of ``_STEPS`` it has taken."""
    member: str = ""
    way: Way = Way.WHOLE
    joined: tuple[str, ...] = ()
    result: str = ""
    days: int | None = None
    """In how many days it is wanted."""
    begun: int = 1
    """How many days before today it was told."""
    ends: str = ""
    """How it ended instead of going on: refused or released."""


def _wish(
    teller: str, coordinator: str, what: str, kind: WisherKind, *, age: int | None = None, cost: int | None = None
) -> Callable[..., DemoWish]:
    told = Told(what=what, kind=kind, age=age, cost=cost, guardian_consent=kind is WisherKind.CHILD)

    def at(steps: int, **more: object) -> DemoWish:
        return replace(DemoWish(teller=teller, coordinator=coordinator, told=told, steps=steps), **more)  # type: ignore[arg-type]

    return at


KIND = WisherKind
DEMO_WISHES: tuple[DemoWish, ...] = (
    _wish("hanguilan", "linxiao", "想有人陪着下几盘象棋", KIND.ELDER_ALONE, age=78, cost=0)(1, days=12),
    _wish("zhouxiumei", "linxiao", "想要一床厚棉被过冬", KIND.ELDER, age=83, cost=200)(0),
    _wish("yutao", "linxiao", "想要一套课外书", KIND.CHILD, age=10, cost=100)(1, days=20, begun=2),
    _wish("zhaogang", "linxiao", "想要一个坐便椅", KIND.DISABLED, cost=300)(2, member="maoxiaolei", begun=3),
    _wish("tangli", "luliansheng", "想照一张全家福", KIND.ELDER, age=80, cost=200)(
        3, member="dingshijie", way=Way.UNIT, begun=5
    ),
    _wish("liuyang", "luliansheng", "想要一个血压计", KIND.ILL, age=66, cost=200)(1, begun=4),
    _wish("sunli", "daichengwu", "想要一盏写作业的台灯", KIND.CHILD, age=8, cost=100)(
        4, member="shaoxinyue", way=Way.GROUP, joined=("pangbo",), begun=7
    ),
    _wish("songbo", "daichengwu", "想有人教会用智能手机挂号", KIND.ELDER_ALONE, age=71, cost=0)(
        5, member="shenlixin", result="教了两个下午，现在自己会挂号了", begun=9
    ),
    _wish("luoyan", "hetianyu", "想要一台大字按键的老人机", KIND.ELDER_ALONE, age=85, cost=300)(
        7, member="fuyali", result="送去了老人机，存好了家人的号码", begun=11
    ),
    _wish("caoyong", "hetianyu", "想理个发，出不了门", KIND.DISABLED, age=69, cost=0)(
        7, member="gexinyu", result="请理发师傅上门理好了", begun=11
    ),
    _wish("xujie", "linguodong", "想要一套水彩笔", KIND.CHILD, age=7, cost=100)(
        6, member="pangbo", result="送去了水彩笔和两个画本", begun=11
    ),
    _wish("pengfei", "linguodong", "想要台轮椅坐垫", KIND.DISABLED, cost=100)(
        2, member="dingshijie", begun=6, ends="released"
    ),
    _wish("chenjing", "subaoshan", "想要个收音机听二人转", KIND.ELDER_ALONE, age=76, cost=100)(
        7, member="shaoxinyue", result="送去了收音机，教会了怎么调台", begun=11
    ),
    _wish("dongshuzhen", "cuilixin", "想过年时有人帮着写副春联", KIND.VETERAN, age=88, cost=0)(1, days=60, begun=3),
    _wish("lvqiang", "zoufengqin", "想要台新的拖拉机", KIND.RESIDENT)(0, begun=2, ends="refused"),
)
"""Invented people of the demo city; the steps: publish, claim, arrange, begin, fulfil, confirm, thank."""


def hang_demo_wishes(office: Office) -> int:
    """Fill a board that has never had a wish; gives how many were hung. The demo city must be in the store."""
    with office.desk() as desk:
        if desk.session.scalars(select(Wish.id).where(Wish.region == desk.region).limit(1)).first() is not None:
            return 0
    for demo in DEMO_WISHES:
        _live(office, demo)
    return len(DEMO_WISHES)


def _live(office: Office, demo: DemoWish) -> None:
    now = office.clock.now()
    clock = ShiftableClock(frozen_at=now - timedelta(days=demo.begun))
    past = replace(office, clock=clock)
    with past.desk() as desk:
        _as(desk, demo.teller)
        wanted_by = in_city(now).date() + timedelta(days=demo.days) if demo.days is not None else None
        wish_id = wishes.tell(desk, replace(demo.told, wanted_by=wanted_by)).id
    acts = [*_acts(demo)[: demo.steps], *_endings(demo)]
    for who, act in acts:
        clock.ahead_to(min(clock.now() + _SPAN, now))
        with past.desk() as desk:
            _as(desk, who)
            act(desk, wishes.get(desk, wish_id))


def _acts(demo: DemoWish) -> list[tuple[str, Callable[[Desk, Wish], None]]]:
    arrangement = "周六上午十点在社区党群服务中心见面，社区陪同"
    return [
        (demo.coordinator, wishes.publish),
        (demo.member, lambda desk, wish: _claim(desk, wish, demo)),
        (demo.coordinator, lambda desk, wish: wish_claims.approve(desk, wish, arrangement)),
        (demo.member, wish_work.begin),
        (demo.member, lambda desk, wish: wish_work.fulfil(desk, wish, demo.result)),
        (demo.teller, wish_answers.confirm),
        (demo.teller, lambda desk, wish: wish_answers.thank(desk, wish, "谢谢你们惦记着")),
    ]


def _endings(demo: DemoWish) -> list[tuple[str, Callable[[Desk, Wish], None]]]:
    endings: dict[str, tuple[str, Callable[[Desk, Wish], None]]] = {
        "refused": (
            demo.coordinator,
            lambda desk, wish: wishes.refuse(desk, wish, "超出微心愿的范围，可以问问农机补贴"),
        ),
        "released": (demo.member, lambda desk, wish: wish_claims.release(desk, wish, "临时出差")),
    }
    return [endings[demo.ends]] if demo.ends else []


def _claim(desk: Desk, wish: Wish, demo: DemoWish) -> None:
    wish_claims.claim(desk, wish, demo.way)
    for other in demo.joined:
        _as(desk, other)
        wish_claims.claim(desk, wish, Way.JOIN)


def _as(desk: Desk, code: str) -> None:
    actor = chats.actor_at(desk, Address(channel=DEMO_CHANNEL, address=code))
    if actor is None:
        raise LookupError(f"the demo city has no {code}")
    desk.actor = actor
