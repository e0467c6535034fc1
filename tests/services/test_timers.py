"""Is every timer set once, moved, taken back, and claimed by one at a time?"""

from __future__ import annotations

from datetime import timedelta

from bureau import MONDAY, Bureau

from gridwhistle.services import timers
from gridwhistle.services.timers import DueTimer

HOUR = timedelta(hours=1)


def put(bureau: Bureau, job: str = "resume", subject: str = "s", after: timedelta = HOUR, **more: object) -> None:
    with bureau.desk() as desk:
        timers.put(desk, job, subject, desk.now + after, **more)  # type: ignore[arg-type]


def claim(bureau: Bureau, batch: int = 100) -> list[DueTimer]:
    with bureau.desk() as desk:
        return timers.claim(desk, batch)


def take(bureau: Bureau, timer: DueTimer) -> bool:
    with bureau.desk() as desk:
        return timers.take(desk, timer)


def test_a_timer_is_due_at_its_time_and_not_before(bureau: Bureau) -> None:
    put(bureau, after=HOUR, share=50)

    bureau.clock.ahead_to(MONDAY + HOUR - timedelta(microseconds=1))
    assert claim(bureau) == []
    bureau.clock.ahead_to(MONDAY + HOUR)
    [due] = claim(bureau)
    assert (due.job, due.subject_id, due.payload, due.due_at) == ("resume", "s", {"share": 50}, MONDAY + HOUR)
    assert take(bureau, due)
    assert not take(bureau, due)
    assert bureau.timers("s") == {}


def test_setting_a_timer_again_moves_it(bureau: Bureau) -> None:
    put(bureau, after=HOUR, share=50)
    put(bureau, after=3 * HOUR, share=80)

    with bureau.desk() as desk:
        [row] = timers.pending(desk, "s")
        assert (row.due_at, row.payload) == (MONDAY + 3 * HOUR, {"share": 80})


def test_parts_of_a_job_are_timers_of_their_own(bureau: Bureau) -> None:
    put(bureau, part="50%")
    put(bureau, part="80%", after=2 * HOUR)
    put(bureau, subject="other")

    with bureau.desk() as desk:
        assert [row.key for row in timers.pending(desk, "s")] == ["resume:s:50%", "resume:s:80%"]
        assert timers.next_due(desk) == MONDAY + HOUR


def test_a_timer_that_was_moved_after_its_claim_has_no_effect_now(bureau: Bureau) -> None:
    put(bureau, after=timedelta())
    [due] = claim(bureau)
    put(bureau, after=HOUR)

    assert not take(bureau, due)
    assert bureau.timers("s") == {"resume": MONDAY + HOUR}
    bureau.clock.ahead_to(MONDAY + HOUR)
    assert len(claim(bureau)) == 1


def test_timers_are_taken_back_by_job_or_all_together(bureau: Bureau) -> None:
    for job in ("resume", "recheck", "follow_up"):
        put(bureau, job)
        put(bureau, job, "other")

    with bureau.desk() as desk:
        timers.cancel(desk, "s", "resume", "recheck", "never_set")
    assert set(bureau.timers("s")) == {"follow_up"}
    with bureau.desk() as desk:
        timers.cancel(desk, "s")
    assert bureau.timers("s") == {}
    assert set(bureau.timers("other")) == {"resume", "recheck", "follow_up"}


def test_a_timer_set_and_taken_back_in_one_transaction_is_not_there(bureau: Bureau) -> None:
    with bureau.desk() as desk:
        timers.put(desk, "resume", "s", desk.now)
        timers.cancel(desk, "s")
        timers.put(desk, "recheck", "s", desk.now)
    assert set(bureau.timers("s")) == {"recheck"}


def test_a_timer_taken_back_after_its_claim_has_no_effect(bureau: Bureau) -> None:
    put(bureau, after=timedelta())
    [due] = claim(bureau)
    with bureau.desk() as desk:
        timers.cancel(desk, "s")

    assert not take(bureau, due)


def test_the_oldest_come_first_and_a_batch_has_an_end(bureau: Bureau) -> None:
    for number in range(5):
        put(bureau, subject=f"s{number}", after=timedelta(minutes=-number))

    first = claim(bureau, 3)
    assert [due.subject_id for due in first] == ["s4", "s3", "s2"]
    with bureau.desk() as desk:
        timers.remove(desk, first)
        assert [due.subject_id for due in timers.claim(desk, 3)] == ["s1", "s0"]


def test_a_claim_may_look_no_further_back(bureau: Bureau) -> None:
    for number in range(5):
        put(bureau, subject=f"s{number}", after=timedelta(minutes=-number))

    with bureau.desk() as desk:
        found = timers.claim(desk, since=MONDAY - timedelta(minutes=2))
    assert [due.subject_id for due in found] == ["s2", "s1", "s0"]


def test_a_claimed_timer_that_the_same_transaction_changes_is_not_wanted_any_more(bureau: Bureau) -> None:
    for subject in ("kept", "moved", "cancelled", "all_cancelled"):
        put(bureau, subject=subject, after=timedelta())
    with bureau.desk() as desk:
        claimed = timers.claim(desk)
        timers.remove(desk, claimed)
        timers.put(desk, "resume", "moved", desk.now + HOUR)
        timers.cancel(desk, "cancelled", "resume", "recheck")
        timers.cancel(desk, "all_cancelled")
        timers.cancel(desk, "kept", "recheck")
        assert [due.subject_id for due in claimed if timers.still_wanted(desk, due)] == ["kept"]
    assert bureau.timers("moved") == {"resume": MONDAY + HOUR}
    assert bureau.timers("kept") == bureau.timers("cancelled") == {}


def test_a_timer_that_failed_waits_longer_each_time(bureau: Bureau) -> None:
    put(bureau, after=timedelta())
    waits = []
    for _ in range(10):
        [due] = claim(bureau)
        failed_at = bureau.clock.now()
        with bureau.desk() as desk:
            timers.postpone(desk, due)
            upcoming = timers.next_due(desk)
        assert upcoming is not None
        waits.append((upcoming - failed_at).total_seconds())
        bureau.clock.ahead_to(upcoming - timedelta(microseconds=1))
        assert claim(bureau) == []
        bureau.clock.ahead_to(upcoming)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (60, 3600)


def test_postponing_a_timer_that_is_gone_does_nothing(bureau: Bureau) -> None:
    put(bureau, after=timedelta())
    [due] = claim(bureau)
    assert take(bureau, due)
    with bureau.desk() as desk:
        timers.postpone(desk, due)
        assert timers.next_due(desk) is None
