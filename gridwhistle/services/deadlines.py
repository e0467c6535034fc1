"""When is a handler reminded, when does a limit end, and who is told then?

Reminders at 50 % and 80 % of the limit as one card edited in place; at the limit the next level and the resident are
told; again after a day and then every five working days (ladder of DOMAIN.md 3.3).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from gridwhistle.services import events, timers
from gridwhistle.services.cards import facts, is_third_party, press, show
from gridwhistle.services.clock import CITY_ZONE
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.lifecycle import OPEN, PAUSED, Step, move
from gridwhistle.services.org import above_community, centre_coordinator, coordinator, is_away, ladder, name_of
from gridwhistle.services.outbox import Button, Letter, Priority, post
from gridwhistle.services.residents import residents, tell_residents
from gridwhistle.services.rules import (
    ESCALATE_AGAIN_AFTER,
    EXTENSION_AT_MOST,
    INFORMATION_WITHIN,
    REMIND_AT,
    SUSPENSION_AT_MOST,
)
from gridwhistle.services.schema import PostKind, Status, Ticket, UnitKind

RESUME_AT = time(8, 30)


def start(desk: Desk, ticket: Ticket) -> None:
    """Set the reminders and the limit of a ticket, counted from now."""
    span = ticket.solve_by - desk.now
    for share in REMIND_AT:
        timers.put(
            desk, "limit_reminder", ticket.id, desk.now + span * share, part=f"{share:.0%}", share=round(share * 100)
        )
    timers.put(desk, "limit_reached", ticket.id, ticket.solve_by)


def stop(desk: Desk, ticket: Ticket) -> None:
    """Take all limits back: the ticket is solved or waits for a date."""
    timers.cancel(desk, ticket.id, "limit_reminder", "limit_reached", "accept_limit", "information_expired", "resume")


def remind(desk: Desk, ticket: Ticket, share: int) -> None:
    """Edit the handler's card: this much of the limit has passed. The system's act."""
    if ticket.status not in OPEN:
        return
    events.append(desk, ticket, "reminded", share=share)
    show(desk, ticket, ticket.handler_id, "letter.reminder", share=share)


def hold_back(desk: Desk, ticket: Ticket, share: int) -> None:
    """Write down a reminder that was not sent, because a later one was due too. The system's act."""
    if ticket.status in OPEN:
        events.append(desk, ticket, "reminder_held_back", share=share)


def limit_reached(desk: Desk, ticket: Ticket) -> None:
    """Escalate one level, tell the residents the truth, and come back later. The system's act."""
    if ticket.status not in OPEN:
        return
    ticket.escalation += 1
    leader = _level(desk, ticket)
    candidate = ticket.escalation > len(ESCALATE_AGAIN_AFTER)
    events.append(desk, ticket, "escalated", level=ticket.escalation, to=leader, bulletin_candidate=candidate or None)
    show(desk, ticket, ticket.handler_id, "letter.overdue")
    if leader != ticket.handler_id:
        post(
            desk,
            Letter(
                to=leader,
                text="letter.escalated",
                params={**facts(desk, ticket, third_party=False), "level": ticket.escalation},
                key=f"escalated:{ticket.id}:{ticket.escalation}:{ticket.rework}",
                card=f"escalated:{ticket.id}",
                priority=Priority.EMERGENCY if ticket.urgent else Priority.PERSONAL,
                buttons=(
                    Button(
                        label="button.take_over",
                        press=press("take_over", ticket),
                    ),
                ),
            ),
        )
    tell_residents(desk, ticket, "letter.overdue_resident", level_name=_level_name(desk, ticket))
    # After the last level again and again: nothing that is late is ever forgotten.
    again = ESCALATE_AGAIN_AFTER[min(ticket.escalation, len(ESCALATE_AGAIN_AFTER)) - 1]
    timers.put(desk, "limit_reached", ticket.id, again.after(desk.now))


def ask_resident(desk: Desk, ticket: Ticket, question: str) -> None:
    """Put one question to the reporter; after five days without an answer the work goes on without it.

    The limit waits with the worker, but for an urgent matter: else a resident would read that their ticket is late
    because of a question to themselves. All questions together move it by five days at most, so that nobody gains
    time by asking again and again.
    """
    if not residents(desk, ticket):
        raise Refused("refused.nobody_to_ask", number=ticket.number)
    left = INFORMATION_WITHIN - sum(_waits(desk, ticket), timedelta())
    move(desk, ticket, Step.ASK_RESIDENT, question=question)
    waits = not ticket.urgent and left > timedelta() and ticket.solve_by > desk.now
    if waits:
        timers.cancel(desk, ticket.id, "limit_reminder")
        timers.put(desk, "limit_reached", ticket.id, ticket.solve_by + left)
    timers.put(desk, "information_expired", ticket.id, desk.now + INFORMATION_WITHIN)
    show(desk, ticket, ticket.handler_id, "letter.waiting_card" if waits else "letter.waiting_card_runs_on")
    tell_residents(
        desk,
        ticket,
        "letter.question",
        question=question,
        buttons=(Button(label="button.answer", press=press("answer", ticket)),),
    )


def answer(desk: Desk, ticket: Ticket, text: str) -> None:
    """The resident's answer to the worker's question."""
    move(desk, ticket, Step.GO_ON, answer=text)
    timers.cancel(desk, ticket.id, "information_expired")
    _make_up(desk, ticket)
    show(desk, ticket, ticket.handler_id, "letter.answered", said={"answer": text})
    if is_third_party(desk, ticket.handler_id):
        _relay(desk, ticket, text)


