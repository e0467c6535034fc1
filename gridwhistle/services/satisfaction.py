"""Was somebody there, is it solved, is the resident satisfied (回访)?

The city asks, not the unit, the day after the audit; one reminder, valid 14 days, then the phone call-back list.
Unanswered is never counted as satisfied. Not solved or not satisfied means rework. Archive needs the third fact: the
resident's answer or a documented unreachable.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from gridwhistle.services import arrivals, assignments, deadlines, events, people, timers
from gridwhistle.services.calendar import next_morning
from gridwhistle.services.cards import facts, matter_of, press, show
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.lifecycle import DONE, Step, move
from gridwhistle.services.org import centre_coordinator, coordinator, is_away, name_of
from gridwhistle.services.outbox import Button, Letter, post
from gridwhistle.services.residents import place_for, residents, tell_residents
from gridwhistle.services.rules import (
    FOLLOW_UP_REMINDER_AFTER,
    FOLLOW_UP_VALID,
    PHONE_ATTEMPTS,
    RECHECK_AFTER,
    REWORK_WITHIN,
)
from gridwhistle.services.schema import ArrivalAnswer, FollowUp, FollowUpState, Status, Ticket

SOLVED = ("solved", "partly", "unsolved", "explained")
"""“Explained”: not what the resident wanted, but the reason was given and understood."""
SATISFACTION = ("satisfied", "fair", "unsatisfied")
ARRIVALS = ("came_and_did", "came_did_nothing", "nobody_came", "not_needed")
REMINDED = "reminded"
CARD = "follow-up"
"""What the card of a question is called before the ticket's id."""
REASONS = ("nobody_came", "did_nothing", "half_done", "not_lasting", "attitude", "slow", "other")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What a resident said, by the names of ``ARRIVALS``, ``SOLVED``, ``SATISFACTION`` and ``REASONS``."""

    contacted: bool
    arrival: str
    solved: str
    satisfaction: str
    reasons: tuple[str, ...] = ()
    words: str = ""
    may_contact: bool = True

    @property
    def wants_rework(self) -> bool:
        """Not (wholly) solved, or not satisfied."""
        return self.solved in ("partly", "unsolved") or self.satisfaction == "unsatisfied"


def plan(desk: Desk, ticket: Ticket) -> None:
    """Set the follow-up for the morning after the audit."""
    timers.put(desk, "follow_up", ticket.id, next_morning(desk.now))


def ask(desk: Desk, ticket: Ticket) -> None:
    """Ask everybody who waited for the ticket, each separately. The system's act.

    A worker's own patrol report has nobody to ask: that is written down, and the ticket is archived.
    """
    if ticket.status is not Status.AUDITED:
        return
    people = residents(desk, ticket)
    if not people:
        events.append(desk, ticket, "follow_up_not_sent", reason="a patrol report: no resident to ask")
        _archive(desk, ticket, "patrol")
        return
    for person_id in people:
        desk.session.add(
            FollowUp(
                region=desk.region,
                ticket_id=ticket.id,
                person_id=person_id,
                round=ticket.rework,
                state=FollowUpState.ASKED,
                asked_at=desk.now,
                answered_at=None,
                contacted=None,
                arrival=None,
                solved=None,
                satisfaction=None,
                reasons=[],
                words="",
                may_contact=None,
                attempts=0,
            )
        )
        _send(desk, ticket, person_id, "letter.follow_up", "asked")
    events.append(desk, ticket, "follow_up_sent", people=len(people))
    timers.put(desk, "follow_up_reminder", ticket.id, desk.now + FOLLOW_UP_REMINDER_AFTER)
    timers.put(desk, "follow_up_expired", ticket.id, desk.now + FOLLOW_UP_VALID)


def remind(desk: Desk, ticket: Ticket) -> None:
    """The one reminder to those who have not answered. The system's act."""
    for row in _rows(desk, ticket):
        if row.state is FollowUpState.ASKED:
            row.state = FollowUpState.REMINDED
            events.append(desk, ticket, "follow_up_reminded", person=row.person_id)
            _send(desk, ticket, row.person_id, "letter.follow_up_reminder", REMINDED)


