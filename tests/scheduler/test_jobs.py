"""Is every job set by somebody, known to the scheduler, and harmless when its subject is gone?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from bureau import Bureau
from engines import Engine

import gridwhistle
from gridwhistle.dialogs import drafts
from gridwhistle.scheduler.job import Job
from gridwhistle.scheduler.jobs import JOBS
from gridwhistle.services import (
    assignments,
    audits,
    deadlines,
    leaves,
    objections,
    rehearsal,
    tickets,
    timers,
    whistles,
)
from gridwhistle.services.schema import Status, Ticket, WhistleState
from gridwhistle.services.timers import DueTimer

PACKAGE = Path(gridwhistle.__file__).parent
CONSTANTS = {"BEGINS": leaves.BEGINS, "NUDGE": drafts.NUDGE}
MATTER = "fire_lane_blocked"
PUT = re.compile(r"timers\.put\(\s*[\w.]+,\s*(?:\"(\w+)\"|(\w+))", re.DOTALL)


def set_anywhere() -> set[str]:
    """The jobs for which some service or dialog sets a timer."""
    found = set()
    for file in [*(PACKAGE / "services").rglob("*.py"), *(PACKAGE / "dialogs").rglob("*.py")]:
        for literal, constant in PUT.findall(file.read_text(encoding="utf-8")):
            found.add(literal or CONSTANTS.get(constant) or _constant(file, constant))
    return found


def _constant(file: Path, name: str) -> str:
    value = re.search(rf'^{name}(?:: \w+)? = "(\w+)"', file.read_text(encoding="utf-8"), re.MULTILINE)
    assert value is not None, f"{file.name} sets a timer of the job {name}, which nobody can read"
    return value[1]


def due(bureau: Bureau, job: str, subject: str, **payload: object) -> DueTimer:
    return DueTimer(job=job, subject_id=subject, payload=payload, due_at=bureau.clock.now())  # type: ignore[arg-type]


def run(bureau: Bureau, name: str, subject: str, **payload: object) -> None:
    [job] = [job for job in JOBS if job.name == name]
    with bureau.desk() as desk:
        job.run(desk, due(bureau, name, subject, **payload))


def test_every_job_has_a_name_of_its_own() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)


def test_every_file_of_jobs_is_registered() -> None:
    files = {path.stem for path in (PACKAGE / "scheduler" / "jobs").glob("*.py")} - {"__init__"}

    assert files == {job.name for job in JOBS}


def test_every_timer_that_is_set_has_a_job_and_every_job_is_set() -> None:
    assert set_anywhere() == {job.name for job in JOBS}


class Undone(Exception):  # noqa: N818
    """Takes a try back."""


@pytest.fixture(scope="module")
def shared(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    bureau = Bureau(tmp_path_factory.mktemp("jobs"))
    bureau.report(matter="wires_hanging")
    yield bureau
    bureau.close()


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_job_whose_subject_is_gone_has_nothing_to_do(shared: Bureau, job: Job) -> None:
    before = len(shared.letters())
    for subject in ("nothing", "web:nobody", "", ":", "\u200b"):
        with shared.desk() as desk:
            job.run(desk, due(shared, job.name, subject))

    assert len(shared.letters()) == before


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_job_that_comes_too_late_raises_nothing(shared: Bureau, job: Job) -> None:
    with shared.desk() as desk:
        [ticket] = rehearsal.tickets(desk)
    [whistle] = shared.whistles(ticket)
    for subject in (ticket.id, whistle.id, shared.ids["liqiang"], "web:zhangmin"):
        for status in Status:
            with suppress(Undone), shared.desk() as desk:
                tickets.get(desk, ticket.id).status = status
                job.run(desk, due(shared, job.name, subject))
                raise Undone
        for state in WhistleState:
            with suppress(Undone), shared.desk() as desk:
                whistles.get(desk, whistle.id).state = state
                job.run(desk, due(shared, job.name, subject))
                raise Undone


def accepted(bureau: Bureau) -> Ticket:
    ticket = bureau.report(matter=MATTER)
    return bureau.does("liqiang", assignments.accept, ticket)


def test_accept_limit_hands_the_card_on(bureau: Bureau) -> None:
    ticket = bureau.report(matter=MATTER)
    bureau.wait(hours=2)

    assert bureau.handler(ticket) == "zhoumei"


def test_limit_reminders_come_at_a_half_and_at_four_fifths(bureau: Bureau) -> None:
    ticket = accepted(bureau)
    span = ticket.solve_by - bureau.clock.now()
    bureau.wait(seconds=span.total_seconds() * 0.79)
    assert bureau.kinds(ticket).count("reminded") == 1
    bureau.wait(seconds=span.total_seconds() * 0.02)
    assert bureau.kinds(ticket).count("reminded") == 2
    assert len(bureau.letters("liqiang", "letter.reminder")) == 2


def test_after_a_stop_only_the_last_of_the_reminders_is_sent_and_the_other_is_written_down(bureau: Bureau) -> None:
    ticket = accepted(bureau)
    bureau.clock.ahead_to(bureau.clock.now() + (ticket.solve_by - bureau.clock.now()) * 0.95)
    bureau.drain.run_due()

    assert bureau.kinds(ticket)[-2:] == ["reminder_held_back", "reminded"]
    assert len(bureau.letters("liqiang", "letter.reminder")) == 1


def test_limit_reached_escalates_at_the_limit_then_a_day_and_five_working_days_later(bureau: Bureau) -> None:
    ticket = accepted(bureau)
    bureau.wait(seconds=(ticket.solve_by - bureau.clock.now()).total_seconds())
    assert bureau.now(ticket).escalation == 1
    bureau.wait(days=1)
    assert bureau.now(ticket).escalation == 2
    bureau.wait(days=8)
    assert bureau.now(ticket).escalation == 3
    # Nothing that is late is ever forgotten.
    bureau.wait(days=8)
    assert bureau.now(ticket).escalation == 4


def test_information_expired_lets_the_work_go_on_after_five_days(bureau: Bureau) -> None:
    ticket = bureau.does("liqiang", deadlines.ask_resident, accepted(bureau), "几号楼？")
    assert ticket.status is Status.AWAITING_INFORMATION
    bureau.wait(days=4, hours=23)
    assert bureau.now(ticket).status is Status.AWAITING_INFORMATION
    bureau.wait(hours=2)
    assert bureau.now(ticket).status is Status.IN_PROGRESS


@pytest.mark.parametrize("act", [deadlines.schedule, deadlines.suspend], ids=lambda act: act.__name__)
def test_resume_sets_a_paused_ticket_going_on_its_day(bureau: Bureau, act: object) -> None:
    day = bureau.clock.now().date() + timedelta(days=3)
    ticket = bureau.does("liqiang", act, accepted(bureau), day, "等配件")  # type: ignore[arg-type]
    assert set(bureau.timers(ticket.id)) == {"resume"}
    bureau.wait(days=2)
    assert bureau.now(ticket).status in (Status.SCHEDULED, Status.SUSPENDED)
    bureau.wait(days=1)

    found = bureau.now(ticket)
    assert found.status is Status.IN_PROGRESS
    assert found.solve_by > bureau.clock.now()
    assert "limit_reached" in bureau.timers(ticket.id)


def test_return_silence_is_acceptance(bureau: Bureau) -> None:
    ticket = accepted(bureau)
    bureau.does("liqiang", assignments.give_back, ticket, "不归我", None)
    run(bureau, "return_silence", ticket.id)

    assert bureau.now(ticket).status is Status.ASSIGNED


@pytest.mark.parametrize(("job", "flag"), [("sign_limit", "unsigned"), ("arrive_limit", "unsigned")])
def test_a_whistle_that_nobody_signs_is_flagged(bureau: Bureau, job: str, flag: str) -> None:
    ticket = bureau.report(matter="wires_hanging")
    [whistle] = bureau.whistles(ticket)
    run(bureau, job, whistle.id)

    assert bureau.whistles(ticket)[0].flags == [flag]


def test_dispute_silence_is_acceptance(bureau: Bureau) -> None:
    ticket = accepted(bureau)
    with bureau.desk("liqiang") as desk:
        whistle = whistles.blow(desk, tickets.get(desk, ticket.id), "housing", "没设备")
    bureau.whistled("zhengkai", objections.dispute, whistle, "归城管", "urban")
    run(bureau, "dispute_silence", whistle.id)

    assert [one.department for one in bureau.whistles(ticket)] == ["housing", "urban"]


def test_audit_limit_shows_it_to_all_auditors(bureau: Bureau) -> None:
    ticket = bureau.does("liqiang", audits.resolve, accepted(bureau), "车挪走了，通道畅通")
    before = len(bureau.letters(text="letter.audit"))
    run(bureau, "audit_limit", ticket.id)

    assert len(bureau.letters(text="letter.audit")) > before


def test_leave_begins_hands_the_desk_on_unless_the_worker_is_back(bureau: Bureau) -> None:
    ticket, now = accepted(bureau), bureau.clock.now()
    with bureau.desk("liqiang") as desk:
        leaves.take(desk, now + timedelta(days=1), now + timedelta(days=2), "看病")
    run(bureau, "leave_begins", bureau.ids["liqiang"])
    assert bureau.handler(ticket) == "liqiang", "not before it begins"
    bureau.wait(days=1)
    assert bureau.handler(ticket) == "zhoumei"


def test_no_timer_of_a_closed_loop_is_left_over(bureau: Bureau) -> None:
    ticket = accepted(bureau)
    bureau.does("zhangmin", tickets.withdraw, ticket, "自己好了")

    assert bureau.timers(ticket.id) == {}
    with bureau.desk() as desk:
        assert timers.next_due(desk) is None
