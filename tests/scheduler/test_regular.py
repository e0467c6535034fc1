"""Does everybody get the regular letter that concerns them, and nobody another?"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from bureau import Bureau

from gridwhistle.scheduler.cron import Cron
from gridwhistle.scheduler.regular import CRONS
from gridwhistle.services import assignments, audits, figures, org, satisfaction, tickets
from gridwhistle.services.clock import CITY_ZONE
from gridwhistle.services.figures import Share
from gridwhistle.services.satisfaction import Answers
from gridwhistle.services.schema import Ticket


def until(bureau: Bureau, moment: datetime) -> None:
    """The scheduler stops, and starts again at this moment."""
    cron = Cron(bureau.office, CRONS)
    cron.run_due()
    bureau.clock.ahead_to(moment)
    cron.run_due()
    bureau.drain.run_due()


def morning(day: int) -> datetime:
    return datetime(2026, 11, day, 8, 30, tzinfo=CITY_ZONE)


def due(bureau: Bureau, ticket: Ticket, moment: datetime) -> None:
    with bureau.desk() as desk:
        tickets.get(desk, ticket.id).solve_by = moment


def test_a_worker_with_open_tickets_gets_one_letter_when_the_shift_begins(bureau: Bureau) -> None:
    first, second = bureau.report(), bureau.report("wangfang", "fire_lane_blocked")
    for ticket in (first, second):
        bureau.does("liqiang", assignments.accept, ticket)
    until(bureau, morning(24))

    [letter] = bureau.letters(text="letter.digest")
    assert bureau.codes[letter.person_id] == "liqiang"
    assert first.number in letter.text or second.number in letter.text
    assert "共2件" in letter.text
    assert letter.once


def test_what_is_overdue_stands_in_the_digest_and_what_is_not_due_does_not(bureau: Bureau) -> None:
    ticket = bureau.report()
    bureau.does("liqiang", assignments.accept, ticket)
    due(bureau, ticket, morning(24) + timedelta(days=3))
    until(bureau, morning(24))
    [quiet] = bureau.letters(text="letter.digest_nothing_due")
    assert ticket.number not in quiet.text

    due(bureau, ticket, morning(24))
    until(bureau, morning(25))
    [late] = bureau.letters(text="letter.digest")
    assert f"❗{ticket.number}" in late.text
    assert "已超期1件" in late.text


def test_nobody_on_leave_and_nobody_on_a_day_off_gets_a_digest(bureau: Bureau) -> None:
    ticket = bureau.report()
    bureau.does("liqiang", assignments.accept, ticket)
    with bureau.desk("liqiang") as desk:
        org.take_leave(desk, desk.now, desk.now + timedelta(days=2), "家里有事")
    until(bureau, morning(24))
    until(bureau, morning(28))

    assert [row for row in bureau.letters("liqiang") if row.text_key.startswith("letter.digest")] == []
    until(bureau, morning(30))
    assert len([row for row in bureau.letters("liqiang") if row.text_key.startswith("letter.digest")]) == 1


def test_after_days_without_a_scheduler_there_is_one_digest(bureau: Bureau) -> None:
    bureau.does("liqiang", assignments.accept, bureau.report())
    cron = Cron(bureau.office, CRONS)
    cron.run_due()
    for day in (24, 25, 26):
        bureau.clock.ahead_to(morning(day))
        cron.run_due()
    bureau.drain.run_due()

    assert len([row for row in bureau.letters("liqiang") if row.text_key.startswith("letter.digest")]) == 1


@pytest.mark.parametrize(
    ("eve", "text"),
    [
        (date(2026, 9, 19), "letter.day_working"),  # 2026-09-20, a Sunday, makes up for the national holiday
        (date(2026, 9, 30), "letter.day_off"),  # 2026-10-01, a Thursday
        (date(2026, 9, 15), None),
        (date(2026, 9, 11), None),
    ],
)
def test_workers_hear_of_a_day_that_is_not_what_its_weekday_says(
    tmp_path_factory: pytest.TempPathFactory, eve: date, text: str | None
) -> None:
    begins = datetime(eve.year, eve.month, eve.day, 15, 30, tzinfo=CITY_ZONE)
    bureau = Bureau(tmp_path_factory.mktemp("files"), begins)
    until(bureau, begins + timedelta(minutes=30))

    letters = [row for row in bureau.letters() if row.text_key.startswith("letter.day_")]
    assert {row.text_key for row in letters} == ({text} if text else set())
    assert ("liqiang" in {bureau.codes.get(row.person_id) for row in letters}) is (text is not None)
    assert len(letters) == len({row.person_id for row in letters})
    bureau.close()


def test_every_coordinator_reads_the_figures_of_the_month_with_what_they_are_rates_of(bureau: Bureau) -> None:
    solved = bureau.report()
    bureau.does("liqiang", assignments.accept, solved)
    bureau.does("liqiang", audits.resolve, solved, "疏通了")
    with bureau.desk() as desk:
        judge = bureau.codes[audits.auditor_of(desk, tickets.get(desk, solved.id))]
    bureau.does(judge, audits.judge, solved, passed=True, reason="")
    bureau.report("wangfang", "fire_lane_blocked")
    bureau.wait(days=1, hours=2)
    answers = Answers(contacted=True, arrival="came_and_did", solved="solved", satisfaction="fair")
    bureau.does("zhangmin", satisfaction.record, solved, answers)

    grid = bureau.now(solved).grid
    with bureau.desk() as desk:
        found = figures.of_grids(
            desk, [grid], datetime(2026, 11, 1, tzinfo=CITY_ZONE), datetime(2026, 12, 1, tzinfo=CITY_ZONE)
        )
        others = figures.of_grids(
            desk, [grid], datetime(2026, 10, 1, tzinfo=CITY_ZONE), datetime(2026, 11, 1, tzinfo=CITY_ZONE)
        )
        community = desk.city.community_of(grid)
        assert community is not None
        coordinator = bureau.codes[org.coordinator(desk, grid)]
    assert (found.received, found.answered_in_time) == (2, Share(part=1, whole=2))
    assert found.claimed_solved == Share(part=1, whole=2)
    assert found.confirmed_solved == found.satisfied == found.took_part == Share(part=1, whole=1)
    assert found.audits_passed == Share(part=1, whole=1)
    assert (others.received, others.satisfied.name_in("zh")) == (0, "0/0")

    until(bureau, datetime(2026, 12, 1, 9, tzinfo=CITY_ZONE))
    [letter] = bureau.letters(coordinator, "letter.bulletin")
    assert community.name in letter.text
    assert "按时应答：1/2（50%）" in letter.text
    until(bureau, datetime(2027, 1, 1, 9, tzinfo=CITY_ZONE))
    assert len(bureau.letters(coordinator, "letter.bulletin")) == 2
