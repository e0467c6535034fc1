"""How is a city broken on one engine, from its founding to the verdict?"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from random import Random

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from gridwhistle.bot.settings import Settings
from gridwhistle.dialogs.texts import Texts
from gridwhistle.services import inbox
from gridwhistle.services.clock import ShiftableClock
from gridwhistle.services.desk import Desk
from gridwhistle.services.files import Folder
from gridwhistle.services.office import Office
from gridwhistle.services.reference import Reference
from gridwhistle.services.schema import LetterRow, LetterState, TimerRow
from gridwhistle.services.store import Store

from . import city, standin
from .clock import CityClock
from .disk import Disk
from .engines import ENGINES, Engine
from .oracle import Findings, Witnessed, examine
from .people import People
from .process import BOT, SCHEDULER, Life, live
from .schedule import Event, Fault, fuses, schedule
from .standin import Mood

SLOTS = (BOT, BOT, SCHEDULER, SCHEDULER)
REST_WITHIN = 900.0
STUCK_AFTER = 60.0
"""Seconds in which nothing of what is left to be done gets less."""
MOODS = {Fault.ERROR: Mood.ERROR, Fault.SILENT: Mood.SILENT, Fault.LATE: Mood.LATE, Fault.BREAKS: Mood.BREAKS}
LATE_SECONDS = 2.5
LEASE_RUNS_OUT = timedelta(seconds=61)
CHAT_TAKES_THE_NEXT = timedelta(seconds=2)
"""A platform takes about one letter a second for one chat."""
STEPS_OF_A_LEASE = 20


@dataclass(kw_only=True)
class Result:
    """What was done to a city, and how it came through."""

    engine: str
    faults: Counter[str] = field(default_factory=Counter)
    not_injected: dict[str, str] = field(default_factory=dict)
    residents: int = 0
    lives: int = 0
    ended_by_themselves: int = 0
    findings: Findings = field(default_factory=Findings)
    evidence: Path | None = None


@dataclass(kw_only=True)
class _Slot:
    role: str
    number: int
    points: object
    process: ForkServerProcess | None = None
    life: Life | None = None
    frozen: bool = False


class Run:
    """One engine's run."""

    def __init__(self, engine: str, seed: int, seconds: float, per_second: float, gap: float) -> None:
        self._seed, self._seconds, self._gap = seed, seconds, gap
        self._folder = Path(tempfile.mkdtemp(prefix=f"gridwhistle-crash-{engine}-"))
        # PostgreSQL runs under a user of its own.
        self._folder.chmod(0o755)
        (self._folder / "scenes").mkdir()
        self._context: ForkServerContext = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.crash.ancestor"])
        self._disk = Disk.mount(self._folder / "disk")
        self._engine: Engine = ENGINES[engine](self._disk.folder)
        self._clock = CityClock(self._folder / "clock")
        places = city.found(self._engine.url)
        self._log = self._folder / "platform.log"
        self._port = standin.free_port()
        self._platform = self._start_platform()
        self._people = People(Random(f"{seed} people"), self._port, self._log, places, per_second)
        self._slots = [
            _Slot(role=role, number=number, points=fuses(seed, role, number)) for number, role in enumerate(SLOTS)
        ]
        self.result = Result(engine=engine, evidence=self._folder)
        if self._disk.problem:
            self.result.not_injected[Fault.DISK] = self._disk.problem
        if not self._engine.stops:
            self.result.not_injected[Fault.STORE] = "there is no server"

    def go(self) -> Result:
        """Break it, let it come to rest, and look."""
        faults = [fault for fault in Fault if fault not in self.result.not_injected]
        events = schedule(self._seed, self._seconds, faults, self._gap)
        began = time.monotonic()
        while (elapsed := time.monotonic() - began) < self._seconds:
            while events and events[0].at <= elapsed:
                self._happen(events.pop(0))
            self._keep_alive()
            self._people.step()
            time.sleep(0.01)
        for event in events:
            if not event.begins:
                self._happen(event)
        self.result.residents = self._people.residents
        self._come_to_rest()
        return self.result

    def close(self) -> None:
        """End all processes; the evidence goes only where nothing was found."""
        for slot in self._slots:
            self._kill(slot)
        self._platform.kill()
        self._platform.join()
        if self.result.findings.broken:
            self._engine.save(self._folder)
        self._engine.close()
        self._disk.unmount()
        if not self.result.findings.broken:
            shutil.rmtree(self._folder, ignore_errors=True)
            self.result.evidence = None

    # ---- faults

    def _happen(self, event: Event) -> None:
        if event.begins:
            self.result.faults[event.fault] += 1
        match event.fault:
            case Fault.KILL:
                self._kill(self._victim(event))
            case Fault.FREEZE:
                self._freeze(event)
            case Fault.GONE:
                self._platform.kill()
                self._platform.join()
                if not event.begins:
                    self._platform = self._start_platform()
            case Fault.STORE:
                (self._engine.stop if event.begins else self._start_store)()
            case Fault.DISK:
                (self._disk.fill if event.begins else self._free_disk)()
            case Fault.FORWARD | Fault.NIGHT | Fault.BACK:
                self._clock.jump(event.jump)
            case fault:
                self._be(MOODS[fault] if event.begins else Mood.WELL)

    def _start_store(self) -> None:
        # On a full disk no server comes up; it does when there is space again.
        if not self._disk.is_full:
            self._engine.start()

    def _free_disk(self) -> None:
        self._disk.free()
        # A server that could not even write its log has ended.
        self._engine.start()

    def _freeze(self, event: Event) -> None:
        if not event.begins:
            for slot in self._slots:
                if slot.frozen:
                    self._signal(slot, signal.SIGCONT)
                    slot.frozen = False
            return
        slot = self._victim(event)
        slot.frozen = True
        self._signal(slot, signal.SIGSTOP)
        self._clock.jump(event.jump)

    def _victim(self, event: Event) -> _Slot:
        return self._slots[int(event.victim * len(self._slots))]

    def _be(self, mood: Mood) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request(
                "POST",
                "/crash/be",
                json.dumps({"mood": mood, "seconds": LATE_SECONDS}),
                {"Content-Type": "application/json"},
            )
            connection.getresponse().read()
        except OSError:
            # It is gone; started again it is well.
            return
        finally:
            connection.close()

    # ---- processes

    def _start_platform(self) -> ForkServerProcess:
        process = self._context.Process(target=standin.run, args=(self._port, self._log), daemon=True)
        process.start()
        return process

    def _keep_alive(self, *, with_points: bool = True) -> None:
        for slot in self._slots:
            if slot.process is not None and slot.process.exitcode is None:
                continue
            if slot.process is not None:
                self._note_end(slot)
            self._begin(slot, with_points=with_points)

    def _begin(self, slot: _Slot, *, with_points: bool) -> None:
        self.result.lives += 1
        point, times = next(slot.points) if with_points else (None, 1)  # type: ignore[call-overload]
        slot.life = Life(
            role=slot.role,
            folder=self._folder,
            name=f"{slot.role}-{slot.number}-{self.result.lives}",
            database_url=self._engine.url,
            port=self._port,
            point=point,
            times=times,
        )
        slot.process = self._context.Process(target=live, args=(slot.life,), daemon=True)
        slot.process.start()

    def _note_end(self, slot: _Slot) -> None:
        assert slot.life is not None
        assert slot.process is not None
        if slot.life.scene.exists():
            self.result.faults[f"kill -9: {slot.life.scene.read_text(encoding='utf-8')}"] += 1
        elif slot.process.exitcode != -signal.SIGKILL:
            self.result.ended_by_themselves += 1

    def _kill(self, slot: _Slot) -> None:
        slot.frozen = False
        self._signal(slot, signal.SIGKILL)
        if slot.process is not None:
            slot.process.join()

    def _signal(self, slot: _Slot, what: signal.Signals) -> None:
        if slot.process is not None and slot.process.pid is not None and slot.process.exitcode is None:
            # It may have ended at this very moment.
            with suppress(ProcessLookupError):
                os.kill(slot.process.pid, what)

    # ---- rest

    def _come_to_rest(self) -> None:
        """Let new processes take over what the killed ones held, until nothing is left to be done, and examine that."""
        for slot in self._slots:
            self._kill(slot)
        if not self._platform.is_alive():
            self._platform = self._start_platform()
        settings = Settings()
        clock = ShiftableClock(self._clock)
        store = Store(self._engine.url)
        office = Office(
            store=store,
            reference=Reference(settings.region),
            wording=Texts.load(clock),
            region=settings.region,
            clock=clock,
            files=Folder(self._folder / "files"),
        )
        self._rest(office)
        for slot in self._slots:
            self._kill(slot)
        with office.desk() as desk:
            self.result.findings = examine(desk, Witnessed.read(self._log))
        store.close()

    def _rest(self, office: Office) -> None:
        """Go on while what is left to be done gets less; where letters only wait for the morning, it comes."""
        ends = time.monotonic() + REST_WITHIN
        least, since = None, time.monotonic()
        for step in count():
            left, held = self._left(office)
            if left == 0 and held is None:
                return
            if left == 0 and held is not None:
                self._clock.jump(held)
                least = None
            elif least is None or left < least:
                least, since = left, time.monotonic()
            elif time.monotonic() > min(since + STUCK_AFTER, ends):
                return
            pause = time.monotonic() + 0.3
            while time.monotonic() < pause:
                self._keep_alive(with_points=False)
                time.sleep(0.05)
            self._clock.jump(CHAT_TAKES_THE_NEXT if step % STEPS_OF_A_LEASE else LEASE_RUNS_OUT)

    def _left(self, office: Office) -> tuple[int, timedelta | None]:
        """How much waits to be done now, and how long until the next letter that waits for its time."""
        try:
            with office.desk() as desk:
                waiting, late, held = _left(desk)
        except SQLAlchemyError:
            return sys.maxsize, None
        seen = Witnessed.read(self._log)
        return waiting + late + len(seen.said) - seen.acknowledged, held


def _left(desk: Desk) -> tuple[int, int, timedelta | None]:
    """How many messages wait, how many timers and letters are late, and how long until the next held-back letter."""
    session = desk.session
    unsent = LetterRow.state.in_((LetterState.WAITING, LetterState.SENDING))
    late = session.scalar(select(func.count()).select_from(TimerRow).where(TimerRow.due_at <= desk.now)) or 0
    late += (
        session.scalar(select(func.count()).select_from(LetterRow).where(unsent, LetterRow.not_before <= desk.now)) or 0
    )
    held = session.scalar(select(func.min(LetterRow.not_before)).where(unsent))
    return inbox.count_waiting(desk), late, None if held is None else max(held - desk.now, timedelta())