def hold_back(desk: Desk, ticket: Ticket) -> None:
    """Write down a reminder that was not sent, because the time for an answer had passed too. The system's act."""
    if any(row.state is FollowUpState.ASKED for row in _rows(desk, ticket)):
        events.append(desk, ticket, "follow_up_reminder_held_back")


def expire(desk: Desk, ticket: Ticket) -> None:
    """Fourteen days without an answer: onto the phone call-back list. The system's act."""
    for row in _rows(desk, ticket):
        _onto_phone_list(desk, ticket, row)


def undelivered(desk: Desk, ticket: Ticket, person_id: str) -> None:
    """The question does not reach the resident: onto the phone call-back list without waiting. The system's act."""
    for row in _rows(desk, ticket):
        if row.person_id == person_id:
            _onto_phone_list(desk, ticket, row, reason="undelivered")


def record(desk: Desk, ticket: Ticket, answers: Answers, *, for_person: str | None = None) -> bool:
    """Write down a resident's answers and act on them; ``True`` if the ticket goes into rework.

    ``for_person``: the resident whom the acting coordinator has on the telephone. Raises ``Refused`` when that person
    was not asked or has answered already.
    """
    if for_person is not None and coordinator(desk, ticket.grid) != desk.actor.person_id:
        raise Refused("refused.not_allowed")
    row = _open_row(desk, ticket, for_person or desk.me)
    _fill(row, answers, desk.now)
    events.append(
        desk,
        ticket,
        "follow_up_answered",
        person=row.person_id,
        contacted=answers.contacted,
        arrival=answers.arrival,
        solved=answers.solved,
        satisfaction=answers.satisfaction,
        reasons=list(answers.reasons),
        words=answers.words or None,
        by_phone=True if for_person else None,
    )
    if answers.arrival in (ArrivalAnswer.NOBODY_CAME, ArrivalAnswer.CAME_DID_NOTHING):
        arrivals.witnessed_later(desk, ticket, ArrivalAnswer(answers.arrival))
    if answers.words:
        _pass_words(desk, ticket, answers)
    if answers.wants_rework and ticket.status in DONE:
        reason = ",".join(answers.reasons) or f"{answers.solved}/{answers.satisfaction}"
        request_rework(desk, ticket, answers.words or reason, asked=True)
        return True
    if row.person_id == ticket.reporter_id and ticket.status is Status.AUDITED:
        _archive(desk, ticket, "answered")
    return False


def request_rework(desk: Desk, ticket: Ticket, reason: str, *, asked: bool = False) -> None:
    """Reopen a ticket: it goes back to the previous handler; the second time to the community, then to the centre.

    A resident may ask for it until ten days after the archive. Raises ``Refused`` later.
    """
    if ticket.closed_at is not None and desk.now - ticket.closed_at > REWORK_WITHIN:
        raise Refused("refused.rework_late", number=ticket.number)
    if not asked and desk.actor.person_id not in residents(desk, ticket):
        raise Refused("refused.not_yours", number=ticket.number)
    # A voice or a telephone call brings it too; in the table the step is then the system's.
    acting = desk.as_system() if _not_reporter(desk, ticket) else desk
    previous = ticket.resolver_id or ticket.handler_id
    move(acting, ticket, Step.REQUEST_REWORK, reason=reason)
    timers.cancel(desk, ticket.id)
    ticket.rework += 1
    to = _rework_handler(desk, ticket, previous)
    move(acting, ticket, Step.REOPEN, to=to, round=ticket.rework)
    ticket.resolved_at = ticket.audited_at = ticket.closed_at = None
    ticket.escalation = 0
    ticket.solve_by = ticket.promised_at = matter_of(desk, ticket).solve_urgent.after(desk.now)
    assignments.reopened(desk, ticket, to)
    deadlines.start(desk, ticket)
    if previous != to:
        show(desk, ticket, previous, "letter.rework_elsewhere")
    tell_residents(desk, ticket, "letter.reopened_resident", but=desk.actor.person_id, worker=name_of(desk, to))


