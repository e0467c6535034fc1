"""Who wishes, reviews and claims in the tests of the wishes?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from bureau import Bureau

from gridwhistle.services import events, wish_answers, wish_claims, wish_work, wishes
from gridwhistle.services.schema import Wish, WisherKind
from gridwhistle.services.wish_claims import Way
from gridwhistle.services.wish_lifecycle import live_claims
from gridwhistle.services.wishes import Told

RADIO = Told(what="想要个收音机", kind=WisherKind.ELDER_ALONE, age=78, cost=200)
MEMBERS = ("dingshijie", "shaoxinyue", "shenlixin", "maoxiaolei", "gexinyu", "fuyali", "pangbo", "gaojianguo")


class Wishing:
    """A bureau seen from the wish board."""

    def __init__(self, bureau: Bureau) -> None:
        self.bureau = bureau

    def told(self, who: str = "zhangmin", told: Told = RADIO) -> Wish:
        with self.bureau.desk(who) as desk:
            return wishes.tell(desk, told)

    def published(self, who: str = "zhangmin", told: Told = RADIO) -> Wish:
        return self.does("linxiao", wishes.publish, self.told(who, told))

    def claimed(self, by: str = "dingshijie", way: Way = Way.WHOLE, told: Told = RADIO) -> Wish:
        return self.does(by, wish_claims.claim, self.published(told=told), way)

    def approved(self, by: str = "dingshijie", told: Told = RADIO) -> Wish:
        return self.does("linxiao", wish_claims.approve, self.claimed(by, told=told), "周六上午在党群服务中心见")

    def fulfilled(self, by: str = "dingshijie") -> Wish:
        return self.does(by, wish_work.fulfil, self.approved(by), "送去了收音机，教会了怎么用")

    def confirmed(self, by: str = "dingshijie") -> Wish:
        return self.does("zhangmin", wish_answers.confirm, self.fulfilled(by))

    def does(self, who: str | None, act: Callable[..., object], wish: Wish, *given: object, **more: object) -> Wish:
        with self.bureau.desk(who) as desk:
            act(desk, wishes.get(desk, wish.id), *given, **more)
        return self.now(wish)

    def now(self, wish: Wish) -> Wish:
        with self.bureau.desk() as desk:
            return wishes.get(desk, wish.id)

    def kinds(self, wish: Wish) -> list[str]:
        with self.bureau.desk() as desk:
            return [event.kind for event in events.history(desk, wish.id)]

    def claimants(self, wish: Wish) -> list[str]:
        with self.bureau.desk() as desk:
            return [self.bureau.codes[claim.person_id] for claim in live_claims(desk, wish)]

    def is_sound(self, wish: Wish) -> bool:
        with self.bureau.desk() as desk:
            return events.broken_link(desk, wishes.get(desk, wish.id)) is None


def day(text: str) -> date:
    return date.fromisoformat(text)
