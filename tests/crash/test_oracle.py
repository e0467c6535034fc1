"""Does the oracle see what it is there for? Each thing that could go wrong is done to a city that is well."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from gridwhistle.bot.app import build
from gridwhistle.bot.channels.telegram.updates import CHANNEL
from gridwhistle.bot.settings import Settings
from gridwhistle.dialogs.message import Press, Text, dump_content
from gridwhistle.services import inbox, timers
from gridwhistle.services.clock import ShiftableClock
from gridwhistle.services.inbox import Arrival
from gridwhistle.services.office import Office
from gridwhistle.services.schema import Conversation, InboxRow, Lane, LetterRow, LetterState, Ticket
from gridwhistle.services.sending import AT_WILL, OutgoingLetter, SendReport, SendResult
from gridwhistle.services.store import Store

from . import city
from .clock import BEGINS
from .ledger import LEDGER, enter
from .oracle import Findings, Witnessed, examine
from .points import noting, noting_turns
from .speech import Speech, reported
from .standin import Platform

RESIDENT = city.FIRST_RESIDENT + 1


class Direct:
    """A channel to a platform in this process."""

    name = CHANNEL
    pace = AT_WILL

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def send(self, letter: OutgoingLetter) -> SendReport:
        text = f"{letter.text}\n⟦{letter.id}⟧"
        shown = self._platform.show("sendmessage", {"chat_id": letter.address, "text": text})
        return SendReport(result=SendResult.SENT, message_id=str(shown["message_id"]))


class Talk:
    """A city where one resident reports something, and everything is as it should be."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{folder / 'city.db'}"
        places = city.found(url)
        self._clock = ShiftableClock(frozen_at=BEGINS)
        self._platform = Platform(folder / "platform.log")
        self._app = build(
            Settings(database_url=url, files_dir=folder / "files"),
            Store(url),
            understanding=lambda _settings, known: Speech(known),
            channels=lambda _bell: (Direct(self._platform),),
            clock=self._clock,
            regular=(),
        )
        self.office = self._app.office
        self._say(Text(text=reported("路灯坏了，晚上看不见", places[0], RESIDENT)))
        with self.office.desk() as desk:
            [card] = desk.session.scalars(select(LetterRow).where(LetterRow.address == str(RESIDENT)))
        self._say(Press(letter=card.id, index=0))
        self._platform.close()
        self.office.store.close()

    def _say(self, content: Text | Press) -> None:
        self._platform.say({"message": {"from": {"id": RESIDENT}}})
        number = len(self._platform.updates)
        self._clock.ahead_to(self._clock.now() + timedelta(seconds=1))
        with self.office.desk() as desk:
            arrival = Arrival(
                channel=CHANNEL,
                address=str(RESIDENT),
                external_id=str(number),
                received_at=desk.now,
                content=dump_content(content),
                position=number,
            )
            inbox.receive(desk, [arrival])
        self._platform.hand_out(number + 1, 0)
        self._app.intake.run_due()
        self._app.delivery.run()


class Well:
    """A copy of that city, to which something is done."""

    def __init__(self, office: Office, folder: Path) -> None:
        self._office = replace(office, store=Store(f"sqlite:///{folder / 'city.db'}"))
        self._log = folder / "platform.log"

    def do(self, harm: Callable[[Session], object]) -> None:
        with self._office.desk() as desk:
            harm(desk.session)

    def examine(self, change: Callable[[Witnessed], Witnessed] = lambda seen: seen) -> Findings:
        with self._office.desk() as desk:
            return examine(desk, change(Witnessed.read(self._log)))

    def close(self) -> None:
        self._office.store.close()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, Path]:
    folder = tmp_path_factory.mktemp("well")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timers, "cancel", noting(timers.cancel))
        patch.setattr(inbox, "take_in", noting_turns(inbox.take_in))
        return Talk(folder).office, folder


@pytest.fixture
def well(played: tuple[Office, Path], tmp_path: Path) -> Iterator[Well]:
    office, folder = played
    for name in ("city.db", "platform.log"):
        shutil.copy(folder / name, tmp_path)
    well = Well(office, tmp_path)
    yield well
    well.close()


