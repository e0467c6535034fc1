"""Does a process without a scheduler leave timers to others, and send its letters all the same?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import engines
import pytest
from bureau import MONDAY

from gridwhistle.bot.app import Application, build
from gridwhistle.services import rehearsal, timers
from gridwhistle.services.clock import ShiftableClock
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.outbox import Letter, post
from gridwhistle.services.sending import AT_WILL, OutgoingLetter, SendReport, SendResult

PATIENCE = 30.0


class Doorbell:
    """A channel of our own process that tells when something was sent."""

    name = DEMO_CHANNEL
    pace = AT_WILL

    def __init__(self) -> None:
        self.rung = threading.Event()

    def send(self, letter: OutgoingLetter) -> SendReport:
        assert letter.channel == DEMO_CHANNEL
        self.rung.set()
        return SendReport(result=SendResult.SENT)


@pytest.fixture
def bell() -> Doorbell:
    return Doorbell()


@pytest.fixture
def app(tmp_path: Path, bell: Doorbell) -> Iterator[Application]:
    made = build(
        engines.world().settings.model_copy(update={"files_dir": tmp_path}),
        engines.world().fresh_store(),
        understanding=lambda _settings, _city: engines.world().trained,
        channels=lambda _bell: (bell,),
        clock=ShiftableClock(frozen_at=MONDAY),
        regular=(),
    )
    yield made
    made.office.store.close()


@pytest.mark.parametrize("with_timers", [True, False])
def test_timers_run_where_they_should_and_letters_go_out_everywhere(
    app: Application, bell: Doorbell, *, with_timers: bool
) -> None:
    with app.office.desk() as desk:
        person = rehearsal.players(desk.session, desk.region)[0].person_id
        timers.put(desk, "resume", "nothing", desk.now)
        post(desk, Letter(to=person, text="talks.ended", key="k"))
    with app.working(timers=with_timers):
        assert bell.rung.wait(PATIENCE)

    with app.office.desk() as desk:
        assert (timers.next_due(desk) is None) is with_timers