def phone_list(desk: Desk) -> list[tuple[FollowUp, Ticket]]:
    """The reporters whom the acting coordinator should call, longest waiting first."""
    rows = desk.session.execute(
        select(FollowUp, Ticket)
        .join(Ticket, (Ticket.region == FollowUp.region) & (Ticket.id == FollowUp.ticket_id))
        .where(
            FollowUp.region == desk.region,
            FollowUp.state == FollowUpState.PHONE_LIST,
            Ticket.status == Status.AUDITED,
        )
        .order_by(FollowUp.asked_at)
    ).all()
    return [(row, ticket) for row, ticket in rows if coordinator(desk, ticket.grid) == desk.me]


def not_reached(desk: Desk, ticket: Ticket) -> int:
    """The coordinator called and nobody answered; the third time is a documented unreachable. Gives the count."""
    row = _open_row(desk, ticket, ticket.reporter_id)
    if coordinator(desk, ticket.grid) != desk.actor.person_id:
        raise Refused("refused.not_allowed")
    row.attempts += 1
    events.append(desk, ticket, "phone_unanswered", attempts=row.attempts)
    if row.attempts >= PHONE_ATTEMPTS:
        row.state = FollowUpState.UNREACHABLE
        _archive(desk, ticket, "unreachable")
    return row.attempts


def recheck(desk: Desk, ticket: Ticket) -> None:
    """Four weeks later: is it still solved? The system's act."""
    if ticket.status is not Status.CLOSED:
        return
    events.append(desk, ticket, "recheck_sent")
    post(
        desk,
        Letter(
            to=ticket.reporter_id,
            text="letter.recheck",
            params=facts(desk, ticket, third_party=False),
            key=f"recheck:{ticket.id}:{ticket.events}",
            buttons=tuple(
                Button(
                    label=f"button.recheck_{answer}",
                    press=press("recheck", ticket, still=answer),
                )
                for answer in ("fine", "again", "back")
            ),
        ),
    )


def rechecked(desk: Desk, ticket: Ticket, answer: str) -> Ticket | None:
    """The answer to “still solved?”: ``fine``, ``again`` (ask once more in four weeks) or ``back``.

    What is back is after the time for rework a matter of its own: then the old ticket is given for a new report.
    """
    if ticket.reporter_id != desk.actor.person_id:
        raise Refused("refused.not_yours", number=ticket.number)
    events.append(desk, ticket, "rechecked", answer=answer)
    if answer == "again":
        timers.put(desk, "recheck", ticket.id, desk.now + RECHECK_AFTER)
    return ticket if answer == "back" else None


def asked_of_me(desk: Desk) -> list[Ticket]:
    """The tickets whose follow-up the acting resident has not answered."""
    return list(
        desk.session.scalars(
            select(Ticket)
            .join(FollowUp, (FollowUp.region == Ticket.region) & (FollowUp.ticket_id == Ticket.id))
            .where(
                Ticket.region == desk.region,
                FollowUp.person_id == desk.me,
                FollowUp.round == Ticket.rework,
                FollowUp.state.in_((FollowUpState.ASKED, FollowUpState.REMINDED, FollowUpState.PHONE_LIST)),
                Ticket.status.in_(DONE),
            )
            .order_by(FollowUp.asked_at.desc())
        )
    )


def _archive(desk: Desk, ticket: Ticket, answer: str) -> None:
    acting = desk.as_system() if answer in ("patrol", "unreachable") or _not_reporter(desk, ticket) else desk
    move(acting, ticket, Step.FOLLOW_UP, answer=answer)
    move(acting, ticket, Step.CLOSE)
    ticket.closed_at = desk.now
    timers.cancel(desk, ticket.id, "follow_up", "follow_up_reminder", "follow_up_expired")
    show(desk, ticket, ticket.handler_id, "letter.closed_card")
    if answer == "answered":
        timers.put(desk, "recheck", ticket.id, desk.now + RECHECK_AFTER)


def _not_reporter(desk: Desk, ticket: Ticket) -> bool:
    return desk.actor.person_id != ticket.reporter_id


