"""What becomes of a letter once a channel has answered, or has not?"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import bindparam, select, update

from gridwhistle.services import lanes, paces, unreachable
from gridwhistle.services.desk import Desk
from gridwhistle.services.lanes import Errand
from gridwhistle.services.outbox import Priority
from gridwhistle.services.prepared import run
from gridwhistle.services.schema import LetterRow, LetterState, table_of
from gridwhistle.services.sending import OutgoingLetter, Pace, SendReport, SendResult

log = structlog.get_logger(__name__)

MOST_TRIES = 40
TRY_FOR = timedelta(hours=48)
"""From its writing on; then an operator looks at it."""
REPAIR_TIME = timedelta(minutes=1)
"""How long a channel rests that the operator has to put right."""
LONGEST_WAIT = {
    Priority.EMERGENCY: timedelta(minutes=1),
    Priority.REPLY: timedelta(minutes=5),
    Priority.PERSONAL: timedelta(hours=1),
    Priority.BULK: timedelta(hours=1),
}

_LETTERS = table_of(LetterRow)
_SENT = (
    update(_LETTERS)
    .where(_LETTERS.c.region == bindparam("here"), _LETTERS.c.id == bindparam("letter"))
    .values(state=LetterState.SENT, sent_at=bindparam("now"), message_id=bindparam("message"), problem="")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A channel's answers for the letters of an errand, in their order; none for those that were not tried."""

    errand: Errand
    reports: tuple[SendReport, ...]


def settle(desk: Desk, outcomes: Iterable[Outcome], channels: Mapping[str, Pace]) -> None:
    """Write down what became of letters, and give their lanes back.

    Accounts and letters first, the lanes last and in their order, as every turn does: so nobody waits in a circle.
    """
    ordered = sorted(outcomes, key=lambda outcome: outcome.errand.lane)
    for outcome in ordered:
        pace = channels[outcome.errand.channel]
        tried = len(outcome.reports)
        for letter, report in zip(outcome.errand.letters[:tried], outcome.reports, strict=True):
            _write_down(desk, letter, report, pace)
        for letter in outcome.errand.letters[tried:]:
            _take_back(desk, letter)
    desk.session.flush()
    for outcome in ordered:
        lanes.release(desk, outcome.errand)


def back_off(letter_id: str, attempts: int, priority: int) -> timedelta:
    """How long a letter waits after so many attempts: longer each time, up to a limit, and not in step with others."""
    wait = min(timedelta(seconds=2 ** min(attempts, 20)), LONGEST_WAIT[Priority(priority)])
    # By the letter's id and not by chance, so that a played conversation gives the same times each time.
    share = zlib.crc32(f"{letter_id}{attempts}".encode()) / 2**32
    return wait * (0.5 + share / 2)


def _write_down(desk: Desk, letter: OutgoingLetter, report: SendReport, pace: Pace) -> None:
    if report.result is SendResult.SENT:
        values = {"here": desk.region, "letter": letter.id, "now": desk.now, "message": report.message_id}
        run(desk.session, _SENT, [values])
        return
    row = _still_sending(desk, letter)
    if row is None:
        return
    row.problem = report.problem
    match report.result:
        case SendResult.STOPPED:
            unreachable.stopped(desk, row)
        case SendResult.REFUSED:
            _give_up(desk, row)
        case _ if has_successor(desk, row):
            # Sent again it would come after the card's newer form, and take its place.
            row.state = LetterState.REPLACED
        case SendResult.MISCONFIGURED:
            # The letter is as good as before, however long the operator takes: its time does not count.
            log.error("channel.misconfigured", channel=letter.channel, problem=report.problem)
            row.state, row.attempts = LetterState.WAITING, row.attempts - 1
            paces.close(desk, letter.channel, pace, desk.now + REPAIR_TIME)
        case SendResult.UNKNOWN if row.once and not pace.repeats_vanish:
            row.doubts += 1
            row.state = LetterState.DOUBTFUL
            log.warning("letter.doubtful", letter=row.id, channel=row.channel)
        case result:
            row.doubts += result is SendResult.UNKNOWN
            _try_again(desk, row, report)


def _try_again(desk: Desk, row: LetterRow, report: SendReport) -> None:
    asked_to_wait = report.result is SendResult.LATER
    if desk.now - row.created_at > TRY_FOR or (row.attempts >= MOST_TRIES and not asked_to_wait):
        _give_up(desk, row)
        return
    row.state = LetterState.WAITING
    row.not_before = desk.now + (report.retry_after or back_off(row.id, row.attempts, row.priority))


def _give_up(desk: Desk, row: LetterRow) -> None:
    row.state = LetterState.DEAD
    log.warning("letter.dead", letter=row.id, channel=row.channel, attempts=row.attempts)
    unreachable.call_instead(desk, row)


def _take_back(desk: Desk, letter: OutgoingLetter) -> None:
    """It was marked before the call, but there was no call."""
    row = _still_sending(desk, letter)
    if row is not None:
        row.state, row.attempts = LetterState.WAITING, row.attempts - 1


def _still_sending(desk: Desk, letter: OutgoingLetter) -> LetterRow | None:
    """The row, unless a process that took over a lost lease has settled it meanwhile."""
    # Locked before it is looked at: that process may just be at it, and gives up the lane with what it writes.
    row = desk.session.get(LetterRow, (desk.region, letter.id), with_for_update=True, populate_existing=True)
    return row if row is not None and row.state is LetterState.SENDING else None


def has_successor(desk: Desk, row: LetterRow) -> bool:
    """Whether a newer form of the letter's card has been written."""
    if row.card is None:
        return False
    newer = select(LetterRow.id).where(
        LetterRow.region == desk.region,
        LetterRow.person_id == row.person_id,
        LetterRow.card == row.card,
        LetterRow.id > row.id,
    )
    return desk.session.scalars(newer.limit(1)).first() is not None
