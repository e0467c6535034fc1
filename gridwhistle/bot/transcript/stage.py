"""In which world is a transcript played?

A fresh store of the demo city and a frozen clock under the real core and scheduler.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, Protocol

import structlog

from gridwhistle.bot.app import build
from gridwhistle.bot.transcript.cast import Cast
from gridwhistle.bot.transcript.hands import Hands, Mishap
from gridwhistle.bot.transcript.inputs import Act, Again, Input
from gridwhistle.bot.transcript.moves import Move
from gridwhistle.bot.transcript.wording import Heard
from gridwhistle.bot.transcript.world import LONG_AGO, World
from gridwhistle.dialogs.flow import Flows
from gridwhistle.dialogs.flows import FLOWS
from gridwhistle.dialogs.message import Inbound
from gridwhistle.dialogs.nlu.understood import Understanding
from gridwhistle.dialogs.state import State
from gridwhistle.scheduler.channel import Channel
from gridwhistle.scheduler.cron import CronJob
from gridwhistle.services import rehearsal
from gridwhistle.services.clock import CITY_ZONE, ShiftableClock
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.office import Office
from gridwhistle.services.sending import AT_WILL, OutgoingLetter, SendReport, SendResult

CURTAIN = datetime(2026, 11, 23, 9, 0, tzinfo=CITY_ZONE)
"""When a transcript begins that says nothing else: a Monday morning."""


class Wire(Channel, Protocol):
    """How messages and letters travel in a play; ``sent`` are the letters as the chats show them."""

    sent: list[OutgoingLetter]

    def open(self, office: Office) -> None:
        """Whose letters it will send."""
        ...

    def bring(self, inbound: Inbound) -> Inbound:
        """A message as it arrives."""
        ...


class Recorder:
    """The short wire: everything arrives as it is."""

    name = DEMO_CHANNEL
    pace = AT_WILL

    def __init__(self) -> None:
        self.sent: list[OutgoingLetter] = []

    def open(self, office: Office) -> None:
        """Nothing has to be known of the office."""

    def bring(self, inbound: Inbound) -> Inbound:
        """The message as it was said."""
        return inbound

    def send(self, letter: OutgoingLetter) -> SendReport:
        """Keep the letter."""
        self.sent.append(letter)
        return SendReport(result=SendResult.SENT)


class Stage:
    """One play's world."""

    def __init__(
        self,
        world: World,
        understanding: Understanding,
        begins: datetime | None,
        files: Path,
        wire: Wire | None = None,
        regular: Sequence[CronJob] = (),
    ) -> None:
        """Set the stage, with a folder for photos. Raises ``Mishap`` for a time before the city was imported."""
        if (begins or CURTAIN) < LONG_AGO:
            raise Mishap(f"a transcript begins after {LONG_AGO:%Y-%m-%d}")
        self._clock = ShiftableClock(frozen_at=(begins or CURTAIN).astimezone(UTC))
        self._wire: Wire = wire or Recorder()
        self._app = build(
            world.settings.model_copy(update={"files_dir": files}),
            world.fresh_store(),
            understanding=lambda _settings, _city: understanding,
            channels=lambda _bell: (self._wire,),
            clock=self._clock,
            regular=regular,
            known=world.city,
        )
        self.office = self._app.office
        self._wire.open(self.office)
        self.cast = Cast(world.players)
        self._hands = Hands(self.office, self.cast, self._wire.sent)
        self._flows = Flows(FLOWS)
        self._updates: dict[str, Inbound] = {}
        self._acting: str | None = None
        self._count = 0
        self._seen = 0

    def close(self) -> None:
        """Give the store back."""
        self.office.store.close()

    def act(self, address: str, what: Input) -> None:
        """Let a person do something. Raises ``Mishap`` where that is not possible or the core breaks."""
        self._acting = address
        if isinstance(what, Again):
            inbound = self._updates.get(address)
        else:
            inbound = self._wire.bring(self._inbound(address, what))
        if inbound is None:
            raise Mishap("there is no update that could come again")
        self._updates[address] = inbound
        with _breakdowns_told():
            self._app.take(inbound)
            self._app.tick()
        self._look_at_states()

    def pass_time(self, move: Move) -> None:
        """Move the clock through all timers and held-back letters. Raises ``Mishap`` where a job breaks."""
        self._acting = None
        try:
            until = move.target(self._clock.now(), self._app.next_event())
        except ValueError as problem:
            raise Mishap(str(problem)) from None
        with _breakdowns_told():
            self._app.move_clock(until)
            self._app.tick()
        self._look_at_states()

    def heard(self) -> list[Heard]:
        """The letters that have gone out since the last call."""
        fresh = self._wire.sent[self._seen :]
        self._seen = len(self._wire.sent)
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

    def _inbound(self, address: str, what: Act) -> Inbound:
        self._count += 1
        return Inbound(
            channel=DEMO_CHANNEL,
            address=address,
            external_id=f"update-{self._count}",
            received_at=self._clock.now(),
            content=self._hands.content(address, what),
        )

    def _look_at_states(self) -> None:
        """What is remembered must mean the same after it has been written down and read again."""
        with self.office.desk() as desk:
            for address, row in rehearsal.states(desk):
                again = json.loads(json.dumps(State.load(row, self._flows).dump()))
                if again != row:
                    raise Mishap(f"the state of {address} does not survive JSON: {row} became {again}")


@contextmanager
def _breakdowns_told() -> Iterator[None]:
    """Make a failure fail the case that a running city survives and only logs."""
    told: list[str] = []

    def listen(_logger: object, _method: str, event: MutableMapping[str, Any]) -> NoReturn:
        error = sys.exc_info()[1]
        if error is not None:
            where = traceback.extract_tb(error.__traceback__)[-1]
            told.append(f"{event.get('event')}: {error!r} in {where.filename}:{where.lineno}")
        raise structlog.DropEvent

    # In place, as structlog's own capture does, because loggers keep the list that they were made with.
    processors = structlog.get_config()["processors"]
    before = processors.copy()
    processors[:] = [listen]
    try:
        yield
    finally:
        processors[:] = before
    if told:
        raise Mishap("; ".join(told))
