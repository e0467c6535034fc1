"""How do the parts fit together? The one place where they are wired.

settings → store → understanding → conversation → channels → scheduler; the pages are put on top by ``bot.web.site``.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol

from gridwhistle.bot.channels.web_chat import WebChat
from gridwhistle.bot.files import files_of
from gridwhistle.bot.intake import Intake, arrival_of
from gridwhistle.bot.metrics import Metrics, Watched
from gridwhistle.bot.remote_files import HoldsFiles
from gridwhistle.bot.settings import Settings
from gridwhistle.bot.understanding import configured
from gridwhistle.bot.web.bell import Bell
from gridwhistle.dialogs.conversation import Conversation, Read
from gridwhistle.dialogs.flows import FLOWS
from gridwhistle.dialogs.limits import Limits
from gridwhistle.dialogs.message import Inbound
from gridwhistle.dialogs.nlu.understood import REPORT, Understanding
from gridwhistle.dialogs.texts import Texts
from gridwhistle.scheduler.advance import advance, next_event
from gridwhistle.scheduler.channel import Channel
from gridwhistle.scheduler.clock import Ticker
from gridwhistle.scheduler.cron import Cron, CronJob
from gridwhistle.scheduler.delivery import Delivery
from gridwhistle.scheduler.drain import Drain
from gridwhistle.scheduler.jobs import JOBS
from gridwhistle.scheduler.regular import CRONS
from gridwhistle.scheduler.senders import Senders
from gridwhistle.services import flood, inbox, shift
from gridwhistle.services.calendar import is_working_day
from gridwhistle.services.clock import CITY_ZONE, Clock, ShiftableClock, SystemClock, in_city
from gridwhistle.services.desk import Address
from gridwhistle.services.office import Office
from gridwhistle.services.reference import City, Reference
from gridwhistle.services.store import Store

DAY = (time(8, 30), time(17, 0))


REFERENCE_TRUSTED_SECONDS = 1.0
"""An import by another process shows within a second, and no turn asks for it."""


class Talker(Protocol):
    """What the application needs of a conversation."""

    def handle(self, inbound: Inbound) -> object:
        """Take a message in and put letters into the outbox; never raises for what a person sends."""
        ...

    def read(self, inbound: Inbound) -> Read:
        """The first half of it, outside any transaction."""
        ...

    def act(self, read: Read) -> object:
        """The second half."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """A running GridWhistle without its web pages."""

    settings: Settings
    office: Office
    texts: Texts
    understanding: Understanding
    conversation: Talker
    take: Callable[[Inbound], None]
    """Handles a message and sends what it caused. On a worker thread, never on the event loop."""
    intake: Intake
    drain: Drain
    cron: Cron
    delivery: Delivery
    """Sends to chats of this process, at once on the thread that wants it."""
    senders: Senders
    """Sends to platforms, beside the turns."""
    bell: Bell
    metrics: Metrics
    demo_clock: ShiftableClock | None
    """The clock that can be moved; only in demo mode."""

    def accept(self, inbound: Inbound) -> None:
        """Handle a message at once, as ``take``; one of a flood, or behind others that wait, when its turn comes."""
        with self.office.desk() as desk:
            where = Address(channel=inbound.channel, address=inbound.address)
            waits = flood.must_wait(desk, where)
            if waits:
                inbox.receive(desk, [arrival_of(inbound)])
        if not waits:
            self.take(inbound)
            return
        self.send()
        self.bell.ring(inbound.address)
        self.intake.wake()

    def send(self) -> None:
        """Send what is due."""
        self.delivery.run()
        self.senders.wake()

    def concerns(self, words: str) -> bool:
        """Whether words that were not said to us, as in a group, are a matter for the city."""
        limits = Limits()
        understood = self.understanding.understand(words[: limits.longest_text])
        return understood.emergency is not None or (
            understood.intent == REPORT and understood.confidence >= limits.bands.sure
        )

    def tick(self) -> None:
        """Run what is due and send what is due."""
        self.cron.run_due()
        self.drain.run_due()
        self.send()

    @contextmanager
    def working(self, *, timers: bool = True) -> Iterator[None]:
        """Take in what waits and send what is due, with ``timers`` run what is due too; ended in good order."""
        ticker = Ticker(self.tick if timers else self.send)
        self.senders.start()
        self.intake.start()
        ticker.start()
        try:
            yield
        finally:
            self.intake.stop()
            ticker.stop()
            self.senders.stop()

    def next_event(self) -> datetime | None:
        """When something will happen by itself."""
        return next_event(self.office, self.cron)

    def move_clock(self, until: datetime) -> int:
        """Let the demo's time go on; gives how many timers ran. Raises ``LookupError`` outside of the demo."""
        if self.demo_clock is None:
            raise LookupError("only the demo's clock can be moved")
        return advance(self.office, self.demo_clock, self.drain, self.delivery, until, self.cron)

    def open_by_day(self) -> None:
        """Let a demo that is opened at night or on a day off begin with the next working morning.

        Letters keep the quiet hours: a newcomer's first report would otherwise lie unseen until seven o'clock.
        """
        if self.demo_clock is None:
            return
        now = in_city(self.office.clock.now())
        if is_working_day(now.date()) and DAY[0] <= now.time() < DAY[1]:
            return
        morning = datetime.combine(now.date(), DAY[0], CITY_ZONE)
        while morning < now or not is_working_day(morning.date()):
            morning += timedelta(days=1)
        self.move_clock(morning)


