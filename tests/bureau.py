"""Which demo city do the tests of the services and the scheduler work in, without any dialog?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import engines
from sqlalchemy import select

from gridwhistle.dialogs.texts import Texts
from gridwhistle.scheduler.advance import advance
from gridwhistle.scheduler.delivery import Delivery
from gridwhistle.scheduler.drain import Drain
from gridwhistle.scheduler.jobs import JOBS
from gridwhistle.services import chats, events, tickets, timers, whistles
from gridwhistle.services.clock import CITY_ZONE, ShiftableClock
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.desk import SYSTEM, Actor, Address, Desk
from gridwhistle.services.files import Folder
from gridwhistle.services.office import Office
from gridwhistle.services.places import Location
from gridwhistle.services.reference import Reference
from gridwhistle.services.schema import LetterRow, Ticket, Whistle
from gridwhistle.services.sending import AT_WILL, OutgoingLetter, SendReport, SendResult

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=CITY_ZONE)
WORDS = "下水道堵了三天了，我妈张桂兰八十了没法上厕所"
HOME = Location(place="xingfu-xq", building="3", unit="2", room="501", text="幸福小区3号楼2单元501")


class Pigeonhole:
    """A channel that keeps what it sends and answers as it is told."""

    name = DEMO_CHANNEL
    pace = AT_WILL

    def __init__(self) -> None:
        self.sent: list[OutgoingLetter] = []
        self.answers: list[SendResult | SendReport | Exception] = []

    def send(self, letter: OutgoingLetter) -> SendReport:
        answer = self.answers.pop(0) if self.answers else SendResult.SENT
        if isinstance(answer, Exception):
            raise answer
        self.sent.append(letter)
        return answer if isinstance(answer, SendReport) else SendReport(result=answer)


class Bureau:
    """A fresh demo city on a frozen clock; everybody is called by their code."""

    def __init__(self, folder: Path, begins: datetime = MONDAY) -> None:
        self.clock = ShiftableClock(frozen_at=begins.astimezone(UTC))
        world = engines.world()
        region = world.settings.region
        self.office = Office(
            store=world.fresh_store(),
            reference=Reference(region, known=world.city),
            wording=Texts.load(self.clock),
            region=region,
            clock=self.clock,
            files=Folder(folder),
        )
        self.ids = {player.address: player.person_id for player in world.players}
        self.codes = {person_id: code for code, person_id in self.ids.items()}
        self.hole = Pigeonhole()
        self.drain = Drain(self.office, JOBS)
        self.delivery = Delivery(self.office, (self.hole,))

    def close(self) -> None:
        self.office.store.close()

    @contextmanager
    def desk(self, who: str | None = None, *, heard: bool = False) -> Iterator[Desk]:
        """A transaction in somebody's name; ``heard`` is whether they have just said something in their chat."""
        with self.office.desk() as desk:
            desk.actor = self.actor(desk, who) if who else SYSTEM
            if who and heard:
                desk.here = Address(channel=DEMO_CHANNEL, address=who)
            yield desk

    @staticmethod
    def actor(desk: Desk, who: str) -> Actor:
        found = chats.actor_at(desk, Address(channel=DEMO_CHANNEL, address=who))
        assert found is not None, f"the demo city has no {who}"
        return found

    def report(
        self,
        who: str = "zhangmin",
        matter: str = "drain_blocked",
        where: Location = HOME,
        words: str = WORDS,
        *,
        urgent: bool = False,
        from_patrol: bool = False,
    ) -> Ticket:
        draft = tickets.Draft(matter=matter, where=where, words=words, urgent=urgent, from_patrol=from_patrol)
        with self.desk(who) as desk:
            return tickets.open_ticket(desk, draft)

    def does(
        self, who: str | None, act: Callable[..., object], ticket: Ticket, *given: object, **more: object
    ) -> Ticket:
        """Let somebody act on a ticket; gives it as it is then."""
        with self.desk(who) as desk:
            act(desk, tickets.get(desk, ticket.id), *given, **more)
        return self.now(ticket)

    def whistled(
        self, who: str, act: Callable[..., object], whistle: Whistle, *given: object, **more: object
    ) -> Whistle:
        """Let somebody act on a whistle; gives it as it is then."""
        with self.desk(who) as desk:
            act(desk, whistles.get(desk, whistle.id), *given, **more)
        with self.desk() as desk:
            return whistles.get(desk, whistle.id)

    def now(self, ticket: Ticket) -> Ticket:
        with self.desk() as desk:
            return tickets.get(desk, ticket.id)

    def handler(self, ticket: Ticket) -> str:
        return self.codes[self.now(ticket).handler_id]

    def kinds(self, ticket: Ticket) -> list[str]:
        with self.desk() as desk:
            return [event.kind for event in events.history(desk, ticket.id)]

    def timers(self, subject: str) -> dict[str, datetime]:
        with self.desk() as desk:
            return {row.job: row.due_at for row in timers.pending(desk, subject)}

    def whistles(self, ticket: Ticket) -> list[Whistle]:
        with self.desk() as desk:
            return whistles.of_ticket(desk, ticket)

    def letters(self, who: str | None = None, text: str | None = None) -> list[LetterRow]:
        """All letters of the outbox in order, to one person or of one text."""
        with self.desk() as desk:
            rows = desk.session.scalars(select(LetterRow).order_by(LetterRow.id))
            return [
                row
                for row in rows
                if (who is None or row.person_id == self.ids[who]) and (text is None or row.text_key == text)
            ]

    def wait(self, **span: float) -> None:
        """Let the time go on, with all timers and letters on the way."""
        advance(self.office, self.clock, self.drain, self.delivery, self.clock.now() + timedelta(**span))
