"""Who cannot be written to any more, and where else do they hear us?"""

from __future__ import annotations

from sqlalchemy import select

from gridwhistle.services import timers
from gridwhistle.services.desk import Address, Desk
from gridwhistle.services.outbox import addressee, wake
from gridwhistle.services.schema import Account, LetterRow, LetterState, Person
from gridwhistle.services.schema.outbox import UNSENT


def stopped(desk: Desk, letter: LetterRow) -> None:
    """The letter's person has blocked this chat: what waits for it goes to another chat of theirs, or is dead.

    Somebody without any chat left is marked unreachable, until heard again.
    """
    account = desk.session.get(Account, (desk.region, letter.channel, letter.address))
    if account is not None:
        account.blocked = True
    desk.session.flush()
    desk.addressees.pop(letter.person_id, None)
    other, _ = addressee(desk, letter.person_id)
    if other is None:
        person = desk.session.get_one(Person, (desk.region, letter.person_id))
        person.reachable = False
    for row in (letter, *_waiting(desk, letter)):
        if other is None:
            row.state, row.problem = LetterState.DEAD, letter.problem or "the person has blocked the chat"
            call_instead(desk, row)
        else:
            _readdress(desk, row, other)


def set_blocked(desk: Desk, where: Address, *, blocked: bool) -> None:
    """The platform tells that a chat's person has blocked us, or let us in again.

    What waits for the chat finds out when it is sent, and goes another way then.
    """
    account = desk.session.get(Account, (desk.region, where.channel, where.address))
    if account is None:
        return
    account.blocked = blocked
    desk.session.flush()
    desk.addressees.pop(account.person_id, None)
    other, _ = addressee(desk, account.person_id)
    desk.session.get_one(Person, (desk.region, account.person_id)).reachable = other is not None


def call_instead(desk: Desk, letter: LetterRow) -> None:
    """Let somebody telephone with a letter that mattered and cannot be delivered."""
    if letter.matters:
        timers.put(desk, "call_instead", letter.id, desk.now)


def _waiting(desk: Desk, letter: LetterRow) -> list[LetterRow]:
    return list(
        desk.session.scalars(
            select(LetterRow)
            .where(
                LetterRow.region == desk.region,
                LetterRow.channel == letter.channel,
                LetterRow.address == letter.address,
                LetterRow.state == LetterState.WAITING,
                LetterRow.id != letter.id,
                UNSENT,
            )
            .order_by(LetterRow.id)
        )
    )


def _readdress(desk: Desk, row: LetterRow, where: Address) -> None:
    row.channel, row.address, row.state = where.channel, where.address, LetterState.WAITING
    wake(desk, where, row.priority, row.not_before, row.id)
