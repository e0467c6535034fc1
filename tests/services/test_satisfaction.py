"""Is every resident asked, is silence never taken for content, and does “not solved” bring the ticket back?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from bureau import Bureau
from sqlalchemy import update

from gridwhistle.services import assignments, audits, org, satisfaction, tickets
from gridwhistle.services.clock import CITY_ZONE
from gridwhistle.services.desk import Refused
from gridwhistle.services.rules import PHONE_ATTEMPTS, REWORK_WITHIN
from gridwhistle.services.satisfaction import SATISFACTION, SOLVED, Answers
from gridwhistle.services.schema import Account, FollowUp, FollowUpState, Status, Ticket

MATTER = "fire_lane_blocked"
CONTENT = Answers(contacted=True, arrival="came_and_did", solved="solved", satisfaction="satisfied")
ANGRY = Answers(
    contacted=False, arrival="nobody_came", solved="unsolved", satisfaction="unsatisfied", reasons=("nobody_came",)
)


def resolved(bureau: Bureau, *, voices: tuple[str, ...] = (), from_patrol: bool = False) -> Ticket:
    ticket = bureau.report("liqiang" if from_patrol else "zhangmin", MATTER, from_patrol=from_patrol)
    for who in voices:
        bureau.does(who, tickets.add_voice, ticket, "我家也是")
    bureau.does("liqiang", assignments.accept, ticket)
    return bureau.does("liqiang", audits.resolve, ticket, "车挪走了，通道畅通")


def auditor(bureau: Bureau, ticket: Ticket) -> str:
    with bureau.desk() as desk:
        return bureau.codes[audits.auditor_of(desk, ticket)]


def audited(bureau: Bureau, ticket: Ticket) -> Ticket:
    return bureau.does(auditor(bureau, ticket), audits.judge, ticket, passed=True, reason="")


def asked(bureau: Bureau, *, voices: tuple[str, ...] = ()) -> Ticket:
    ticket = audited(bureau, resolved(bureau, voices=voices))
    bureau.wait(days=1, hours=1)
    return bureau.now(ticket)


def rows(bureau: Bureau, ticket: Ticket) -> dict[str, FollowUpState]:
    with bureau.desk() as desk:
        found = desk.session.query(FollowUp).filter(FollowUp.ticket_id == ticket.id, FollowUp.round == ticket.rework)
        return {bureau.codes[row.person_id]: row.state for row in found}


def answer(bureau: Bureau, ticket: Ticket, answers: Answers, who: str = "zhangmin") -> Ticket:
    return bureau.does(who, satisfaction.record, ticket, answers)


@pytest.mark.parametrize("solved", SOLVED)
@pytest.mark.parametrize("satisfied", SATISFACTION)
def test_rework_follows_exactly_from_not_solved_or_not_satisfied(solved: str, satisfied: str) -> None:
    answers = Answers(contacted=True, arrival="came_and_did", solved=solved, satisfaction=satisfied)

    assert answers.wants_rework is (solved in ("partly", "unsolved") or satisfied == "unsatisfied")


def test_the_city_asks_the_morning_after_the_audit_everybody_separately(bureau: Bureau) -> None:
    ticket = audited(bureau, resolved(bureau, voices=("wangfang", "john")))
    assert ticket.status is Status.AUDITED
    assert bureau.timers(ticket.id) == {"follow_up": datetime(2026, 11, 24, 9, 0, tzinfo=CITY_ZONE)}
    bureau.wait(days=1, hours=1)

    assert rows(bureau, ticket) == dict.fromkeys(("zhangmin", "wangfang", "john"), FollowUpState.ASKED)
    for who in ("zhangmin", "wangfang", "john"):
        [letter] = bureau.letters(who, "letter.follow_up")
        assert ticket.number in letter.text
    assert not bureau.letters("liqiang", "letter.follow_up")


def test_the_audit_is_nobodys_own_and_a_rejected_one_goes_back_to_work(bureau: Bureau) -> None:
    ticket = resolved(bureau)
    for who in ("liqiang", "zhangmin", "linxiao"):
        with pytest.raises(Refused, match="not_allowed"):
            bureau.does(who, audits.judge, ticket, passed=True, reason="")
    back = bureau.does(auditor(bureau, ticket), audits.judge, ticket, passed=False, reason="没有照片")

    assert (back.status, back.resolved_at) == (Status.IN_PROGRESS, None)
    assert set(bureau.timers(ticket.id)) == {"limit_reminder", "limit_reached"}
    assert "没有照片" in bureau.letters("liqiang", "letter.audit_rejected")[0].text
    bureau.does("liqiang", audits.resolve, ticket, "补拍了照片，通道畅通")
    assert audited(bureau, ticket).status is Status.AUDITED


def test_an_answer_is_the_third_fact_and_archives_the_ticket(bureau: Bureau) -> None:
    ticket = answer(bureau, asked(bureau), CONTENT)

    assert ticket.status is Status.CLOSED
    assert ticket.closed_at == bureau.clock.now()
    assert set(bureau.timers(ticket.id)) == {"recheck"}
    assert bureau.kinds(ticket)[-3:] == ["follow_up_answered", "follow_up", "close"]
    with pytest.raises(Refused, match="answered"):
        answer(bureau, ticket, CONTENT)


def test_a_voices_answer_does_not_archive_what_the_reporter_has_not_answered(bureau: Bureau) -> None:
    ticket = asked(bureau, voices=("wangfang",))

    assert answer(bureau, ticket, CONTENT, "wangfang").status is Status.AUDITED
    assert answer(bureau, ticket, CONTENT).status is Status.CLOSED


def test_an_unhappy_voice_brings_the_ticket_back_too(bureau: Bureau) -> None:
    ticket = answer(bureau, asked(bureau, voices=("wangfang",)), ANGRY, "wangfang")

    assert (ticket.status, ticket.rework) == (Status.REOPENED, 1)


def test_only_who_was_asked_can_answer(bureau: Bureau) -> None:
    ticket = asked(bureau)
    for who in ("wangfang", "liqiang"):
        with pytest.raises(Refused, match="not_asked"):
            answer(bureau, ticket, CONTENT, who)
    with pytest.raises(Refused, match="not_allowed"):
        bureau.does("liqiang", satisfaction.record, ticket, CONTENT, for_person=bureau.ids["zhangmin"])


def test_rework_goes_to_the_previous_handler_then_the_community_then_the_centre(bureau: Bureau) -> None:
    ticket = asked(bureau)
    handlers = []
    for _ in range(3):
        ticket = answer(bureau, ticket, ANGRY)
        handlers.append(bureau.handler(ticket))
        assert ticket.status is Status.REOPENED
        assert (ticket.resolved_at, ticket.audited_at, ticket.closed_at) == (None, None, None)
        assert set(bureau.timers(ticket.id)) == {"accept_limit", "limit_reminder", "limit_reached"}
        bureau.does(handlers[-1], assignments.accept, ticket)
        bureau.does(handlers[-1], audits.resolve, ticket, "又处理了一遍，这回好了")
        audited(bureau, bureau.now(ticket))
        bureau.wait(days=1, hours=1)
        ticket = bureau.now(ticket)

    assert handlers == ["liqiang", "linxiao", "hejing"]
    assert bureau.letters("liqiang", "letter.rework_elsewhere"), "the previous handler is told"
    assert ticket.rework == 3


def test_rework_does_not_wait_for_somebody_who_is_away(bureau: Bureau) -> None:
    ticket = asked(bureau)
    with bureau.desk("liqiang") as desk:
        org.take_leave(desk, desk.now, desk.now + timedelta(days=3), "看病")

    assert bureau.handler(answer(bureau, ticket, ANGRY)) == "zhoumei"


def test_rework_may_be_asked_for_until_ten_days_after_the_archive(bureau: Bureau) -> None:
    ticket = answer(bureau, asked(bureau), CONTENT)
    with pytest.raises(Refused, match="not_yours"):
        bureau.does("wangfang", satisfaction.request_rework, ticket, "我看没好")
    bureau.clock.ahead_to(bureau.clock.now() + REWORK_WITHIN)
    reopened = bureau.does("zhangmin", satisfaction.request_rework, ticket, "又堵了")
    assert reopened.status is Status.REOPENED

    second = answer(bureau, asked(bureau), CONTENT)
    bureau.clock.ahead_to(bureau.clock.now() + REWORK_WITHIN + timedelta(seconds=1))
    with pytest.raises(Refused, match="rework_late"):
        bureau.does("zhangmin", satisfaction.request_rework, second, "又堵了")


def test_rework_can_be_asked_for_before_the_audit(bureau: Bureau) -> None:
    ticket = bureau.does("zhangmin", satisfaction.request_rework, resolved(bureau), "根本没挪")

    assert ticket.status is Status.REOPENED
    assert "audit_limit" not in bureau.timers(ticket.id)


def test_silence_is_reminded_once_then_called_and_never_counted_as_content(bureau: Bureau) -> None:
    ticket = asked(bureau)
    bureau.wait(days=3)
    assert rows(bureau, ticket) == {"zhangmin": FollowUpState.REMINDED}
    bureau.wait(days=30)

    assert rows(bureau, ticket) == {"zhangmin": FollowUpState.PHONE_LIST}
    assert bureau.now(ticket).status is Status.AUDITED, "not archived by silence"
    assert len(bureau.letters("zhangmin", "letter.follow_up_reminder")) == 1
    with bureau.desk("linxiao") as desk:
        assert [one.number for _, one in satisfaction.phone_list(desk)] == [ticket.number]
    with bureau.desk("luliansheng") as desk:
        assert satisfaction.phone_list(desk) == []
    with bureau.desk() as desk:
        row = desk.session.get(FollowUp, (desk.region, ticket.id, bureau.ids["zhangmin"], 0))
        assert row is not None
        assert (row.solved, row.satisfaction, row.answered_at) == (None, None, None)


def test_three_calls_without_an_answer_are_a_documented_unreachable(bureau: Bureau) -> None:
    ticket = asked(bureau)
    bureau.wait(days=15)
    with pytest.raises(Refused, match="not_allowed"):
        bureau.does("liqiang", satisfaction.not_reached, ticket)
    for _ in range(PHONE_ATTEMPTS):
        assert bureau.now(ticket).status is Status.AUDITED
        bureau.does("linxiao", satisfaction.not_reached, ticket)

    assert bureau.now(ticket).status is Status.CLOSED
    assert rows(bureau, ticket) == {"zhangmin": FollowUpState.UNREACHABLE}
    assert bureau.kinds(ticket).count("phone_unanswered") == PHONE_ATTEMPTS
    assert "recheck" not in bureau.timers(ticket.id)


def test_a_telephone_answer_counts_as_an_answer(bureau: Bureau) -> None:
    ticket = asked(bureau)
    bureau.wait(days=15)
    done = bureau.does("linxiao", satisfaction.record, ticket, CONTENT, for_person=bureau.ids["zhangmin"])

    assert done.status is Status.CLOSED
    assert rows(bureau, ticket) == {"zhangmin": FollowUpState.ANSWERED}


def test_own_words_always_reach_a_person(bureau: Bureau) -> None:
    words = Answers(**{**_fields(CONTENT), "words": "小李态度真好"})  # type: ignore[arg-type]
    answer(bureau, asked(bureau), words)

    [letter] = bureau.letters("linxiao", "letter.own_words")
    assert "小李态度真好" in letter.text


def test_a_patrol_report_has_nobody_to_ask_and_says_so(bureau: Bureau) -> None:
    ticket = audited(bureau, resolved(bureau, from_patrol=True))
    bureau.wait(days=1, hours=1)

    assert bureau.now(ticket).status is Status.CLOSED
    assert "follow_up_not_sent" in bureau.kinds(ticket)
    assert bureau.timers(ticket.id) == {}


@pytest.mark.parametrize(("said", "timers"), [("fine", set()), ("again", {"recheck"}), ("back", set())])
def test_four_weeks_later_it_is_asked_again_only_if_wanted(bureau: Bureau, said: str, timers: set[str]) -> None:
    ticket = answer(bureau, asked(bureau), CONTENT)
    bureau.wait(weeks=4, hours=1)
    assert len(bureau.letters("zhangmin", "letter.recheck")) == 1
    with pytest.raises(Refused, match="not_yours"):
        bureau.does("wangfang", satisfaction.rechecked, ticket, said)
    with bureau.desk("zhangmin") as desk:
        found = satisfaction.rechecked(desk, tickets.get(desk, ticket.id), said)

    assert (found is not None) is (said == "back")
    assert set(bureau.timers(ticket.id)) == timers


def test_nobody_audits_in_time_and_everybody_who_could_is_told(bureau: Bureau) -> None:
    ticket = resolved(bureau)
    bureau.wait(days=8)

    assert "audit_overdue" in bureau.kinds(ticket)
    told = {bureau.codes[row.person_id] for row in bureau.letters(text="letter.audit")}
    with bureau.desk() as desk:
        assert told >= {bureau.codes[who] for who in org.auditors(desk)}


def _fields(answers: Answers) -> dict[str, object]:
    return {name: getattr(answers, name) for name in ("contacted", "arrival", "solved", "satisfaction")}


def test_a_question_that_does_not_reach_the_resident_is_asked_on_the_telephone_at_once(bureau: Bureau) -> None:
    ticket = audited(bureau, resolved(bureau))
    with bureau.desk() as desk:
        desk.session.execute(update(Account).where(Account.address == "zhangmin").values(blocked=True))
    bureau.wait(days=1)

    assert rows(bureau, ticket) == {"zhangmin": FollowUpState.PHONE_LIST}
    assert len(bureau.letters(text="letter.phone_list_undelivered")) == 1
    assert bureau.kinds(ticket)[-1] == "follow_up_unanswered"


def test_after_a_stop_the_reminder_of_a_question_whose_time_is_over_is_not_sent(bureau: Bureau) -> None:
    ticket = asked(bureau)
    bureau.clock.ahead_to(bureau.clock.now() + timedelta(days=20))
    bureau.drain.run_due()

    assert rows(bureau, ticket) == {"zhangmin": FollowUpState.PHONE_LIST}
    assert bureau.kinds(ticket)[-2:] == ["follow_up_reminder_held_back", "follow_up_unanswered"]
    assert bureau.letters(text="letter.follow_up_reminder") == []