def _rework_handler(desk: Desk, ticket: Ticket, previous: str) -> str:
    if ticket.rework == 1:
        if not is_away(desk, previous):
            return previous
        others = [who for who in assignments.ladder_of(desk, ticket) if not is_away(desk, who)]
        return others[0] if others else previous
    return coordinator(desk, ticket.grid) if ticket.rework == 2 else centre_coordinator(desk)  # noqa: PLR2004


def _rows(desk: Desk, ticket: Ticket) -> list[FollowUp]:
    return list(
        desk.session.scalars(
            select(FollowUp)
            .where(FollowUp.region == desk.region, FollowUp.ticket_id == ticket.id, FollowUp.round == ticket.rework)
            .order_by(FollowUp.person_id)
        )
    )


def _open_row(desk: Desk, ticket: Ticket, person_id: str) -> FollowUp:
    row = desk.session.get(FollowUp, (desk.region, ticket.id, person_id, ticket.rework))
    if row is None:
        raise Refused("refused.not_asked", number=ticket.number)
    if row.state in (FollowUpState.ANSWERED, FollowUpState.UNREACHABLE):
        raise Refused("refused.answered", number=ticket.number)
    return row


def _fill(row: FollowUp, answers: Answers, now: datetime) -> None:
    row.state = FollowUpState.ANSWERED
    row.answered_at = now
    row.contacted = answers.contacted
    row.arrival = answers.arrival
    row.solved = answers.solved
    row.satisfaction = answers.satisfaction
    row.reasons = list(answers.reasons)
    row.words = answers.words
    row.may_contact = answers.may_contact


def _pass_words(desk: Desk, ticket: Ticket, answers: Answers) -> None:
    post(
        desk,
        Letter(
            to=coordinator(desk, ticket.grid),
            text="letter.own_words",
            params={**facts(desk, ticket, third_party=False), "said": answers.words},
            key=f"words:{ticket.id}:{ticket.events}",
        ),
    )


def _onto_phone_list(desk: Desk, ticket: Ticket, row: FollowUp, reason: str | None = None) -> None:
    if row.state in (FollowUpState.ASKED, FollowUpState.REMINDED):
        row.state = FollowUpState.PHONE_LIST
        events.append(desk, ticket, "follow_up_unanswered", person=row.person_id, reason=reason)
        if row.person_id == ticket.reporter_id and ticket.status is Status.AUDITED:
            _ask_to_call(desk, ticket, row, "letter.phone_list_undelivered" if reason else "letter.phone_list")


def _ask_to_call(desk: Desk, ticket: Ticket, row: FollowUp, text: str) -> None:
    post(
        desk,
        Letter(
            to=coordinator(desk, ticket.grid),
            text=text,
            params=facts(desk, ticket, third_party=False),
            key=f"phone:{ticket.id}:{row.round}",
            card=f"phone:{ticket.id}",
            buttons=(
                Button(label="button.phone_number", press=press("phone_call", ticket)),
                Button(label="button.phone_reached", press=press("phone_call", ticket, reached="yes")),
                Button(label="button.phone_not_reached", press=press("phone_call", ticket, reached="no")),
            ),
        ),
    )


def _send(desk: Desk, ticket: Ticket, person_id: str, text: str, part: str) -> None:
    # Whoever has not answered in the chat will be called, if there is a number.
    callable_ = part != REMINDED or people.knows_phone(desk, person_id)
    post(
        desk,
        Letter(
            to=person_id,
            text=text,
            params={
                **facts(desk, ticket, third_party=False),
                "place": place_for(ticket, person_id),
                "result": ticket.result,
            },
            key=f"follow-up:{ticket.id}:{ticket.rework}:{person_id}:{part}",
            card=f"{CARD}:{ticket.id}:{ticket.rework}",
            matters=True,
            buttons=(
                *(
                    Button(label=f"button.contacted_{answer}", press=press("follow_up", ticket, contacted=answer))
                    for answer in ("yes", "no")
                ),
                *(
                    ()
                    if callable_
                    else (Button(label="button.leave_phone", press={"open": "leave_phone", "with": {}}),)
                ),
            ),
        ),
    )
