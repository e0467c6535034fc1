"""Is every regular occasion kept once over all processes, and what becomes of a missed one?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from bureau import MONDAY, Bureau
from structlog.testing import capture_logs

from gridwhistle.scheduler.clock import Timetable
from gridwhistle.scheduler.cron import Cron, CronJob
from gridwhistle.scheduler.regular import CRONS
from gridwhistle.services.clock import CITY_ZONE
from gridwhistle.services.desk import Desk
from gridwhistle.services.outbox import Letter, post

HOUR = timedelta(hours=1)
TUESDAY = datetime(2026, 11, 24, 8, 30, tzinfo=CITY_ZONE)


class Diary:
    """A regular job that writes down its occasions."""

    def __init__(self, made_up_within: timedelta = 3 * HOUR) -> None:
        self.kept: list[datetime] = []
        self.broken = False
        self.job = CronJob(name="diary", at="30 8 * * *", run=self.run, made_up_within=made_up_within)

    def run(self, desk: Desk, occasion: datetime) -> None:
        if self.broken:
            raise RuntimeError("the job is broken")
        assert desk.actor.person_id is None
        self.kept.append(occasion)


def at(bureau: Bureau, moment: datetime) -> datetime:
    bureau.clock.ahead_to(moment)
    return moment


@pytest.mark.parametrize(
    ("line", "after", "until", "latest"),
    [
        ("30 8 * * *", MONDAY, TUESDAY - timedelta(seconds=1), None),
        ("30 8 * * *", MONDAY, TUESDAY, TUESDAY),
        ("30 8 * * *", TUESDAY, TUESDAY + 23 * HOUR, None),
        ("30 8 * * *", MONDAY, TUESDAY + timedelta(days=9), TUESDAY + timedelta(days=9)),
        ("0 9 1 * *", MONDAY, datetime(2027, 1, 20, tzinfo=CITY_ZONE), datetime(2027, 1, 1, 9, tzinfo=CITY_ZONE)),
    ],
)
def test_the_timetable_tells_the_last_time_between_two_moments(
    line: str, after: datetime, until: datetime, latest: datetime | None
) -> None:
    assert Timetable(line).latest(after, until) == latest


def test_an_occasion_is_kept_once_over_all_processes(bureau: Bureau) -> None:
    diary = Diary()
    one, other = (Cron(bureau.office, [diary.job]) for _ in range(2))
    assert one.run_due() + other.run_due() == 0, "what was before the first start is nobody's business"
    at(bureau, TUESDAY)

    assert [cron.run_due() for cron in (one, other, one, other)] == [1, 0, 0, 0]
    assert diary.kept == [TUESDAY]
    at(bureau, TUESDAY + timedelta(days=1))
    assert [cron.run_due() for cron in (other, one)] == [1, 0]


def test_of_several_missed_occasions_the_last_is_made_up_in_time(bureau: Bureau) -> None:
    diary = Diary()
    Cron(bureau.office, [diary.job]).run_due()
    at(bureau, TUESDAY + timedelta(days=5, hours=2))

    cron = Cron(bureau.office, [diary.job])
    assert (cron.run_due(), cron.run_due()) == (1, 0)
    assert diary.kept == [TUESDAY + timedelta(days=5)]


@pytest.mark.parametrize(("made_up_within", "late", "kept"), [(3 * HOUR, 4 * HOUR, 0), (timedelta(), HOUR, 0),
                                                              (timedelta(), timedelta(seconds=20), 1)])  # fmt: skip
def test_one_missed_too_long_ago_is_passed_over_and_said_so(
    bureau: Bureau, made_up_within: timedelta, late: timedelta, kept: int
) -> None:
    diary = Diary(made_up_within)
    cron = Cron(bureau.office, [diary.job])
    cron.run_due()
    at(bureau, TUESDAY + late)

    with capture_logs() as logs:
        assert cron.run_due() == kept
        assert cron.run_due() == 0
    assert [entry["event"] for entry in logs] == ["cron.passed_over"] * (1 - kept)


def test_a_job_that_breaks_is_tried_again_and_leaves_nothing(bureau: Bureau) -> None:
    diary = Diary()

    def half(desk: Desk, occasion: datetime) -> None:
        post(desk, Letter(to=bureau.ids["zhangmin"], text="talks.ended", key="half"))
        diary.run(desk, occasion)

    cron = Cron(bureau.office, [CronJob(name="half", at="30 8 * * *", run=half, made_up_within=HOUR)])
    cron.run_due()
    at(bureau, TUESDAY)
    diary.broken = True
    with capture_logs() as logs:
        assert cron.run_due() == 0
    assert [entry["event"] for entry in logs] == ["cron.failed"]
    assert bureau.letters() == []
    diary.broken = False

    assert cron.run_due() == 1
    assert len(bureau.letters()) == 1


def test_the_next_occasion_is_known(bureau: Bureau) -> None:
    assert Cron(bureau.office, [Diary().job]).next_due() == TUESDAY
    assert Cron(bureau.office, CRONS).next_due() == MONDAY.replace(hour=16)


def test_every_regular_job_has_a_name_of_its_own_and_a_time() -> None:
    assert len({job.name for job in CRONS}) == len(CRONS)
    for job in CRONS:
        assert Timetable(job.at).next(MONDAY) > MONDAY
