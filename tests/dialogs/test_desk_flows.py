from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hall import Hall

from gridwhistle.services import audits, org, tickets
from gridwhistle.services.desk import SYSTEM, Refused
from gridwhistle.services.schema import Reveal, Role, Status


def resolved(hall: Hall) -> None:
    hall.report()
    hall.press("liqiang", "接单")
    hall.say("liqiang", "管道疏通了，水流正常，办结", "worker_resolve")
    hall.press("liqiang", "跳过")
    assert hall.ticket().status is Status.RESOLVED


def silent(hall: Hall) -> None:
    """Nobody answers the follow-up: the coordinator's card of the call comes."""
    resolved(hall)
    hall.press("fengxue", "审核通过")
    hall.wait("2026-12-20 10:00")
    assert "电话回访" in hall.to("linxiao")


def test_an_audit_is_passed_in_plain_words(hall: Hall) -> None:
    resolved(hall)
    assert "接下来回访居民" in hall.say("fengxue", "审核没问题，通过", "audit_pass")
    assert hall.ticket().status is Status.AUDITED


def test_sending_back_needs_a_reason(hall: Hall) -> None:
    resolved(hall)
    assert "哪里要补" in hall.press("fengxue", "退回重办")
    hall.say("fengxue", "照片看不出是哪个井口，请补一张")
    assert hall.ticket().status is Status.IN_PROGRESS
    assert "照片看不出是哪个井口" in hall.to("liqiang")


def test_a_reason_in_the_sentence_is_taken(hall: Hall) -> None:
    resolved(hall)
    hall.say("fengxue", "证据不足打回去", "audit_reject")
    assert "证据不足" in hall.to("liqiang")
    assert "没有等您审核" in hall.say("fengxue", "通过", "audit_pass")


def test_the_auditors_desk_opens_the_audit(hall: Hall) -> None:
    resolved(hall)
    hall.say("fengxue", "待办", "worker_tasks")
    said = hall.press("fengxue", "001 下水道堵塞、污水外溢")
    assert "管道疏通了" in said
    assert "审核通过" in said


def test_a_leader_takes_an_escalated_ticket_over(hall: Hall) -> None:
    hall.report()
    hall.press("liqiang", "接单")
    hall.wait("2026-11-26 10:00")
    assert "办理中" in hall.press("linxiao", "我来办")
    assert (hall.handler(), hall.ticket().status) == ("linxiao", Status.ACCEPTED)
    assert "已转出" in hall.to("liqiang")


def on_the_coordinators_desk(hall: Hall) -> None:
    hall.report()
    hall.press("liqiang", "接单")
    hall.wait("2026-11-26 10:00")
    hall.press("linxiao", "我来办")


def test_a_coordinator_hands_a_ticket_to_a_worker(hall: Hall) -> None:
    hall.report()
    hall.press("liqiang", "退单")
    hall.press("liqiang", "地点不在本网格")
    hall.press("liqiang", "说不准")
    hall.press("linxiao", "同意")
    hall.press("linxiao", "确实不归原承办人")
    assert hall.handler() == "linxiao"
    hall.say("linxiao", "我的待办", "worker_tasks")
    hall.press("linxiao", "001 下水道堵塞、污水外溢")
    assert "周梅" in hall.press("linxiao", "指派网格员")
    hall.say("linxiao", "周梅")
    assert hall.handler() == "zhoumei"


def test_a_refusal_tells_the_reason_and_the_legal_way(hall: Hall) -> None:
    on_the_coordinators_desk(hall)
    hall.say("linxiao", "我的待办", "worker_tasks")
    hall.press("linxiao", "001 下水道堵塞、污水外溢")
    hall.press("linxiao", "不予受理")
    hall.say("linxiao", "该管道权属纠纷已由法院受理")
    assert "已告知居民" in hall.press("linxiao", "向人民法院起诉")
    ticket = hall.ticket()
    assert ticket.status is Status.REFUSED
    assert ticket.closed_at is not None
    assert "该管道权属纠纷已由法院受理" in hall.to("zhangmin")
    assert "向人民法院起诉" in hall.to("zhangmin")


