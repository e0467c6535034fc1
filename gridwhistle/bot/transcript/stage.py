"""In which world is a transcript played? A fresh store of the demo city, a frozen clock, the real core and scheduler."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from PIL import Image

from gridwhistle.bot.settings import Settings
from gridwhistle.bot.transcript.cast import Cast
from gridwhistle.bot.transcript.inputs import (
    Again,
    Input,
    Pictures,
    Position,
    PressForged,
    PressLabel,
    PressOfAnother,
    Unreadable,
    Words,
)
from gridwhistle.bot.transcript.moves import Move
from gridwhistle.bot.transcript.wording import Heard
from gridwhistle.bot.understanding import embedded, gazetteer
from gridwhistle.dialogs.conversation import Conversation
from gridwhistle.dialogs.flow import Flows
from gridwhistle.dialogs.flows import FLOWS
from gridwhistle.dialogs.message import Content, Inbound, Photo, Pin, Press, Text, Unsupported
from gridwhistle.dialogs.nlu.places import Gazetteer
from gridwhistle.dialogs.nlu.understood import Understanding
from gridwhistle.dialogs.state import State
from gridwhistle.dialogs.texts import Texts
from gridwhistle.scheduler.advance import advance, next_event
from gridwhistle.scheduler.delivery import Delivery
from gridwhistle.scheduler.drain import Drain
from gridwhistle.scheduler.job import Job
from gridwhistle.scheduler.jobs import JOBS
from gridwhistle.services import attachments, memory, rehearsal
from gridwhistle.services.clock import CITY_ZONE, ShiftableClock
from gridwhistle.services.demo_city import DEMO_CHANNEL, settle_demo
from gridwhistle.services.desk import Address, Desk
from gridwhistle.services.office import Office
from gridwhistle.services.outbox import OutgoingLetter, SendResult
from gridwhistle.services.reference import City, Reference
from gridwhistle.services.region import found_region
from gridwhistle.services.store import Store, new_id
from gridwhistle.services.timers import DueTimer

CURTAIN = datetime(2026, 11, 23, 9, 0, tzinfo=CITY_ZONE)
"""When a transcript begins that says nothing else: a Monday morning."""
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
FUJIN = (47.25, 132.03)


class Mishap(Exception):  # noqa: N818 (a message for the file's author)
    """Something that a line asks for cannot be done, or the core broke while doing it."""


class World:
    """What all cases of a run share and none changes: the imported city, the texts' folder, the trained engine."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def template(self) -> Store:
        """The demo city, imported once."""
        store = Store("sqlite://")
        found_region(store, self.settings.region, self.settings.region_name)
        settle_demo(store, self.settings.region, self.settings.demo_dir, now=LONG_AGO)
        return store

    @cached_property
    def city(self) -> City:
        """Its reference data."""
        with self.template.begin() as session:
            return Reference(self.settings.region).current(session)

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """Its places' names."""
        return gazetteer(self.city)

    @cached_property
    def trained(self) -> Understanding:
        """The trained engine; some seconds where its cache is stale."""
        return embedded(self.settings, self.city)


class Recorder:
    """A channel that keeps what it sends."""

    name = DEMO_CHANNEL

    def __init__(self) -> None:
        self.sent: list[OutgoingLetter] = []

    def send(self, letter: OutgoingLetter) -> SendResult:
        """Keep the letter."""
        self.sent.append(letter)
        return SendResult.SENT


