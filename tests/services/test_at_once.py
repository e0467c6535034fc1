"""When several act on one thing in the same moment, does one win and nothing get lost?"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import engines
import pytest
from bureau import MONDAY, Bureau
from engines import Engine
from sqlalchemy import func, select

from gridwhistle.bot.app import Application, build
from gridwhistle.dialogs.message import Inbound, Text
from gridwhistle.dialogs.nlu.understood import OUT_OF_SCOPE, Understood
from gridwhistle.services import assignments, audits, events, tickets
from gridwhistle.services.again import again
from gridwhistle.services.clock import ShiftableClock
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.desk import Refused
from gridwhistle.services.schema import Account, LetterRow, Person, Status, Ticket

ROUNDS = 4


def at_once(*acts: Callable[[], object]) -> list[str]:
    """What each came to: “done”, or the key of the refusal."""
    start = threading.Barrier(len(acts))
    outcomes = [""] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        start.wait()
        try:
            again(act)
            outcomes[number] = "done"
        except Refused as refused:
            outcomes[number] = refused.text
        except BaseException as error:  # noqa: BLE001 (looked at by the test)
            outcomes[number] = repr(error)

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def is_sound(bureau: Bureau, ticket: Ticket) -> bool:
    with bureau.desk() as desk:
        return events.broken_link(desk, tickets.get(desk, ticket.id)) is None


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_who_press_accept_one_is_told_kindly(bureau: Bureau, _round: int) -> None:
    ticket = bureau.report()
    worker = bureau.handler(ticket)
    outcomes = at_once(*[lambda: bureau.does(worker, assignments.accept, ticket)] * 3)
    assert sorted(outcomes) == ["done", "refused.status", "refused.status"]
    assert Counter(bureau.kinds(ticket))["accept"] == 1
    assert is_sound(bureau, ticket)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_resident_withdraws_while_the_worker_resolves(bureau: Bureau, _round: int) -> None:
    ticket = bureau.report(matter="wires_hanging")
    worker = bureau.handler(ticket)
    bureau.does(worker, assignments.accept, ticket)
    outcomes = at_once(
        lambda: bureau.does("zhangmin", tickets.withdraw, ticket, "好了"),
        lambda: bureau.does(worker, audits.resolve, ticket, "剪掉了"),
    )
    assert sorted(outcomes) == ["done", "refused.status"]
    assert bureau.now(ticket).status is (Status.WITHDRAWN if outcomes[0] == "done" else Status.RESOLVED)
    assert is_sound(bureau, ticket)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_timer_fires_while_the_ticket_is_accepted(bureau: Bureau, _round: int) -> None:
    ticket = bureau.report()
    worker = bureau.handler(ticket)
    due = bureau.timers(ticket.id)["accept_limit"]
    bureau.clock.ahead_to(due + timedelta(seconds=1))
    outcomes = at_once(
        bureau.drain.run_due, bureau.drain.run_due, lambda: bureau.does(worker, assignments.accept, ticket)
    )
    kinds = Counter(bureau.kinds(ticket))
    if outcomes[2] == "done":
        assert bureau.now(ticket).status is Status.ACCEPTED
        assert "accept_limit" not in bureau.timers(ticket.id)
    else:
        assert outcomes[2] == "refused.not_yours"
        assert bureau.now(ticket).status is Status.ASSIGNED
    assert outcomes[:2] == ["done", "done"]
    assert kinds["accept"] + kinds["pass_on"] == 1
    assert is_sound(bureau, ticket)


def test_many_who_write_into_one_history_lose_nothing(bureau: Bureau) -> None:
    ticket = bureau.report(matter="wires_hanging")
    worker = bureau.handler(ticket)
    bureau.does(worker, assignments.accept, ticket)
    acts = [lambda number=number: bureau.does(worker, tickets.note, ticket, f"第{number}趟") for number in range(8)]
    assert at_once(*acts) == ["done"] * 8
    assert Counter(bureau.kinds(ticket))["note"] == 8
    assert is_sound(bureau, ticket)


def test_who_has_not_locked_a_ticket_does_it_again_rather_than_lose_anothers_words(bureau: Bureau) -> None:
    ticket = bureau.report(matter="wires_hanging")

    def unlocked(number: int) -> None:
        with bureau.desk("zhangmin") as desk:
            found = tickets.by_number(desk, ticket.number)
            assert found is not None
            tickets.supplement(desk, found, f"补充{number}")

    assert at_once(*[lambda number=number: unlocked(number) for number in range(6)]) == ["done"] * 6
    assert Counter(bureau.kinds(ticket))["supplement"] == 6
    assert is_sound(bureau, ticket)


class Deaf:
    """Understands nothing."""

    def understand(self, text: str) -> Understood:
        return Understood(text=text, language="zh", intent=OUT_OF_SCOPE, confidence=0.0)


@pytest.fixture
def app(engine: Engine, tmp_path: Path) -> Iterator[Application]:
    world = engines.world()
    app = build(
        world.settings.model_copy(update={"files_dir": tmp_path}),
        world.fresh_store(),
        understanding=lambda _settings, _city: Deaf(),
        channels=lambda _bell: (),
        clock=ShiftableClock(frozen_at=MONDAY),
    )
    yield app
    app.office.store.close()


def says(app: Application, address: str, external_id: str) -> Callable[[], object]:
    inbound = Inbound(
        channel=DEMO_CHANNEL,
        address=address,
        external_id=external_id,
        received_at=MONDAY,
        content=Text(text="嘟嘟嘟嘟"),
    )
    return lambda: app.conversation.handle(inbound)


def answers(app: Application, address: str) -> list[str]:
    with app.office.desk() as desk:
        found = desk.session.scalars(
            select(LetterRow.text_key).where(LetterRow.address == address).order_by(LetterRow.id)
        )
        return sorted(found)


@pytest.mark.parametrize("who", ["zhangmin", "somebody new"])
def test_two_messages_of_one_person_are_heard_one_after_the_other(app: Application, who: str) -> None:
    for number in range(ROUNDS):
        address = who if who == "zhangmin" else f"{who} {number}"
        if number and address == who:
            break
        assert at_once(says(app, address, "1"), says(app, address, "2")) == ["done", "done"]
        assert answers(app, address) == ["engine.miss", "engine.miss_again"]
        with app.office.desk() as desk:
            held = select(Account.person_id).where(Account.address == address)
            assert desk.session.scalar(select(func.count()).select_from(Person).where(Person.id.in_(held))) == 1


def test_one_message_that_comes_several_times_at_once_is_answered_once(app: Application) -> None:
    assert at_once(*[says(app, "zhangmin", "1")] * 4) == ["done"] * 4
    assert answers(app, "zhangmin") == ["engine.miss"]


def test_many_people_at_once_wait_for_nobody_for_ever(app: Application) -> None:
    people = [f"new {number}" for number in range(12)]
    acts = [says(app, address, str(number)) for address in people for number in range(2)]
    assert at_once(*acts) == ["done"] * len(acts)
    assert all(answers(app, address) == ["engine.miss", "engine.miss_again"] for address in people)