def test_the_number_is_shown_and_that_is_logged(hall: Hall) -> None:
    silent(hall)
    assert "13800000001" in hall.press("linxiao", "看号码")
    with hall.stage.office.desk() as desk:
        rows = desk.session.query(Reveal).all()
        assert len(rows) == 1
        assert "电话回访" in rows[0].reason


def test_the_answers_on_the_telephone_close_the_ticket(hall: Hall) -> None:
    silent(hall)
    hall.press("linxiao", "打通了")
    hall.press("linxiao", "是")
    hall.press("linxiao", "不需要到场")
    hall.press("linxiao", "解决了")
    hall.press("linxiao", "满意")
    assert "回访记下了" in hall.press("linxiao", "跳过")
    assert hall.ticket().status is Status.CLOSED


def test_unsolved_on_the_telephone_is_rework(hall: Hall) -> None:
    silent(hall)
    hall.press("linxiao", "打通了")
    hall.press("linxiao", "否")
    hall.press("linxiao", "没有人来")
    hall.press("linxiao", "没解决")
    hall.press("linxiao", "不满意")
    hall.press("linxiao", "没人来")
    assert "重新办理" in hall.say("linxiao", "还是堵着，没人来过")
    assert hall.ticket().status is Status.REOPENED
    assert hall.handler() == "liqiang"


def test_three_calls_without_an_answer_are_a_documented_unreachable(hall: Hall) -> None:
    silent(hall)
    assert "第1次没打通" in hall.press("linxiao", "没打通")
    hall.press("linxiao", "没打通")
    assert "按“联系不上”归档" in hall.press("linxiao", "没打通")
    assert hall.ticket().status is Status.CLOSED


def test_an_invitation_shows_a_code(hall: Hall) -> None:
    hall.say("linxiao", "我的待办", "worker_tasks")
    hall.press("linxiao", "邀请同事")
    assert re.search(r"李强的邀请码：[A-Z2-9]{10}", hall.say("linxiao", "李强"))
    hall.press("linxiao", "邀请同事")
    assert "没有叫“张敏”的工作人员" in hall.say("linxiao", "张敏")


def test_workers_have_no_leaders_flows(hall: Hall) -> None:
    hall.report()
    assert "邀请同事" not in hall.say("liqiang", "我的待办", "worker_tasks")
    assert "指派网格员" not in hall.press("liqiang", "001 下水道堵塞、污水外溢")


def test_a_code_that_is_typed_binds_once(hall: Hall) -> None:
    hall.say("linxiao", "我的待办", "worker_tasks")
    hall.press("linxiao", "邀请同事")
    found = re.search(r"邀请码：([A-Z2-9]{10})", hall.say("linxiao", "李强"))
    assert found is not None
    first, second = (hall.stage.cast.called(name) for name in ("陌生人甲", "陌生人乙"))
    assert "李强，您好" in hall.say(first, found[1])
    assert "邀请码不对或者过期了" in hall.say(second, found[1])


def test_nobody_audits_their_own_work(hall: Hall) -> None:
    resolved(hall)
    resolved_ticket = hall.ticket().id
    with hall.stage.office.desk() as desk:
        ticket = tickets.get(desk, resolved_ticket)
        auditor = next(who for who in org.auditors(desk) if org.name_of(desk, who) == "冯雪")
        ticket.resolver_id = auditor
        desk.actor = replace(SYSTEM, person_id=auditor, roles=frozenset({(Role.AUDITOR, desk.city.centre)}))
        assert audits.auditor_of(desk, ticket) != auditor
        assert audits.waiting(desk) == []
        with pytest.raises(Refused):
            audits.judge(desk, ticket, passed=True, reason="")
