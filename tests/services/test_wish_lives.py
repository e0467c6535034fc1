"""Whatever people do to wishes in whichever order and however time passes: what must hold?"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from bureau import Bureau
from engines import Engine
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from wisher import MEMBERS, RADIO, Wishing

from gridwhistle.services import events, rehearsal, wish_answers, wish_claims, wish_work, wishes
from gridwhistle.services.desk import Refused
from gridwhistle.services.rules import WISH_CLAIMS_AT_MOST, WISH_SHARES_AT_MOST
from gridwhistle.services.schema import WishClaim, WisherKind, WishStatus
from gridwhistle.services.wish_claims import Way
from gridwhistle.services.wish_lifecycle import (
    LIVE_CLAIMS,
    NEW,
    ON_BOARD,
    TAKEN,
    WISH_ENDED,
    WISH_TABLE,
    WishStep,
)

PEOPLE = ("zhangmin", "wangfang", "linxiao", "hejing", "luliansheng", "liqiang", *MEMBERS[:4], "gaojianguo", None)
ACTS = {
    "publish": wishes.publish,
    "refuse": lambda desk, wish: wishes.refuse(desk, wish, "不行"),
    "turn": lambda desk, wish: wishes.turn_into_ticket(desk, wish, "drain_blocked"),
    "consent": lambda desk, wish: wishes.consent(desk, wish, given=True),
    "no_consent": lambda desk, wish: wishes.consent(desk, wish, given=False),
    "withdraw": lambda desk, wish: wishes.withdraw(desk, wish, "不要了"),
    "whole": lambda desk, wish: wish_claims.claim(desk, wish, Way.WHOLE),
    "unit": lambda desk, wish: wish_claims.claim(desk, wish, Way.UNIT),
    "group": lambda desk, wish: wish_claims.claim(desk, wish, Way.GROUP),
    "join": lambda desk, wish: wish_claims.claim(desk, wish, Way.JOIN),
    "approve": lambda desk, wish: wish_claims.approve(desk, wish, "社区见"),
    "begin": wish_work.begin,
    "alive": lambda desk, wish: wish_work.progress(desk, wish, "还在办"),
    "release": lambda desk, wish: wish_claims.release(desk, wish, "忙"),
    "fulfil": lambda desk, wish: wish_work.fulfil(desk, wish, "送去了"),
    "confirm": wish_answers.confirm,
    "deny": lambda desk, wish: wish_answers.deny(desk, wish, "还没有"),
    "thank": lambda desk, wish: wish_answers.thank(desk, wish, "谢谢"),
    "unreached": wish_answers.not_reached,
}
LIKELY = {
    WishStatus.DRAFT: ("linxiao", "consent"),
    WishStatus.SUBMITTED: ("linxiao", "publish"),
    WishStatus.PUBLISHED: ("dingshijie", "group"),
    WishStatus.RELEASED: ("shaoxinyue", "whole"),
    WishStatus.LAPSED: ("shenlixin", "unit"),
    WishStatus.CLAIMED: ("linxiao", "approve"),
    WishStatus.IN_PROGRESS: ("dingshijie", "fulfil"),
    WishStatus.FULFILLED: ("zhangmin", "confirm"),
}
"""What goes on in the course of things, so that random lives come far."""
TIMERS = {
    **{status: {"wish_review"} for status in NEW},
    **{status: {"wish_unclaimed", "wish_push"} for status in ON_BOARD},
    **{status: {"wish_silent", "wish_lapse"} for status in TAKEN},
    WishStatus.FULFILLED: {"wish_unconfirmed", "wish_phone"},
}


class Lives(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.city = Wishing(Bureau(Path(self.folder.name)))
        self.many = 0

    def teardown(self) -> None:
        self.city.bureau.close()
        self.folder.cleanup()

    @rule(child=st.booleans(), agreed=st.booleans())
    def tell(self, *, child: bool, agreed: bool) -> None:
        kind = WisherKind.CHILD if child else WisherKind.ELDER_ALONE
        self.city.told(told=replace(RADIO, kind=kind, guardian_consent=agreed))
        self.many += 1

    @precondition(lambda self: self.many)
    @rule(who=st.sampled_from(PEOPLE), act=st.sampled_from(sorted(ACTS)), at=st.integers(0, 99))
    def act(self, who: str | None, act: str, at: int) -> None:
        self._do(who, act, at)

    @precondition(lambda self: self.many)
    @rule(at=st.integers(0, 99))
    def go_on(self, at: int) -> None:
        with self.city.bureau.desk() as desk:
            wish = self._wish(rehearsal.wishes(desk), at)
        if wish.status in LIKELY:
            self._do(*LIKELY[wish.status], at)

    @rule(hours=st.sampled_from((1, 26, 74, 125, 245)))
    def wait(self, hours: int) -> None:
        self.city.bureau.wait(hours=hours)

    def _do(self, who: str | None, act: str, at: int) -> None:
        with self.city.bureau.desk() as desk:
            wish = self._wish(rehearsal.wishes(desk), at)
        try:
            self.city.does(who, ACTS[act], wish)
        except Refused:
            after = self.city.now(wish)
            assert (after.status, after.events, after.chain) == (wish.status, wish.events, wish.chain)

    @staticmethod
    def _wish(found: list, at: int):  # type: ignore[type-arg]  # noqa: ANN205
        return found[at % len(found)]

    @invariant()
    def histories_follow_the_table_and_are_sound(self) -> None:
        with self.city.bureau.desk() as desk:
            for wish in rehearsal.wishes(desk):
                status = WishStatus.DRAFT
                for event in events.history(desk, wish.id):
                    if event.kind in set(WishStep):
                        edge = WISH_TABLE.edges[WishStep(event.kind)]
                        assert status in edge.sources, f"{event.kind} from {status}"
                        status = edge.target
                assert status is wish.status
                assert events.broken_link(desk, wish) is None

    @invariant()
    def timers_fit_the_status(self) -> None:
        with self.city.bureau.desk() as desk:
            found = rehearsal.wishes(desk)
        for wish in found:
            running = set(self.city.bureau.timers(wish.id))
            assert running <= TIMERS.get(wish.status, set()), (wish.status, running)
            assert wish.status not in WISH_ENDED or not running

    @invariant()
    def claims_fit_the_status(self) -> None:
        with self.city.bureau.desk() as desk:
            found = {wish.id: wish for wish in rehearsal.wishes(desk)}
            claims = list(desk.session.scalars(select(WishClaim)))
        held: dict[tuple[str, bool], int] = {}
        for wish in found.values():
            live = [one for one in claims if one.wish_id == wish.id and one.state in LIVE_CLAIMS]
            assert bool(live) is (wish.status in TAKEN | {WishStatus.FULFILLED}), wish.status
            assert all(one.round == wish.round for one in live)
            assert len(live) <= (WISH_SHARES_AT_MOST if wish.shared else 1)
            assert len({one.person_id for one in live}) == len(live)
            assert wish.wisher_id not in {one.person_id for one in live}
            # A wish that comes back because the wisher said “not yet” may be one more than the limit.
            if wish.status in TAKEN and "deny" not in self.city.kinds(wish):
                for one in live:
                    key = (one.unit if one.for_unit else one.person_id, one.for_unit)
                    held[key] = held.get(key, 0) + 1
        assert all(count <= WISH_CLAIMS_AT_MOST for count in held.values())

    @invariant()
    def a_childs_wish_needs_its_guardian(self) -> None:
        with self.city.bureau.desk() as desk:
            for wish in rehearsal.wishes(desk):
                passed = wish.status not in NEW | {WishStatus.REFUSED, WishStatus.TURNED, WishStatus.WITHDRAWN}
                assert not (passed and wish.is_minor) or wish.guardian_consent


def test_random_lives_of_wishes_stay_whole(engine: Engine) -> None:
    # A life on PostgreSQL takes five times as long, and its rules are the same.
    lives = 25 if engine.name == "sqlite" else 8
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=lives, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
