"""Does time that is moved ahead stop at everything on the way, and always get through?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from bureau import MONDAY, Bureau
from structlog.testing import capture_logs

from gridwhistle.scheduler.advance import advance, next_event
from gridwhistle.scheduler.drain import Drain
from gridwhistle.scheduler.job import Job
from gridwhistle.services import lanes, outbox, shift, timers
from gridwhistle.services.clock import CITY_ZONE
from gridwhistle.services.desk import Desk
from gridwhistle.services.outbox import Letter
from gridwhistle.services.schema import Account, LetterState
from gridwhistle.services.sending import AT_WILL, SendResult
from gridwhistle.services.timers import DueTimer

HOUR = timedelta(hours=1)


def put(bureau: Bureau, subject: str, after: timedelta) -> None:
    with bureau.desk() as desk:
        timers.put(desk, "probe", subject, MONDAY + after)


def to(bureau: Bureau, until: datetime, run: object = lambda _desk, _timer: None) -> int:
    drain = Drain(bureau.office, [Job(name="probe", run=run)])  # type: ignore[arg-type]
    return advance(bureau.office, bureau.clock, drain, bureau.delivery, until)


def test_every_timer_runs_at_its_own_time(bureau: Bureau) -> None:
    for hours in (5, 1, 30, 3):
        put(bureau, f"{hours}", hours * HOUR)
    seen: list[tuple[str, datetime]] = []

    assert to(bureau, MONDAY + 24 * HOUR, lambda desk, timer: seen.append((timer.subject_id, desk.now))) == 3
    assert seen == [(str(hours), MONDAY + hours * HOUR) for hours in (1, 3, 5)]
    assert bureau.clock.now() == MONDAY + 24 * HOUR
    assert next_event(bureau.office) == MONDAY + 30 * HOUR


def test_what_a_timer_sets_on_the_way_runs_on_the_way(bureau: Bureau) -> None:
    put(bureau, "first", HOUR)
    seen: list[datetime] = []

    def again(desk: Desk, timer: DueTimer) -> None:
        seen.append(desk.now)
        timers.put(desk, "probe", timer.subject_id, desk.now + HOUR)

    assert to(bureau, MONDAY + 4 * HOUR + HOUR / 2, again) == 4
    assert seen == [MONDAY + hours * HOUR for hours in (1, 2, 3, 4)]


def test_letters_held_back_at_night_go_out_in_the_morning(bureau: Bureau) -> None:
    def write(desk: Desk, _timer: DueTimer) -> None:
        outbox.post(desk, Letter(to=bureau.ids["zhangmin"], text="talks.ended", key="k"))

    put(bureau, "night", timedelta(hours=14))
    to(bureau, MONDAY + 18 * HOUR, write)
    assert bureau.letters()[0].state is LetterState.WAITING
    to(bureau, MONDAY + 24 * HOUR)
    assert bureau.letters()[0].sent_at == datetime(2026, 11, 24, 7, 0, tzinfo=CITY_ZONE)


def test_the_clock_never_goes_back_and_survives_a_restart(bureau: Bureau) -> None:
    to(bureau, MONDAY + 5 * HOUR)
    to(bureau, MONDAY + 2 * HOUR)

    assert bureau.clock.now() == MONDAY + 5 * HOUR
    with bureau.desk() as desk:
        assert shift.load(desk) == 5 * HOUR


def test_a_timer_that_fails_is_tried_on_the_way_and_stops_nobody(bureau: Bureau) -> None:
    put(bureau, "broken", HOUR)
    put(bureau, "sound", 2 * HOUR)
    ran: list[str] = []

    def run(_desk: Desk, timer: DueTimer) -> None:
        if timer.subject_id == "broken":
            raise RuntimeError
        ran.append(timer.subject_id)

    with capture_logs() as logs:
        assert to(bureau, MONDAY + 12 * HOUR, run) == 1
    assert ran == ["sound"]
    assert 5 < len(logs) < 30
    assert bureau.clock.now() == MONDAY + 12 * HOUR


@pytest.mark.parametrize("result", [SendResult.RETRY, SendResult.UNKNOWN])
def test_a_letter_that_fails_is_tried_on_the_way_and_stops_nobody(bureau: Bureau, result: SendResult) -> None:
    with bureau.desk() as desk:
        outbox.post(desk, Letter(to=bureau.ids["zhangmin"], text="talks.ended", key="k"))
    bureau.hole.answers = [result] * 6
    to(bureau, MONDAY + HOUR)

    [row] = bureau.letters()
    assert (row.state, row.attempts) == (LetterState.SENT, 7)


def test_a_letter_whose_sender_died_goes_out_on_the_way(bureau: Bureau) -> None:
    with bureau.desk() as desk:
        outbox.post(desk, Letter(to=bureau.ids["zhangmin"], text="talks.ended", key="k"))
    with bureau.desk() as desk:
        assert lanes.claim(desk, "web", AT_WILL, free=1)
    to(bureau, MONDAY + HOUR)

    assert bureau.letters()[0].state is LetterState.SENT


def test_letters_of_a_channel_that_is_not_served_do_not_stop_the_time(bureau: Bureau) -> None:
    with bureau.desk() as desk:
        desk.session.add(
            Account(region=desk.region, channel="telegram", address="1", person_id=bureau.ids["zhangmin"],
                    blocked=False, last_heard_at=MONDAY + HOUR)
        )  # fmt: skip
    with bureau.desk() as desk:
        outbox.post(desk, Letter(to=bureau.ids["zhangmin"], text="talks.ended", key="k"))
    put(bureau, "sound", HOUR)

    assert to(bureau, MONDAY + 2 * HOUR) == 1
    assert bureau.clock.now() == MONDAY + 2 * HOUR


def test_a_job_that_sets_itself_anew_at_once_is_found(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridwhistle.scheduler.advance.MOST_STEPS", 50)
    put(bureau, "s", HOUR)

    def creep(desk: Desk, timer: DueTimer) -> None:
        timers.put(desk, "probe", timer.subject_id, desk.now + timedelta(microseconds=1))

    with pytest.raises(RuntimeError, match="time does not go on"):
        to(bureau, MONDAY + 2 * HOUR, creep)