class Stage:
    """One play's world."""

    def __init__(self, world: World, understanding: Understanding, begins: datetime | None, files: Path) -> None:
        """Set the stage; ``files`` is a folder for photos. Raises ``Mishap`` for a time before the city was imported."""
        if (begins or CURTAIN) < LONG_AGO:
            raise Mishap(f"a transcript begins after {LONG_AGO:%Y-%m-%d}")
        self._store = rehearsal.copy_of(world.template)
        self._clock = ShiftableClock(frozen_at=(begins or CURTAIN).astimezone(UTC))
        self._recorder = Recorder()
        self._seen = 0
        self._updates: dict[str, Inbound] = {}
        self._count = 0
        self._acting: str | None = None
        self._broken: list[str] = []
        self.office = Office(
            store=self._store,
            reference=Reference(world.settings.region),
            wording=Texts.load(self._clock),
            region=world.settings.region,
            clock=self._clock,
            files=files,
        )
        self._conversation = Conversation(
            store=self._store,
            reference=self.office.reference,
            understanding=understanding,
            flows=FLOWS,
            wording=self.office.wording,
            region=self.office.region,
            clock=self._clock,
            files=files,
        )
        self._flows = Flows(FLOWS)
        self._drain = Drain(self.office, [self._watched(job) for job in JOBS])
        self._delivery = Delivery(self.office, [self._recorder])
        with self.office.desk() as desk:
            self.cast = Cast(rehearsal.players(desk))

    def close(self) -> None:
        """Give the store back."""
        self._store.close()

    def act(self, address: str, what: Input) -> None:
        """Let a person do something. Raises ``Mishap`` where that is not possible or the core breaks."""
        self._acting = address
        inbound = self._updates.get(address) if isinstance(what, Again) else self._inbound(address, what)
        if inbound is None:
            raise Mishap("there is no update that could come again")
        self._updates[address] = inbound
        self._conversation.handle(inbound)
        self._settle()

    def pass_time(self, move: Move) -> None:
        """Move the clock through all timers and held-back letters. Raises ``Mishap`` where a job breaks."""
        self._acting = None
        try:
            until = move.target(self._clock.now(), next_event(self.office))
        except ValueError as problem:
            raise Mishap(str(problem)) from None
        advance(self.office, self._clock, self._drain, self._delivery, until)
        self._settle()

    def heard(self) -> list[Heard]:
        """The letters that have gone out since the last call."""
        fresh = self._recorder.sent[self._seen :]
        self._seen = len(self._recorder.sent)
        return [
            Heard(
                address=letter.address,
                label=self.cast.label_of(letter.address),
                text=letter.text,
                buttons=letter.labels,
                photos=len(letter.attachments),
                reply=letter.reply and letter.address == self._acting,
            )
            for letter in fresh
        ]

    def timers(self) -> list[str]:
        """What the clock still waits for."""
        with self.office.desk() as desk:
            return [timer.key for timer in rehearsal.timers_left(desk)]

    def broken_chains(self) -> list[str]:
        """Tickets whose history has been changed."""
        with self.office.desk() as desk:
            return rehearsal.broken_chains(desk)

    def _settle(self) -> None:
        """Send what may go out, run what is due now, and look whether the core is still sound."""
        while self._drain.run_due() + self._delivery.run():
            pass
        if self._broken:
            raise Mishap("; ".join(self._broken))
        with self.office.desk() as desk:
            for address, row in rehearsal.states(desk):
                again = State.load(json.loads(json.dumps(row)), self._flows).dump()
                if again != row:
                    raise Mishap(f"the state of {address} does not survive JSON: {row} became {again}")

    def _watched(self, job: Job) -> Job:
        """The same job; that it failed is not only logged, as it should be in a running city, but fails the case."""

        def run(desk: Desk, timer: DueTimer) -> None:
            try:
                job.run(desk, timer)
            except Exception as error:
                self._broken.append(f"the job {job.name} failed: {error!r}")
                raise

        return Job(name=job.name, run=run)

    def _inbound(self, address: str, what: Input) -> Inbound:
        self._count += 1
        return Inbound(
            channel=DEMO_CHANNEL,
            address=address,
            external_id=f"line-{self._count}",
            received_at=self._clock.now(),
            content=self._content(address, what),
        )

    def _content(self, address: str, what: Input) -> Content:
        match what:
            case Words(text=text, quoting=quoting):
                return Text(text=text, reply_to=self._quoted(address, quoting) if quoting else None)
            case PressLabel(label=label, oldest=oldest):
                return self._press(address, label, oldest=oldest)
            case PressOfAnother(owner=owner, label=label):
                return self._press(self.cast.address_of(owner), label, oldest=False)
            case PressForged():
                return Press(letter=new_id(), index=0)
            case Pictures(count=count, caption=caption):
                return Photo(attachments=self._photos(address, count), caption=caption)
            case Unreadable(kind=kind):
                return Unsupported(kind=kind)
            case Position(place=place):
                return self._pin(place)
            case Again():
                raise TypeError("a repeated update has its content already")

    def _press(self, address: str, label: str, *, oldest: bool) -> Press:
        letters = [letter for letter in self._recorder.sent if letter.address == address]
        if not oldest:
            shown = {letter.card or letter.id: letter for letter in letters}
            letters = sorted(shown.values(), key=letters.index, reverse=True)
        for letter in letters:
            if label in letter.labels:
                return Press(letter=letter.id, index=letter.labels.index(label))
        offered = [one for letter in letters[:3] for one in letter.labels]
        raise Mishap(f"no letter offers the button [{label}]; the latest offer: {'、'.join(offered) or 'none'}")

    def _quoted(self, address: str, quoting: str) -> str:
        for letter in reversed(self._recorder.sent):
            if letter.address == address and quoting in letter.text:
                return letter.id
        raise Mishap(f"no letter in this chat says “{quoting}”")

    def _photos(self, address: str, count: int) -> tuple[str, ...]:
        where = Address(channel=DEMO_CHANNEL, address=address)
        with self.office.desk() as desk:
            desk.actor, _ = memory.recall(desk.session, desk.region, where, desk.now)
            return tuple(self._photo(desk, number) for number in range(count))

    def _photo(self, desk: Desk, number: int) -> str:
        raw = io.BytesIO()
        Image.new("RGB", (32, 24), (self._count % 256, number, 90)).save(raw, "PNG")
        photo = attachments.clean_photo(raw.getvalue())
        attachments.keep_file(self.office.files, photo)
        return attachments.enter(desk, photo)

    def _pin(self, name: str) -> Pin:
        with self.office.desk() as desk:
            known = sorted(place.name for place in desk.city.places.values())
        with suppress(ValueError):
            # The demo city has no coordinates: each place gets a point of its own near Fujin.
            return Pin(latitude=FUJIN[0] + known.index(name) / 10_000, longitude=FUJIN[1])
        raise Mishap(f"“{name}” is no place of the demo city")