def settle_memory() -> None:
    """What has been loaded stays for good: keep the garbage collector from walking over it again and again."""
    gc.collect()
    gc.freeze()


def web_channels(bell: Bell) -> tuple[Channel, ...]:
    """All channels of the server (CHANNELS); a new one is a line here."""
    return (WebChat(bell.ring),)


def open_office(settings: Settings, store: Store, clock: Clock, known: City | None = None) -> tuple[Office, Texts]:
    """What lies behind every desk of this region, and its texts; ``known`` is the city of a store that was copied."""
    texts = Texts.load(clock)
    office = Office(
        store=store,
        reference=Reference(settings.region, trusted_seconds=REFERENCE_TRUSTED_SECONDS, known=known),
        wording=texts,
        region=settings.region,
        clock=clock,
        files=files_of(settings),
    )
    return office, texts


def build(
    settings: Settings,
    store: Store,
    *,
    understanding: Callable[[Settings, City], Understanding] = configured,
    channels: Callable[[Bell], Sequence[Channel]] = web_channels,
    clock: ShiftableClock | None = None,
    regular: Sequence[CronJob] = CRONS,
    known: City | None = None,
) -> Application:
    """Wire an application over a store that holds its region.

    ``clock``, ``channels``, ``regular`` and ``known`` (the city of a store that was copied) are for the terminal and
    for tests; a store that the demo has moved ahead stays ahead.
    """
    demo_clock = clock or (ShiftableClock() if settings.demo else None)
    office, texts = open_office(settings, store, demo_clock or SystemClock(), known)
    with office.desk() as desk:
        city = desk.city
        if demo_clock is not None and clock is None:
            demo_clock.restore(shift.load(desk))
    bell = Bell()
    metrics = Metrics(office)
    engine = understanding(settings, city)
    served = channels(bell)
    limits = Limits()
    conversation = Conversation(office, Watched(engine, metrics, limits.bands), FLOWS, limits)
    # Our own process' chats are written to at once, platforms beside the turns.
    delivery = Delivery(office, [channel for channel in served if channel.pace.repeats_vanish], metrics.sent)
    platforms = [channel for channel in served if not channel.pace.repeats_vanish]
    senders = Senders(Delivery(office, platforms, metrics.sent))

    def act(several: Sequence[Read]) -> None:
        # One alone would only have the cost of a savepoint.
        with office.store.together() if len(several) > 1 else nullcontext():
            for one in several:
                with metrics.turn(one.inbound.channel, one.began):
                    conversation.act(one)
        delivery.run()
        senders.wake()
        for one in several:
            bell.ring(one.inbound.address)

    def take(inbound: Inbound) -> None:
        act([conversation.read(inbound)])

    return Application(
        settings=settings,
        office=office,
        texts=texts,
        understanding=engine,
        conversation=conversation,
        take=take,
        intake=Intake(
            office,
            conversation.read,
            act,
            {channel.name: channel.download for channel in served if isinstance(channel, HoldsFiles)},
            tuple(channel.name for channel in served),
        ),
        drain=Drain(office, JOBS, metrics.timer),
        cron=Cron(office, regular),
        delivery=delivery,
        senders=senders,
        bell=bell,
        metrics=metrics,
        demo_clock=demo_clock,
    )
