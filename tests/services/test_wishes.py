"""Does a wish go to those who may have it, once, in time, and does nobody learn more of its wisher than they may?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from bureau import Bureau
from sqlalchemy import select
from wisher import MEMBERS, RADIO, Wishing, day

from gridwhistle.services import tickets, wish_answers, wish_board, wish_claims, wish_units, wish_work, wishes
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.schema import (
    ClaimState,
    LetterRow,
    Reveal,
    Status,
    Wish,
    WishClaim,
    WisherKind,
    WishStatus,
)
from gridwhistle.services.wish_cards import wisher_line
from gridwhistle.services.wish_check import Unfit, unfit, without_identity
from gridwhistle.services.wish_claims import Way
from gridwhistle.services.wish_lifecycle import WISH_TRANSITIONS, WishStep, go

CHILD = replace(RADIO, what="想要一个新书包", kind=WisherKind.CHILD, age=9)


@pytest.fixture
def city(bureau: Bureau) -> Iterator[Wishing]:
    return Wishing(bureau)


def refusal(city: Wishing, who: str | None, act: object, wish: Wish, *given: object, **more: object) -> str:
    with pytest.raises(Refused) as caught:
        city.does(who, act, wish, *given, **more)  # type: ignore[arg-type]
    return caught.value.text


# ---- the whole way


def test_a_wish_goes_from_a_line_to_a_thank_you(city: Wishing) -> None:
    wish = city.confirmed()
    wish = city.does("zhangmin", wish_answers.thank, wish, "谢谢你们，我叫张敏，电话13800000001")
    assert wish.number == "心愿-幸福-261123-001"
    assert wish.status is WishStatus.CONFIRMED
    assert city.kinds(wish) == [
        "tell", "submit", "review", "publish", "claim", "approve", "fulfil", "confirm", "thank",
    ]  # fmt: skip
    assert city.is_sound(wish)
    assert city.bureau.timers(wish.id) == {}
    thanks = city.bureau.letters("dingshijie", "wish.letter.thanks")[-1].text
    assert "谢谢你们" in thanks
    assert "张敏" not in thanks
    assert "13800000001" not in thanks


@pytest.mark.parametrize("edge", WISH_TRANSITIONS, ids=lambda edge: edge.step)
def test_a_step_from_any_other_status_or_by_a_stranger_is_refused(city: Wishing, edge: object) -> None:
    wish = city.told()
    for status in sorted(set(WishStatus) - edge.sources):  # type: ignore[attr-defined]
        refused = refusal(city, "wangfang", _from, wish, status, edge.step)  # type: ignore[attr-defined]
        assert refused in ("refused.wish_not_yours", "refused.wish_status")


def _from(desk: Desk, wish: Wish, status: WishStatus, step: WishStep) -> None:
    wish.status = status
    go(desk, wish, step, reason="r", unit="u", result="r", ticket="t", attempts=3)


def test_only_the_community_of_the_wish_reviews_it(city: Wishing) -> None:
    wish = city.told()
    for who in ("zhangmin", "liqiang", "luliansheng", "dingshijie", None):
        assert refusal(city, who, wishes.publish, wish) == "refused.wish_not_yours"
        assert refusal(city, who, wishes.refuse, wish, "不行") == "refused.wish_not_yours"
    assert city.does("hejing", wishes.publish, wish).status is WishStatus.PUBLISHED


def test_a_refusal_tells_the_wisher_why(city: Wishing) -> None:
    wish = city.does("linxiao", wishes.refuse, city.told(), "社区已经申请了救助")
    assert wish.status is WishStatus.REFUSED
    assert "社区已经申请了救助" in city.bureau.letters("zhangmin", "wish.letter.refused")[0].text
    assert city.bureau.timers(wish.id) == {}


# ---- what is a wish


@pytest.mark.parametrize(
    ("what", "cost", "why"),
    [
        ("借点钱", None, Unfit.CASH),
        ("给我转500", None, Unfit.CASH),
        ("发个红包", None, Unfit.CASH),
        ("想要点钱交话费", None, Unfit.CASH),
        ("I need some cash", None, Unfit.CASH),
        ("想要把真枪", None, Unfit.ILLEGAL),
        ("帮我收拾邻居一顿", None, Unfit.ILLEGAL),
        ("想办个假证", None, Unfit.ILLEGAL),
        ("想要套房子", None, Unfit.TOO_BIG),
        ("想要台按摩椅", 501, Unfit.TOO_BIG),
        ("想要个500块钱以内的电饭锅", 500, None),
        ("不要钱，就想有人陪我说说话", 0, None),
        ("想要把玩具手枪", 50, None),
        ("想换副新房门把手", 80, None),
        ("想学钱币收藏", 0, None),
    ],
)
def test_what_is_no_micro_wish(what: str, cost: int | None, why: Unfit | None) -> None:
    assert unfit(what, cost) is why


@pytest.mark.parametrize(
    "text",
    [
        "我叫张桂兰，身份证230882194801011234，住幸福小区3号楼2单元501，电话13800000001，想要个收音机",
        "想要个收音机，我叫王芳",
        "我是李强，想要个收音机，家住幸福小区3-2-501",
        "想要个收音机，联系人：赵刚 0454-2345678",
    ],
)
def test_identities_are_left_out_of_the_words(city: Wishing, text: str) -> None:
    bare, masked = without_identity(text)
    assert masked
    assert "收音机" in bare
    for private in ("桂兰", "王芳", "李强", "赵刚", "2308", "1380", "2345", "501", "单元"):
        assert private not in bare
    assert without_identity("我是独居老人，想要个收音机") == ("我是独居老人，想要个收音机", False)
    assert city.told(told=replace(RADIO, what=text)).what == bare


def test_an_unfit_wish_is_refused_and_leaves_nothing(city: Wishing) -> None:
    with pytest.raises(Refused) as caught:
        city.told(told=replace(RADIO, what="给我转500"))
    assert caught.value.text == "wish.unfit.cash"
    with city.bureau.desk() as desk:
        assert desk.session.scalars(select(Wish)).all() == []


def test_a_childs_wish_waits_for_the_guardian_and_never_tells_the_age(city: Wishing) -> None:
    wish = city.told(told=CHILD)
    assert wish.status is WishStatus.DRAFT
    assert refusal(city, "linxiao", wishes.publish, wish) == "refused.wish_status"
    assert refusal(city, "zhangmin", wishes.consent, wish, given=True) == "refused.wish_not_yours"
    wish = city.does("linxiao", wishes.consent, wish, given=True)
    assert wish.status is WishStatus.SUBMITTED
    with city.bureau.desk() as desk:
        assert wisher_line(desk, wish).name_in("zh") == "幸福社区一位孩子"


def test_without_the_guardian_a_childs_wish_ends(city: Wishing) -> None:
    wish = city.does("linxiao", wishes.consent, city.told(told=CHILD), given=False)
    assert wish.status is WishStatus.REFUSED
    assert city.bureau.timers(wish.id) == {}
    assert city.bureau.letters("zhangmin", "wish.letter.no_consent")


def test_a_child_is_known_by_the_age_alone(city: Wishing) -> None:
    wish = city.told(told=replace(RADIO, kind=WisherKind.RESIDENT, age=10))
    assert (wish.is_minor, wish.kind) == (True, WisherKind.CHILD)


def test_only_staff_write_a_wish_down_for_somebody_else(city: Wishing) -> None:
    other = replace(RADIO, whose="3号楼2单元501 张桂兰")
    with pytest.raises(Refused):
        city.told(told=other)
    wish = city.told("liqiang", other)
    assert wish.by_worker
    assert "张桂兰" in city.bureau.letters("linxiao", "wish.letter.review")[0].text


# ---- who learns what


def test_the_board_tells_kind_and_community_alone(city: Wishing) -> None:
    city.published("liqiang", replace(RADIO, what="我叫张桂兰，想要个收音机", whose="3号楼2单元501 张桂兰"))
    with city.bureau.desk() as desk:
        line = wish_board.board(desk)[0]
    assert line.who.name_in("zh") == "幸福社区一位78岁独居老人"
    assert "张桂兰" not in f"{line}"
    assert line.what == "想要个收音机"


def test_in_a_village_the_age_is_told_by_the_decade(city: Wishing) -> None:
    wish = city.told("chenjing")
    with city.bureau.desk() as desk:
        assert wisher_line(desk, wish).name_in("zh") == "福来村一位70多岁的独居老人"


def test_claimants_read_nothing_of_the_wisher_but_what_the_community_arranges(city: Wishing) -> None:
    wish = city.claimed(told=replace(RADIO, what="我叫张敏，住3号楼2单元501，想要个收音机"))
    for letter in city.bureau.letters("dingshijie"):
        assert not any(private in letter.text for private in ("张敏", "501", "3号楼", "138"))
    assert refusal(city, "dingshijie", wish_claims.approve, wish, "见") == "refused.wish_not_yours"
    assert refusal(city, "zhangmin", wish_claims.approve, wish, "见") == "refused.wish_not_yours"
    wish = city.does("linxiao", wish_claims.approve, wish, "周六十点在社区见")
    assert "周六十点在社区见" in city.bureau.letters("dingshijie", "wish.letter.approved_card")[0].text
    with city.bureau.desk() as desk:
        reveal = desk.session.scalars(select(Reveal)).one()
    assert city.bureau.codes[reveal.person_id] == "zhangmin"
    assert city.bureau.codes[reveal.viewer_id] == "dingshijie"
    assert wish.number in reveal.reason


def test_nothing_is_begun_before_the_meeting_is_arranged(city: Wishing) -> None:
    wish = city.claimed()
    assert refusal(city, "dingshijie", wish_work.begin, wish) == "refused.wish_not_approved"
    assert refusal(city, "dingshijie", wish_work.fulfil, wish, "送到了") == "refused.wish_not_approved"
    wish = city.does("linxiao", wish_claims.approve, wish, "社区见")
    assert city.does("dingshijie", wish_work.begin, wish).status is WishStatus.IN_PROGRESS


# ---- claims


def test_only_members_claim_and_never_their_own_wish(city: Wishing) -> None:
    wish = city.published()
    assert refusal(city, "wangfang", wish_claims.claim, wish, Way.WHOLE) == "refused.not_member"
    own = city.published("gaojianguo")
    assert refusal(city, "gaojianguo", wish_claims.claim, own, Way.WHOLE) == "refused.wish_own"


def test_a_second_claim_is_a_kind_word(city: Wishing) -> None:
    wish = city.claimed("dingshijie")
    assert refusal(city, "shaoxinyue", wish_claims.claim, wish, Way.WHOLE) == "refused.wish_taken"
    assert refusal(city, "shaoxinyue", wish_claims.claim, wish, Way.JOIN) == "refused.wish_taken"
    assert city.claimants(wish) == ["dingshijie"]


def test_of_two_claims_in_the_same_moment_one_wins(bureau: Bureau) -> None:
    wish = Wishing(bureau).published()
    start = threading.Barrier(len(MEMBERS))
    outcomes: list[str] = []

    def press(who: str) -> None:
        start.wait()
        try:
            Wishing(bureau).does(who, wish_claims.claim, wish, Way.WHOLE)
            outcomes.append("claimed")
        except Refused as refused:
            outcomes.append(refused.text)

    threads = [threading.Thread(target=press, args=(who,)) for who in MEMBERS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["claimed", *["refused.wish_taken"] * (len(MEMBERS) - 1)]
    with bureau.desk() as desk:
        assert len(desk.session.scalars(select(WishClaim)).all()) == 1
    assert Wishing(bureau).is_sound(wish)


def test_the_stores_own_key_keeps_a_second_whole_claim_out(city: Wishing) -> None:
    wish = city.claimed()
    with city.bureau.desk("shaoxinyue") as desk:
        assert not wish_claims._insert(desk, wishes.get(desk, wish.id), "pu-school", 1, for_unit=False)


def test_a_fourth_claim_has_to_wait(city: Wishing) -> None:
    held = [city.claimed() for _ in range(3)]
    fourth = city.published()
    assert refusal(city, "dingshijie", wish_claims.claim, fourth, Way.WHOLE) == "refused.wish_limit"
    # In the unit's name it is the unit's own claim.
    assert city.does("dingshijie", wish_claims.claim, fourth, Way.UNIT).status is WishStatus.CLAIMED
    city.does("dingshijie", wish_claims.release, held[0], "忙")
    assert city.does("dingshijie", wish_claims.claim, city.published(), Way.WHOLE).status is WishStatus.CLAIMED


def test_a_fulfilled_wish_makes_room_for_the_next(city: Wishing) -> None:
    for _ in range(3):
        city.fulfilled()
    assert city.claimed().status is WishStatus.CLAIMED


def test_the_limit_of_a_unit_holds_for_all_its_members(city: Wishing) -> None:
    for who in ("maoxiaolei", "gexinyu", "maoxiaolei"):
        city.claimed(who, Way.UNIT)
    assert refusal(city, "gexinyu", wish_claims.claim, city.published(), Way.UNIT) == "refused.wish_limit"


def test_a_group_claims_together_up_to_five(city: Wishing) -> None:
    wish = city.claimed(MEMBERS[0], Way.GROUP)
    for who in MEMBERS[1:5]:
        wish = city.does(who, wish_claims.claim, wish, Way.JOIN)
    assert refusal(city, MEMBERS[0], wish_claims.claim, wish, Way.JOIN) == "refused.wish_taken"
    assert refusal(city, MEMBERS[5], wish_claims.claim, wish, Way.JOIN) == "refused.wish_taken"
    assert city.claimants(wish) == list(MEMBERS[:5])
    wish = city.does(MEMBERS[1], wish_claims.release, wish, "出差")
    assert wish.status is WishStatus.CLAIMED
    assert city.does(MEMBERS[5], wish_claims.claim, wish, Way.JOIN).status is WishStatus.CLAIMED


def test_the_last_of_a_group_frees_the_wish(city: Wishing) -> None:
    wish = city.claimed(MEMBERS[0], Way.GROUP)
    wish = city.does(MEMBERS[1], wish_claims.claim, wish, Way.JOIN)
    for who in MEMBERS[:2]:
        wish = city.does(who, wish_claims.release, wish, "忙")
    assert wish.status is WishStatus.RELEASED
    assert city.claimants(wish) == []


def test_released_it_can_be_claimed_again(city: Wishing) -> None:
    wish = city.does("dingshijie", wish_claims.release, city.approved(), "东西没找到")
    assert city.bureau.letters("zhangmin", "wish.letter.back_on_board")
    wish = city.does("shaoxinyue", wish_claims.claim, wish, Way.WHOLE)
    assert wish.status is WishStatus.CLAIMED
    assert city.claimants(wish) == ["shaoxinyue"]
    # The former arrangement was not with this claimant.
    assert refusal(city, "shaoxinyue", wish_work.begin, wish) == "refused.wish_not_approved"


def test_others_release_nothing(city: Wishing) -> None:
    wish = city.claimed()
    for who in ("shaoxinyue", "zhangmin", "wangfang", "luliansheng"):
        assert refusal(city, who, wish_claims.release, wish, "忙") == "refused.wish_not_yours"
    assert city.does("linxiao", wish_claims.release, wish, "电话里说办不了").status is WishStatus.RELEASED


# ---- time


def test_unclaimed_the_community_is_reminded_after_three_days_and_paired_units_after_seven(city: Wishing) -> None:
    wish = city.published()
    city.bureau.wait(days=2, hours=23)
    assert not city.bureau.letters("linxiao", "wish.letter.unclaimed")
    city.bureau.wait(hours=2)
    assert city.bureau.letters("linxiao", "wish.letter.unclaimed")
    assert not city.bureau.letters("maoxiaolei", "wish.letter.pushed")
    city.bureau.wait(days=4)
    pushed = {city.bureau.codes[row.person_id] for row in city.bureau.letters(text="wish.letter.pushed")}
    assert pushed == {"maoxiaolei", "gexinyu", "fuyali"}
    assert city.kinds(wish)[-2:] == ["unclaimed_reminded", "pushed"]


def test_where_no_unit_is_paired_those_of_the_city_stand_in(city: Wishing) -> None:
    with city.bureau.desk() as desk:
        assert wish_units.paired(desk.city, "xingfu-g01") == ["pu-bank", "pu-library"]
        assert wish_units.paired(desk.city, "fulai-g01") == ["pu-hospital", "pu-school", "pu-service"]


def test_a_silent_claimant_is_reminded_after_five_days_and_released_after_ten(city: Wishing) -> None:
    wish = city.claimed()
    city.bureau.wait(days=5, minutes=1)
    assert city.bureau.letters("dingshijie", "wish.letter.silent")
    city.bureau.wait(days=4, hours=23)
    assert city.now(wish).status is WishStatus.CLAIMED
    city.bureau.wait(hours=2)
    wish = city.now(wish)
    assert wish.status is WishStatus.LAPSED
    assert city.bureau.letters("dingshijie", "wish.letter.lapsed_card")
    assert city.bureau.letters("zhangmin", "wish.letter.back_on_board")
    with city.bureau.desk() as desk:
        assert [one.state for one in desk.session.scalars(select(WishClaim))] == [ClaimState.LAPSED]
    assert city.does("shaoxinyue", wish_claims.claim, wish, Way.WHOLE).status is WishStatus.CLAIMED


def test_a_sign_of_life_begins_the_ten_days_anew(city: Wishing) -> None:
    wish = city.claimed()
    city.bureau.wait(days=9)
    city.does("dingshijie", wish_work.progress, wish, "还在找")
    city.bureau.wait(days=9)
    assert city.now(wish).status is WishStatus.CLAIMED
    assert refusal(city, "shaoxinyue", wish_work.progress, wish, "x") == "refused.wish_not_yours"


def test_released_on_the_last_day_it_goes_to_the_paired_units_at_once(city: Wishing) -> None:
    wish = city.claimed(told=replace(RADIO, wanted_by=day("2026-12-03")))
    city.bureau.wait(days=9, hours=23)
    wish = city.does("dingshijie", wish_claims.release, wish, "实在抽不出时间")
    assert wish.status is WishStatus.RELEASED
    assert city.kinds(wish)[-2:] == ["release", "pushed"]
    city.bureau.wait(hours=2)
    assert city.now(wish).status is WishStatus.RELEASED
    assert not city.bureau.letters("dingshijie", "wish.letter.lapsed_card")


def test_a_wisher_who_disappears_is_reminded_then_called_then_filed(city: Wishing) -> None:
    wish = city.fulfilled()
    city.bureau.wait(days=3, minutes=1)
    assert city.bureau.letters("zhangmin", "wish.letter.confirm_again")
    city.bureau.wait(days=11)
    assert city.bureau.letters("linxiao", "wish.letter.phone")
    assert refusal(city, "dingshijie", wish_answers.not_reached, wish) == "refused.wish_not_yours"
    for _ in range(3):
        wish = city.does("linxiao", wish_answers.not_reached, wish)
    assert wish.status is WishStatus.UNCONFIRMED
    assert city.kinds(wish)[-4:] == ["phone_unanswered"] * 3 + ["close"]
    assert refusal(city, "linxiao", wish_answers.not_reached, wish) == "refused.wish_status"


def test_what_was_said_on_the_telephone_is_entered_and_told(city: Wishing) -> None:
    wish = city.does("linxiao", wish_answers.confirm, city.fulfilled())
    assert wish.status is WishStatus.CONFIRMED
    assert city.bureau.letters("zhangmin", "wish.letter.confirmed_by_phone")


def test_a_new_wish_does_not_lie_unread(city: Wishing) -> None:
    city.told()
    city.bureau.wait(days=2, minutes=1)
    assert city.bureau.letters("linxiao", "wish.letter.review_again")


# ---- the wisher's word


def test_nobody_confirms_what_they_have_fulfilled(city: Wishing) -> None:
    wish = city.fulfilled()
    for who in ("dingshijie", "shaoxinyue", "wangfang", "liqiang", None):
        assert refusal(city, who, wish_answers.confirm, wish) == "refused.wish_not_yours"


def test_not_yet_brings_it_back_to_the_claimants(city: Wishing) -> None:
    wish = city.does("zhangmin", wish_answers.deny, city.fulfilled(), "还没有送来")
    assert wish.status is WishStatus.IN_PROGRESS
    assert "还没有送来" in city.bureau.letters("dingshijie", "wish.letter.denied_card")[0].text
    assert city.claimants(wish) == ["dingshijie"]
    assert set(city.bureau.timers(wish.id)) == {"wish_silent", "wish_lapse"}


def test_thanks_are_said_once_and_after_it_has_come_true(city: Wishing) -> None:
    assert refusal(city, "zhangmin", wish_answers.thank, city.fulfilled(), "谢谢") == "refused.wish_status"
    wish = city.does("zhangmin", wish_answers.thank, city.confirmed(), "谢谢")
    assert refusal(city, "zhangmin", wish_answers.thank, wish, "谢谢") == "refused.wish_thanked"
    assert refusal(city, "wangfang", wish_answers.thank, wish, "谢谢") == "refused.wish_not_yours"


def test_withdrawn_it_is_told_to_all_sides(city: Wishing) -> None:
    wish = city.does("zhangmin", wishes.withdraw, city.claimed(), "已经有了")
    assert wish.status is WishStatus.WITHDRAWN
    assert city.bureau.letters("dingshijie", "wish.letter.withdrawn_card")
    assert city.bureau.letters("linxiao", "wish.letter.withdrawn_card")
    assert city.bureau.timers(wish.id) == {}
    assert city.claimants(wish) == []


# ---- wish and ticket


def test_a_wish_that_is_a_matter_becomes_a_ticket_of_its_wisher(city: Wishing) -> None:
    wish = city.told(told=replace(RADIO, what="楼下的路灯修好", kind=WisherKind.RESIDENT))
    with city.bureau.desk("linxiao") as desk:
        ticket = wishes.turn_into_ticket(desk, wishes.get(desk, wish.id), "drain_blocked")
    wish = city.now(wish)
    assert wish.status is WishStatus.TURNED
    assert city.bureau.codes[ticket.reporter_id] == "zhangmin"
    assert city.bureau.handler(ticket) == "liqiang" or ticket.grid == "xingfu-g01"
    assert ticket.number in city.bureau.letters("zhangmin", "wish.letter.turned")[0].text
    with pytest.raises(Refused), city.bureau.desk("zhangmin") as desk:
        wishes.turn_into_ticket(desk, wishes.get(desk, wish.id), "drain_blocked")


def test_a_ticket_that_is_a_wish_becomes_one_of_its_reporter(city: Wishing) -> None:
    ticket = city.bureau.report(words="我妈张桂兰想要个收音机，电话13800000001")
    with city.bureau.desk("linxiao") as desk:
        wish = wishes.from_ticket(desk, tickets.get(desk, ticket.id), RADIO)
    assert city.bureau.now(ticket).status is Status.MERGED
    assert city.bureau.codes[wish.wisher_id] == "zhangmin"
    assert wish.status is WishStatus.SUBMITTED
    assert wish.number in city.bureau.letters("zhangmin", "wish.letter.from_ticket")[0].text
    assert city.bureau.timers(ticket.id) == {}
    other = city.bureau.report(who="wangfang", matter="fire_lane_blocked")
    with pytest.raises(Refused), city.bureau.desk("wangfang") as desk:
        wishes.from_ticket(desk, tickets.get(desk, other.id), RADIO)


def test_letters_of_third_parties_never_tell_a_wisher(city: Wishing) -> None:
    wish = city.confirmed()
    assert wish.status is WishStatus.CONFIRMED
    with city.bureau.desk() as desk:
        ids = {city.bureau.ids[who] for who in MEMBERS}
        for row in desk.session.scalars(select(LetterRow).where(LetterRow.person_id.in_(ids))):
            assert "张敏" not in row.text
            assert "138" not in row.text


def test_times_are_those_of_the_scheme(city: Wishing) -> None:
    wish = city.published()
    begun = city.bureau.clock.now()
    assert {job: due - begun for job, due in city.bureau.timers(wish.id).items()} == {
        "wish_unclaimed": timedelta(days=3),
        "wish_push": timedelta(days=7),
    }
    assert isinstance(wish.published_at, datetime)
