"""Which letters need an operator, and what does the operator do with them?

Texts and addresses are masked; whoever wants to see them says why, and that is written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import TextClause, func, select

from gridwhistle.services.desk import Address, Desk
from gridwhistle.services.outbox import NOWHERE, addressee, wake
from gridwhistle.services.schema import LetterRow, LetterState, Reveal
from gridwhistle.services.schema.outbox import STRANDED, UNSENT
from gridwhistle.services.store import new_id

STRANDED_STATES = (LetterState.DEAD, LetterState.DOUBTFUL)
UNSENT_STATES = (LetterState.WAITING, LetterState.SENDING)
OPERATOR = "operator"
"""Who has seen something, where it was somebody at the command line."""
MASK = "▇"


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterView:
    """A letter as an operator sees it; ``text`` and ``address`` are masked unless they were revealed."""

    id: str
    state: LetterState
    channel: str
    address: str
    text_key: str
    text: str
    priority: int
    created_at: datetime
    called_at: datetime | None
    attempts: int
    doubts: int
    problem: str


def stranded(desk: Desk, limit: int = 50) -> list[LetterView]:
    """The letters that need an operator, newest first."""
    return _views(desk, STRANDED, limit)


def unsent(desk: Desk, limit: int = 50) -> list[LetterView]:
    """The letters that still go out by themselves, newest first."""
    return _views(desk, UNSENT, limit)


def counts(desk: Desk) -> dict[LetterState, int]:
    """How many letters are in each state that is not an end."""
    found: dict[LetterState, int] = dict.fromkeys((*UNSENT_STATES, *STRANDED_STATES), 0)
    for index in (UNSENT, STRANDED):
        counted = select(LetterRow.state, func.count()).where(LetterRow.region == desk.region, index)
        rows = desk.session.execute(counted.group_by(LetterRow.state)).all()
        found.update({row[0]: row[1] for row in rows})
    return found


def find(desk: Desk, letter_id: str) -> LetterView | None:
    """One letter, masked."""
    row = desk.session.get(LetterRow, (desk.region, letter_id))
    return _view(row) if row else None


def reveal(desk: Desk, letter_id: str, reason: str) -> LetterView | None:
    """One letter with its text and address; who looked and why is written down (个人信息保护法).

    Raises ``ValueError`` where no reason is given.
    """
    if not reason.strip():
        raise ValueError("say why: every reveal is written down")
    row = desk.session.get(LetterRow, (desk.region, letter_id))
    if row is None:
        return None
    why = f"outbox {letter_id}: {reason.strip()}"
    desk.session.add(
        Reveal(region=desk.region, id=new_id(), person_id=row.person_id, viewer_id=OPERATOR, reason=why, at=desk.now)
    )
    return _view(row, masked=False)


def resend(desk: Desk, letter_id: str) -> bool:
    """Let a stranded letter go out anew, to the chat where its person is heard now; ``False`` if it is not stranded."""
    row = desk.session.get(LetterRow, (desk.region, letter_id))
    if row is None or row.state not in STRANDED_STATES:
        return False
    found, _ = addressee(desk, row.person_id)
    known = Address(channel=row.channel, address=row.address)
    where = found or (None if known == NOWHERE else known)
    if where is None:
        return False
    row.channel, row.address, row.state = where.channel, where.address, LetterState.WAITING
    # Its two days of tries begin anew.
    row.attempts, row.created_at, row.not_before, row.problem = 0, desk.now, desk.now, ""
    wake(desk, where, row.priority, desk.now, row.id)
    return True


def drop(desk: Desk, letter_id: str) -> bool:
    """Give a stranded letter up; ``False`` if it is not stranded."""
    row = desk.session.get(LetterRow, (desk.region, letter_id))
    if row is None or row.state not in STRANDED_STATES:
        return False
    row.state = LetterState.DROPPED
    return True


def _views(desk: Desk, which: TextClause, limit: int) -> list[LetterView]:
    rows = desk.session.scalars(
        select(LetterRow).where(LetterRow.region == desk.region, which).order_by(LetterRow.id.desc()).limit(limit)
    )
    return [_view(row) for row in rows]


def _view(row: LetterRow, *, masked: bool = True) -> LetterView:
    return LetterView(
        id=row.id,
        state=row.state,
        channel=row.channel,
        address=_mask(row.address) if masked else row.address,
        text_key=row.text_key,
        text=MASK * 3 if masked else row.text,
        priority=row.priority,
        created_at=row.created_at,
        called_at=row.called_at,
        attempts=row.attempts,
        doubts=row.doubts,
        problem=row.problem,
    )


def _mask(address: str) -> str:
    return address[:1] + MASK * 3 if address else ""
