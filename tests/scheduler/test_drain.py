"""Has every due timer its effect once, whatever breaks on the way?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from bureau import Bureau
from structlog.testing import capture_logs

from gridwhistle.scheduler.drain import Drain
from gridwhistle.scheduler.job import Job
from gridwhistle.services import timers
from gridwhistle.services.desk import Desk
from gridwhistle.services.outbox import Letter, post
from gridwhistle.services.timers import LEASE, DueTimer

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def quiet_logs() -> Iterator[list[dict[str, object]]]:
    with capture_logs() as logs:
        yield logs  # type: ignore[misc]


def put(bureau: Bureau, subject: str = "s", *, job: str = "write", after: timedelta = timedelta()) -> None:
    with bureau.desk() as desk:
        timers.put(desk, job, subject, desk.now + after, word="now")


def job(
    bureau: Bureau, after: Callable[[Desk, DueTimer], None] = lambda _desk, _timer: None, name: str = "write"
) -> Job:
    """Writes a letter with the timer's subject, then does ``after``."""

    def run(desk: Desk, timer: DueTimer) -> None:
        post(desk, Letter(to=bureau.ids["zhangmin"], text="talks.ended", key=f"{timer.subject_id}:{desk.now}"))
        after(desk, timer)

    return Job(name=name, run=run)


def written(bureau: Bureau) -> list[str]:
    return [row.key.split(":")[0] for row in bureau.letters()]


def fail(_desk: Desk, _timer: DueTimer) -> None:
    raise RuntimeError("the job is broken")


def test_what_is_due_runs_oldest_first_and_the_rest_waits(bureau: Bureau) -> None:
    put(bureau, "second", after=-MINUTE)
    put(bureau, "first", after=-2 * MINUTE)
    put(bureau, "later", after=MINUTE)
    seen: list[DueTimer] = []

    assert Drain(bureau.office, [job(bureau, lambda _desk, timer: seen.append(timer))]).run_due() == 2
    assert [timer.subject_id for timer in seen] == ["first", "second"]
    assert seen[0].payload == {"word": "now"}
    assert bureau.timers("first") == {}
    assert bureau.timers("later")


def test_the_effect_and_the_timers_end_are_one_transaction(bureau: Bureau) -> None:
    put(bureau)
    Drain(bureau.office, [job(bureau, fail)]).run_due()

    assert written(bureau) == [], "what a broken job wrote is undone"
    assert "write" in bureau.timers("s"), "and its timer is still there"


def test_a_job_runs_in_the_systems_name_at_the_present_time(bureau: Bureau) -> None:
    put(bureau)
    seen: list[tuple[object, object]] = []
    Drain(bureau.office, [job(bureau, lambda desk, _timer: seen.append((desk.actor.person_id, desk.now)))]).run_due()

    assert seen == [(None, bureau.clock.now())]


def test_one_broken_timer_holds_up_nobody_and_is_told(bureau: Bureau, quiet_logs: list[dict[str, object]]) -> None:
    for subject in ("a", "broken", "c"):
        put(bureau, subject)

    def breaks(desk: Desk, timer: DueTimer) -> None:
        if timer.subject_id == "broken":
            fail(desk, timer)

    drain = Drain(bureau.office, [job(bureau, breaks)])
    assert drain.run_due() == 2
    assert written(bureau) == ["a", "c"]
    [entry] = quiet_logs
    assert (entry["event"], entry["job"], entry["key"]) == ("timer.failed", "write", "write:broken:")

    assert drain.run_due() == 0, "not again at once"
    bureau.clock.ahead_to(bureau.clock.now() + 2 * MINUTE)
    drain.run_due()
    assert len(quiet_logs) == 2, "but again later"


def test_a_timer_of_an_unknown_job_waits_for_a_release_that_knows_it(bureau: Bureau) -> None:
    put(bureau, job="of_tomorrow")
    assert Drain(bureau.office, [job(bureau)]).run_due() == 0
    assert "of_tomorrow" in bureau.timers("s")
    bureau.clock.ahead_to(bureau.clock.now() + 2 * MINUTE)

    assert Drain(bureau.office, [job(bureau, name="of_tomorrow")]).run_due() == 1


def test_a_new_process_runs_what_was_due_and_nothing_twice(bureau: Bureau) -> None:
    for number in range(250):
        put(bureau, f"s{number}")
    first = Drain(bureau.office, [job(bureau)])
    with bureau.desk() as desk:
        # The old process claimed a hundred, ran one of them and was killed.
        claimed = timers.claim(desk)
    first._run(claimed[0])
    assert len(written(bureau)) == 1

    second = Drain(bureau.office, [job(bureau)])
    assert second.run_due() == 150, "the others' leases are kept"
    bureau.clock.ahead_to(bureau.clock.now() + LEASE + timedelta(seconds=1))
    assert second.run_due() == 99
    assert second.run_due() == 0
    assert sorted(written(bureau)) == sorted(f"s{number}" for number in range(250))


def test_two_processes_with_the_same_claim_have_one_effect(bureau: Bureau) -> None:
    put(bureau)
    drain = Drain(bureau.office, [job(bureau)])
    with bureau.desk() as desk:
        [timer] = timers.claim(desk)

    assert drain._run(timer)
    assert not drain._run(timer)
    assert written(bureau) == ["s"]


def test_a_job_may_set_its_own_timer_anew(bureau: Bureau) -> None:
    put(bureau)

    def again(desk: Desk, timer: DueTimer) -> None:
        timers.put(desk, timer.job, timer.subject_id, desk.now + MINUTE)

    drain = Drain(bureau.office, [job(bureau, again)])
    for _ in range(3):
        assert drain.run_due() == 1
        bureau.clock.ahead_to(bureau.clock.now() + MINUTE)
    assert len(written(bureau)) == 3


def test_a_job_may_take_another_due_timer_back(bureau: Bureau) -> None:
    put(bureau, "one")
    put(bureau, "two")
    drain = Drain(bureau.office, [job(bureau, lambda desk, _timer: timers.cancel(desk, "two"))])

    assert drain.run_due() == 1
    assert written(bureau) == ["one"]