def test_a_city_that_is_well_has_nothing_against_it(well: Well) -> None:
    findings = well.examine()

    assert findings.broken == {}
    assert findings.counted["messages said"] == findings.counted["turns"] == 2
    assert findings.counted["reports registered"] == findings.counted["tickets"] == 1
    assert findings.counted["letters arrived"] == findings.counted["letters"] == 3


def set_all(model: type[Any], **values: object) -> Callable[[Session], object]:
    return lambda session: session.execute(update(model).values(**values))


def timer(what: str) -> Callable[[Session], object]:
    return lambda session: enter(session, what, subject="x", job="j", key="j:x:", due_at=BEGINS)


def turn_of(chat: int, external_id: str) -> Callable[[Session], object]:
    return lambda session: enter(session, "turn", subject=str(chat), key=external_id, due_at=None)


@pytest.mark.parametrize(
    ("claim", "harm"),
    [
        ("a message was not handled", set_all(InboxRow, handled_at=None)),
        ("a message was left without an answer, or had two", set_all(LetterRow, reply=False)),
        ("a message had other than one turn", turn_of(RESIDENT, "2")),
        ("a message had other than one turn", lambda session: session.execute(delete(LEDGER))),
        ("a message was answered with an internal error", set_all(LetterRow, text_key="common.internal_error")),
        ("a registered report is not there", set_all(Ticket, number="幸福-261123-999")),
        ("a ticket's hash chain is broken", set_all(Ticket, chain="0" * 64)),
        ("a letter was given up before its time", set_all(LetterRow, state=LetterState.DEAD)),
        ("a letter is still to be sent", set_all(LetterRow, state=LetterState.SENDING)),
        ("a due timer never ran", timer("set")),
        ("a timer ran twice", timer("ran")),
        ("an overdue timer is left", lambda session: session.execute(text("UPDATE timer SET due_at = '2026-01-01'"))),
        ("an ended ticket's timer runs on", set_all(Ticket, status="withdrawn")),
        ("a conversation's state cannot be read", set_all(Conversation, state={"stack": [{"flow": "no such"}]})),
        (
            "a lane is held, or stands without letters",
            lambda session: session.add(
                Lane(
                    region="fujin",
                    channel=CHANNEL,
                    address="1",
                    priority=1,
                    due_at=BEGINS,
                    head_id="x",
                    lease="somebody",
                )
            ),
        ),
    ],
)
def test_harm_to_the_store_is_seen(well: Well, claim: str, harm: Callable[[Session], object]) -> None:
    well.do(harm)

    assert claim in well.examine().broken


def twice(seen: Witnessed) -> Witnessed:
    return replace(seen, shown=[*seen.shown, seen.shown[0]])


def swapped(seen: Witnessed) -> Witnessed:
    return replace(seen, shown=seen.shown[::-1])


@pytest.mark.parametrize(
    ("claim", "change"),
    [
        ("a message was not acknowledged", lambda seen: replace(seen, acknowledged=1)),
        ("a message was not handled", lambda seen: replace(seen, said=[*seen.said, {**seen.said[0], "update_id": 3}])),
        ("a letter marked sent did not arrive", lambda seen: replace(seen, shown=seen.shown[1:])),
        ("a letter arrived more often than its marks say", twice),
        ("a letter overtook another", swapped),
    ],
)
def test_what_people_saw_otherwise_is_seen(well: Well, claim: str, change: Callable[[Witnessed], Witnessed]) -> None:
    assert claim in well.examine(change).broken


def test_a_marked_letter_may_come_twice(well: Well) -> None:
    well.do(set_all(LetterRow, doubts=1))

    assert well.examine(twice).broken == {}


def test_a_report_that_is_there_twice_is_seen(well: Well) -> None:
    well.do(
        lambda session: session.execute(
            text(
                "INSERT INTO event (region, subject_id, seq, kind, at, data, before, hash) "
                "SELECT region, id, 99, 'voice', opened_at, json_object('words', words), '', '' FROM ticket"
            )
        )
    )

    assert "a report was registered twice" in well.examine().broken


def test_timers_that_ran_moved_or_were_taken_back_are_well(well: Well) -> None:
    well.do(timer("set"))
    well.do(timer("ran"))
    well.do(lambda session: enter(session, "set", subject="y", job="j", key="j:y:", due_at=BEGINS))
    well.do(lambda session: enter(session, "cancelled", subject="y", due_at=None))
    assert well.examine().broken == {}
