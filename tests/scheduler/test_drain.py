"""Has every due timer its effect once, whatever breaks on the way?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from bureau import Bureau
from structlog.testing import capture_logs

from gridwhistle.scheduler.drain import Drain
from gridwhistle.scheduler.job import Job
from gridwhistle.services import timers
from gridwhistle.services.desk import Desk
from gridwhistle.services.outbox import Letter, post
from gridwhistle.services.timers import DueTimer

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
    assert [entry["event"] for entry in quiet_logs] == ["timers.batch_failed", "timer.failed"]
    assert (quiet_logs[1]["job"], quiet_logs[1]["key"]) == ("write", "write:broken:")

    assert drain.run_due() == 0, "not again at once"
    bureau.clock.ahead_to(bureau.clock.now() + 2 * MINUTE)
    drain.run_due()
    assert len(quiet_logs) == 3, "but again later"


def test_a_timer_of_an_unknown_job_waits_for_a_release_that_knows_it(bureau: Bureau) -> None:
    put(bureau, job="of_tomorrow")
    assert Drain(bureau.office, [job(bureau)]).run_due() == 0
    assert "of_tomorrow" in bureau.timers("s")
    bureau.clock.ahead_to(bureau.clock.now() + 2 * MINUTE)

    assert Drain(bureau.office, [job(bureau, name="of_tomorrow")]).run_due() == 1


class Killed(BaseException):
    """The process ends."""


def test_a_killed_process_leaves_everything_to_the_next_at_once_and_nothing_twice(bureau: Bureau) -> None:
    for number in range(250):
        put(bureau, f"s{number:03d}")

    def dies_at(_desk: Desk, timer: DueTimer) -> None:
        if timer.subject_id == "s050":
            raise Killed

    with pytest.raises(Killed):
        Drain(bureau.office, [job(bureau, dies_at)]).run_due()
    assert written(bureau) == [], "the batch in which it died has not happened"

    second = Drain(bureau.office, [job(bureau)])
    assert second.run_due() == 250
    assert second.run_due() == 0
    assert written(bureau) == [f"s{number:03d}" for number in range(250)]


def test_two_processes_with_the_same_claim_have_one_effect(bureau: Bureau) -> None:
    put(bureau)
    drain = Drain(bureau.office, [job(bureau)])
    with bureau.desk() as desk:
        [timer] = timers.claim(desk)

    assert drain._run_alone(timer)
    assert not drain._run_alone(timer)
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


def test_one_failing_timer_harms_no_other_of_its_batch(bureau: Bureau, quiet_logs: list[dict[str, object]]) -> None:
    for number in range(20):
        put(bureau, f"s{number:02d}")

    def breaks(_desk: Desk, timer: DueTimer) -> None:
        if timer.subject_id == "s07":
            raise RuntimeError("the job is broken")

    drain = Drain(bureau.office, [job(bureau, breaks)])
    assert drain.run_due() == 19
    assert written(bureau) == [f"s{number:02d}" for number in range(20) if number != 7]
    assert [entry["event"] for entry in quiet_logs] == ["timers.batch_failed", "timer.failed"]

    put(bureau, "later")
    bureau.clock.ahead_to(bureau.clock.now() + 2 * MINUTE)
    assert drain.run_due() == 1
    assert [entry["event"] for entry in quiet_logs[2:]] == ["timer.failed"], "it is not put into a batch again"


def test_a_job_may_move_another_due_timer(bureau: Bureau) -> None:
    put(bureau, "one")
    put(bureau, "two")
    drain = Drain(bureau.office, [job(bureau, lambda desk, _: timers.put(desk, "write", "two", desk.now + MINUTE))])

    assert drain.run_due() == 1
    assert written(bureau) == ["one"]
    assert bureau.timers("two") == {"write": bureau.clock.now() + MINUTE}


def test_after_a_stop_only_the_last_of_a_subjects_reminders_comes(bureau: Bureau) -> None:
    held_back: list[str] = []
    reminder = job(bureau, name="reminder")
    reminder = replace(
        reminder,
        swallowed_by=frozenset({"reminder", "end"}),
        hold_back=lambda _desk, timer: held_back.append(timer.key),
    )
    with bureau.desk() as desk:
        for hours, part in ((3, "half"), (2, "most")):
            timers.put(desk, "reminder", "a", desk.now - timedelta(hours=hours), part=part)
            timers.put(desk, "reminder", "b", desk.now - timedelta(hours=hours), part=part)
        timers.put(desk, "end", "b", desk.now - timedelta(hours=1))
        timers.put(desk, "reminder", "c", desk.now - timedelta(hours=3))
    drain = Drain(bureau.office, [reminder, job(bureau, name="end")])

    assert drain.run_due() == 3
    assert written(bureau) == ["c", "a", "b"]
    assert held_back == ["reminder:a:half", "reminder:b:half", "reminder:b:most"]


def test_reminders_that_are_on_time_all_come(bureau: Bureau) -> None:
    reminder = replace(job(bureau, name="reminder"), swallowed_by=frozenset({"reminder"}))
    with bureau.desk() as desk:
        timers.put(desk, "reminder", "a", desk.now - timedelta(minutes=2), part="half")
        timers.put(desk, "reminder", "a", desk.now - timedelta(minutes=1), part="most")

    assert Drain(bureau.office, [reminder]).run_due() == 2


def test_replies_of_two_timers_in_one_transaction_have_keys_of_their_own(bureau: Bureau) -> None:
    put(bureau, "one")
    put(bureau, "two")

    def says(desk: Desk, _timer: DueTimer) -> None:
        post(desk, Letter(to=bureau.ids["zhangmin"], text="talks.ended"))

    assert Drain(bureau.office, [Job(name="write", run=says)]).run_due() == 2
    assert len(bureau.letters()) == 2


def test_batches_that_take_long_become_smaller(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        put(bureau, f"s{number:02d}")
    monkeypatch.setattr("gridwhistle.scheduler.drain.LONGEST_EFFECTS", 0.0)
    drain = Drain(bureau.office, [job(bureau)])

    assert drain.run_due() == 40
    assert drain._batch == timers.BATCH // 2