def _relay(desk: Desk, ticket: Ticket, text: str) -> None:
    """The firewall keeps the words from the property worker, so the grid worker tells what the work needs."""
    people = ladder(desk, ticket.grid, PostKind.GRID_WORKER)
    post(
        desk,
        Letter(
            to=next((who for who in people if not is_away(desk, who)), people[-1]),
            text="letter.answer_to_relay",
            params={
                **facts(desk, ticket, third_party=False),
                "worker": name_of(desk, ticket.handler_id),
                "answer": text,
            },
            key=f"relay:{ticket.id}:{ticket.events}",
        ),
    )


def information_expired(desk: Desk, ticket: Ticket) -> None:
    """Five days without an answer: on without. The system's act."""
    if ticket.status is Status.AWAITING_INFORMATION:
        move(desk, ticket, Step.GO_ON, reason="no answer in five days")
        _make_up(desk, ticket)
        show(desk, ticket, ticket.handler_id, "letter.no_answer_card")


def schedule(desk: Desk, ticket: Ticket, day: date, reason: str) -> None:
    """Promise a date to the residents. Raises ``Refused`` for a date that is past or over ten working days late."""
    start_of_work, latest = _at(day), EXTENSION_AT_MOST.after(max(ticket.solve_by, desk.now))
    _check_day(desk, start_of_work, latest)
    move(desk, ticket, Step.SCHEDULE, day=day.isoformat(), reason=reason)
    _pause(desk, ticket, start_of_work, "letter.paused_card")
    tell_residents(desk, ticket, "letter.scheduled", day=day, reason=reason)


def suspend(desk: Desk, ticket: Ticket, day: date, reason: str) -> None:
    """Say honestly that it is not possible now, why, and when it will be looked at again."""
    review = _at(day)
    _check_day(desk, review, desk.now + SUSPENSION_AT_MOST)
    move(desk, ticket, Step.SUSPEND, day=day.isoformat(), reason=reason)
    _pause(desk, ticket, review, "letter.suspended_card")
    tell_residents(desk, ticket, "letter.suspended", day=day, reason=reason)


def resume(desk: Desk, ticket: Ticket) -> None:
    """The date has come: the ticket is in progress again with a limit of its own. The system's act."""
    if ticket.status not in PAUSED:
        return
    spec = desk.city.matters[ticket.matter]
    move(desk, ticket, Step.GO_ON, reason="the date has come")
    if ticket.solve_by < desk.now:
        ticket.solve_by = spec.solve.after(desk.now)
    ticket.promised_at = ticket.solve_by
    start(desk, ticket)
    show(desk, ticket, ticket.handler_id, "letter.resumed", fresh=True)


def _make_up(desk: Desk, ticket: Ticket) -> None:
    """Add the time that was spent waiting for the resident to the limit, as far as there is any left to be added."""
    waits = _waits(desk, ticket)
    if ticket.urgent or not waits:
        return
    *before, last = waits
    ticket.solve_by += min(last, max(timedelta(), INFORMATION_WITHIN - sum(before, timedelta())))
    ticket.promised_at = ticket.solve_by
    if ticket.solve_by > desk.now:
        # What is late stays with the level that it has been passed up to.
        start(desk, ticket)


def _waits(desk: Desk, ticket: Ticket) -> list[timedelta]:
    """How long each question to the resident has waited; whatever changed the status ended it."""
    waits: list[timedelta] = []
    asked_at: datetime | None = None
    for event in events.history(desk, ticket.id):
        if event.kind == Step.ASK_RESIDENT:
            asked_at = event.at
        elif asked_at is not None and "target" in event.data:
            waits.append(event.at - asked_at)
            asked_at = None
    return waits


def _pause(desk: Desk, ticket: Ticket, until: datetime, card: str) -> None:
    stop(desk, ticket)
    ticket.promised_at = until
    timers.put(desk, "resume", ticket.id, until)
    show(desk, ticket, ticket.handler_id, card, day=until)


def _at(day: date) -> datetime:
    return datetime.combine(day, RESUME_AT, CITY_ZONE)


def _check_day(desk: Desk, day: datetime, latest: datetime) -> None:
    if day <= desk.now:
        raise Refused("refused.past_day")
    if day > latest:
        raise Refused("refused.late_day", latest=latest)


def _level(desk: Desk, ticket: Ticket) -> str:
    """Level 1 the community, 2 the subdistrict or town, 3 the coordination centre."""
    if ticket.escalation == 1:
        return coordinator(desk, ticket.grid)
    middle = above_community(desk, ticket.grid)
    if ticket.escalation == 2 and middle is not None:  # noqa: PLR2004 (the levels are named in the docstring)
        return middle.holder
    return centre_coordinator(desk)


def _level_name(desk: Desk, ticket: Ticket) -> str:
    levels = {1: (UnitKind.COMMUNITY, UnitKind.VILLAGE), 2: (UnitKind.SUBDISTRICT, UnitKind.TOWN)}
    kinds = levels.get(ticket.escalation, ())
    return next(
        (unit.name for unit in desk.city.above(ticket.grid) if unit.kind in kinds),
        desk.city.unit_name(desk.city.centre),
    )
