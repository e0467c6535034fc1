"""Does a ticket go only where the table lets it, in the hands of those whom the table names?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bureau import MONDAY, Bureau
from engines import Engine

from gridwhistle.services import events, tickets
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.lifecycle import (
    DONE,
    EDGES,
    ENDED,
    OPEN,
    PAUSED,
    TRANSITIONS,
    UNACCEPTED,
    WORKING,
    Step,
    Who,
    capacities,
    move,
    possible,
)
from gridwhistle.services.schema import Status, Ticket

ORDINARY = {
    Step.ACCEPT, Step.RETURN, Step.BEGIN, Step.ASK_RESIDENT, Step.SCHEDULE, Step.SUSPEND, Step.RESOLVE,
    Step.AUDIT_PASS, Step.AUDIT_REJECT, Step.WITHDRAW, Step.MERGE,
}  # fmt: skip
"""Steps that one kind of person takes in the course of things; all others are odd and say why they exist."""
PEOPLE = {
    Who.SYSTEM: None,
    Who.REPORTER: "zhangmin",
    Who.HANDLER: "liqiang",
    Who.LEADER: "linxiao",
    Who.AUDITOR: "",  # found in the city
}
STRANGER = "wangfang"


@pytest.fixture(scope="module")
def case(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bureau, Ticket]]:
    bureau = Bureau(tmp_path_factory.mktemp("lifecycle"))
    ticket = bureau.report(matter="fire_lane_blocked")
    assert bureau.handler(ticket) == "liqiang"
    with bureau.desk() as desk:
        PEOPLE[Who.AUDITOR] = next(
            bureau.codes[who] for (_, role), held in desk.city.roster.held.items() if role == "auditor" for who in held
        )
    yield bureau, ticket
    bureau.close()


class Undone(Exception):  # noqa: N818
    """Takes a try back."""


def given_for(step: Step) -> dict[str, object]:
    return {name: {"upheld": "yes", "day": MONDAY}.get(name, f"a {name}") for name in EDGES[step].needs}


def try_step(bureau: Bureau, ticket: Ticket, who: str | None, status: Status, step: Step) -> Status | Refused:
    """What the ticket's status is after the step; nothing of it stays."""
    found: Status | Refused = status
    try:
        with bureau.desk(who) as desk:
            tried = tickets.get(desk, ticket.id)
            tried.status = status
            before, offered = tried.events, possible(desk, tried, step)
            try:
                move(desk, tried, step, **given_for(step))
                found = tried.status
                assert tried.events == before + 1, "one step writes one event"
                last = events.history(desk, ticket.id)[-1]
                assert (last.kind, last.data["source"], last.data["target"]) == (step, status, found)
                assert last.actor_id == desk.actor.person_id
            except Refused as refused:
                found = refused
                assert tried.events == before
                assert tried.status is status
            assert offered is not isinstance(found, Refused), "what is possible is what move lets happen"
            raise Undone  # noqa: TRY301 (takes back what the try has written)
    except Undone:
        return found


def test_every_step_has_one_row() -> None:
    assert sorted(edge.step for edge in TRANSITIONS) == sorted(Step)
    assert set(EDGES) == set(Step)


def test_every_status_can_be_reached_and_every_one_but_the_ends_be_left() -> None:
    reached = {edge.target for edge in TRANSITIONS} | {Status.RECEIVED}
    left = {status for edge in TRANSITIONS for status in edge.sources}

    assert reached == set(Status)
    # A closed ticket can come back into rework; the other ends are for good.
    assert set(Status) - left == ENDED - {Status.CLOSED}


def test_every_odd_step_says_why_it_exists() -> None:
    assert {edge.step for edge in TRANSITIONS if not edge.why} <= ORDINARY
    assert all(edge.why for edge in TRANSITIONS if Who.SYSTEM in edge.by)


def test_every_status_has_its_place_in_the_loop() -> None:
    ends_for_good = ENDED - DONE
    assert OPEN | DONE | ends_for_good == set(Status)
    assert not OPEN & DONE
    assert not OPEN & ENDED
    assert len(UNACCEPTED | WORKING | PAUSED) == len(UNACCEPTED) + len(WORKING) + len(PAUSED)


def test_everybody_has_the_capacities_that_they_should_have(case: tuple[Bureau, Ticket]) -> None:
    bureau, ticket = case
    for who, code in PEOPLE.items():
        with bureau.desk(code) as desk:
            assert capacities(desk, tickets.get(desk, ticket.id)) == {who}
    with bureau.desk(STRANGER) as desk:
        assert capacities(desk, ticket) == set()


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("who", Who)
def test_a_step_is_taken_exactly_from_where_and_by_whom_the_table_says(
    case: tuple[Bureau, Ticket], step: Step, who: Who
) -> None:
    bureau, ticket = case
    edge = EDGES[step]
    for status in Status:
        found = try_step(bureau, ticket, PEOPLE[who], status, step)
        if who not in edge.by:
            assert isinstance(found, Refused)
            assert found.text == "refused.not_yours"
        elif status not in edge.sources:
            assert isinstance(found, Refused)
            assert (found.text, found.params["status"]) == ("refused.status", status)
        else:
            assert found is edge.target


@pytest.mark.parametrize("step", Step)
def test_somebody_who_has_nothing_to_do_with_a_ticket_can_do_nothing(case: tuple[Bureau, Ticket], step: Step) -> None:
    bureau, ticket = case
    for code in (STRANGER, "sunli", "luliansheng", "zhengkai"):
        for status in EDGES[step].sources:
            assert isinstance(try_step(bureau, ticket, code, status, step), Refused)


@pytest.mark.parametrize(
    ("step", "missing"), [(edge.step, need) for edge in TRANSITIONS for need in edge.needs], ids=str
)
@pytest.mark.parametrize("nothing", [None, ""])
def test_a_step_without_what_it_needs_is_a_callers_mistake(
    case: tuple[Bureau, Ticket], step: Step, missing: str, nothing: str | None
) -> None:
    bureau, ticket = case
    edge = EDGES[step]
    who = PEOPLE[min(edge.by)]

    def act(desk: Desk) -> None:
        tried = tickets.get(desk, ticket.id)
        tried.status = min(edge.sources)
        move(desk, tried, step, **{**given_for(step), missing: nothing})

    with pytest.raises(ValueError, match=f"step {step} needs {missing}"), bureau.desk(who) as desk:
        act(desk)
    assert bureau.now(ticket).status is Status.ASSIGNED
