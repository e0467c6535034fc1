"""Does any change of a ticket's history come to light?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from bureau import Bureau
from engines import Engine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, update

from gridwhistle.services import assignments, audits, events, rehearsal, tickets
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import Event, Ticket

FIELDS = ("kind", "at", "actor_id", "data", "before", "hash")


@pytest.fixture(scope="module")
def case(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bureau, Ticket]]:
    bureau = Bureau(tmp_path_factory.mktemp("events"))
    ticket = bureau.report()
    bureau.does("zhangmin", tickets.urge, ticket)
    handler = bureau.handler(ticket)
    bureau.does(handler, assignments.accept, ticket)
    bureau.does(handler, tickets.note, ticket, "看过了，明天疏通")
    bureau.does(handler, audits.resolve, ticket, "疏通了，试水正常")
    yield bureau, bureau.now(ticket)
    bureau.close()


class Undone(Exception):  # noqa: N818
    """Takes the forgery back."""


def found(case: tuple[Bureau, Ticket], forge: Callable[[Desk, Ticket], object]) -> int | None:
    """The first broken link after a forgery, which is taken back."""
    bureau, ticket = case
    link = None
    try:
        with bureau.desk() as desk:
            forge(desk, tickets.get(desk, ticket.id))
            desk.session.flush()
            desk.session.expire_all()
            link = events.broken_link(desk, tickets.get(desk, ticket.id))
            raise Undone  # noqa: TRY301 (takes back what the try has written)
    except Undone:
        return link


def row(desk: Desk, ticket: Ticket, seq: int) -> Event:
    return next(event for event in events.history(desk, ticket.id) if event.seq == seq)


def test_an_untouched_history_is_sound(case: tuple[Bureau, Ticket]) -> None:
    bureau, ticket = case
    assert ticket.events == len(bureau.kinds(ticket)) > 5
    assert found(case, lambda _desk, _ticket: None) is None
    with bureau.desk() as desk:
        assert rehearsal.broken_chains(desk) == []
        history = events.history(desk, ticket.id)
    assert history[0].before == events.GENESIS
    assert [event.seq for event in history] == list(range(1, ticket.events + 1))
    assert [event.before for event in history[1:]] == [event.hash for event in history[:-1]]
    assert ticket.chain == history[-1].hash


@given(st.data())
def test_any_change_of_any_field_is_found_where_it_was_made(case: tuple[Bureau, Ticket], data: st.DataObject) -> None:
    seq = data.draw(st.integers(1, case[1].events))
    field = data.draw(st.sampled_from(FIELDS))
    twist = data.draw(st.text("0123456789abcdef没有", min_size=1, max_size=8))

    def forge(desk: Desk, ticket: Ticket) -> None:
        event = row(desk, ticket, seq)
        if field == "at":
            event.at += timedelta(microseconds=data.draw(st.integers(1, 10**9)))
        elif field == "data":
            key = data.draw(st.sampled_from([*event.data, "another"]))
            event.data = {**event.data, key: twist + str(event.data.get(key))}
        else:
            old = getattr(event, field) or ""
            setattr(event, field, (twist + old)[: max(len(old), len(twist))] if (twist + old)[:64] != old else twist)
            if getattr(event, field) == old:
                setattr(event, field, "x" + old[1:])

    assert found(case, forge) == seq


@given(st.data())
def test_a_missing_event_is_found(case: tuple[Bureau, Ticket], data: st.DataObject) -> None:
    seq = data.draw(st.integers(1, case[1].events))

    def forge(desk: Desk, ticket: Ticket) -> None:
        desk.session.execute(delete(Event).where(Event.subject_id == ticket.id, Event.seq == seq))

    # Without the last one nothing inside is wrong: the ticket itself knows how many there are.
    assert found(case, forge) == min(seq, case[1].events - 1)


@given(st.data())
def test_swapped_events_are_found(case: tuple[Bureau, Ticket], data: st.DataObject) -> None:
    first = data.draw(st.integers(1, case[1].events - 1))
    second = data.draw(st.integers(first + 1, case[1].events))

    def forge(desk: Desk, ticket: Ticket) -> None:
        for old, new in ((first, 9999), (second, first), (9999, second)):
            desk.session.execute(update(Event).where(Event.subject_id == ticket.id, Event.seq == old).values(seq=new))

    assert found(case, forge) == first


def test_a_history_that_was_written_anew_as_a_whole_does_not_fit_the_ticket(case: tuple[Bureau, Ticket]) -> None:
    def forge(desk: Desk, ticket: Ticket) -> None:
        kinds = [event.kind for event in events.history(desk, ticket.id)]
        chain, count = ticket.chain, ticket.events
        desk.session.execute(delete(Event).where(Event.subject_id == ticket.id))
        ticket.chain, ticket.events = events.GENESIS, 0
        for kind in kinds:
            events.append(desk, ticket, kind)
        ticket.chain, ticket.events = chain, count

    assert found(case, forge) == case[1].events


def test_an_event_of_another_ticket_does_not_fit(case: tuple[Bureau, Ticket]) -> None:
    bureau, _ = case
    other = bureau.report(who="wangfang")

    def forge(desk: Desk, ticket: Ticket) -> None:
        desk.session.execute(delete(Event).where(Event.subject_id == ticket.id, Event.seq == 1))
        desk.session.execute(
            update(Event).where(Event.subject_id == other.id, Event.seq == 1).values(subject_id=ticket.id)
        )

    assert found(case, forge) == 1


def test_times_are_kept_as_texts_in_utc_and_nothing_is_left_out(bureau: Bureau) -> None:
    ticket = bureau.report()
    with bureau.desk("liqiang") as desk:
        tried = tickets.get(desk, ticket.id)
        events.append(desk, tried, "probe", when=bureau.clock.now(), empty=None, no=False, zero=0, text="")
        last = events.history(desk, ticket.id)[-1]
        assert last.data == {"when": "2026-11-23T01:00:00+00:00", "no": False, "zero": 0, "text": ""}
        assert last.actor_id == bureau.ids["liqiang"]
        assert events.broken_link(desk, tried) is None
