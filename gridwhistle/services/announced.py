"""Which letters could only be announced, and may be sent whole now that their person has written?

Outside of its answer window a platform takes nothing but a template with a few words. The letter counts as sent then;
it goes out whole as soon as the window is open again.
"""

from __future__ import annotations

from sqlalchemy import select

from gridwhistle.services import memory
from gridwhistle.services.desk import Address, Desk
from gridwhistle.services.fates import has_successor
from gridwhistle.services.outbox import wake
from gridwhistle.services.schema import LetterRow, LetterState

MARK = "announced:"
"""What the message id of an announcement begins with."""
MOST = 3
"""So many are sent whole, the newest: the window takes few, and the answer to what was just written comes first."""


def send_whole(desk: Desk, where: Address) -> int:
    """Put the announced letters of a chat back into the outbox; gives how many. An older form of a card stays away."""
    rows = desk.session.scalars(
        select(LetterRow)
        .where(
            LetterRow.region == desk.region,
            LetterRow.channel == where.channel,
            LetterRow.address == where.address,
            LetterRow.state == LetterState.SENT,
            LetterRow.message_id.startswith(MARK),
        )
        .order_by(LetterRow.id.desc())
    ).all()
    whole: list[LetterRow] = []
    for row in rows:
        row.message_id = None
        if len(whole) < MOST and not has_successor(desk, row):
            whole.append(row)
    if whole:
        # Their turn may come before the turn of what was written, which would open the window otherwise.
        memory.recall(desk.session, desk.region, where, desk.now)
    for row in whole:
        row.state, row.attempts, row.not_before = LetterState.WAITING, 0, desk.now
        wake(desk, where, row.priority, desk.now, row.id)
    return len(whole)
