"""Must a chat's next message wait, because its sender is too fast or because earlier ones wait already?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, case, distinct, func, select

from gridwhistle.services import memory, outbox
from gridwhistle.services.desk import Address, Desk
from gridwhistle.services.prepared import fetch
from gridwhistle.services.schema import InboxRow, table_of

FLOOD = 20
"""Messages of one sender within ``FLOOD_SPAN`` that are handled at once; what is above comes at that same pace."""
FLOOD_SPAN = timedelta(seconds=10)

_ROWS = table_of(InboxRow)
OF_CHAT = and_(
    _ROWS.c.region == bindparam("here"),
    _ROWS.c.channel == bindparam("of_channel"),
    _ROWS.c.address == bindparam("of_address"),
)
"""The inbox rows of one chat, which ``chat_values`` names."""
# An album counts as one message, and its later parts not at all.
_MESSAGE = func.coalesce(_ROWS.c.album, _ROWS.c.external_id)
_HEARD = select(func.count(distinct(_MESSAGE)).label("heard")).where(
    OF_CHAT, _ROWS.c.received_at > bindparam("since"), bindparam("besides") != _MESSAGE
)
_LINE = select(
    func.count().label("length"), func.max(case((_ROWS.c.album.is_(None), _ROWS.c.not_before))).label("slowed")
).where(OF_CHAT, _ROWS.c.handled_at.is_(None))


@dataclass(frozen=True, kw_only=True, slots=True)
class Flood:
    """A sender is too fast: the next message is left alone until then; ``begins`` for the first one."""

    until: datetime
    begins: bool


def must_wait(desk: Desk, where: Address) -> bool:
    """Whether the next message of a chat must go through the inbox: earlier ones wait there, or it is a flood."""
    (line,) = fetch(desk.session, _LINE, chat_values(desk.region, where))
    return line.length > 0 or _is_flood(desk, where)


def flood_of(desk: Desk, where: Address, message: str) -> Flood | None:
    """Until when ``message`` (its album or external id) is left alone; ``None`` where the sender is not too fast."""
    if not _is_flood(desk, where, message):
        return None
    (line,) = fetch(desk.session, _LINE, chat_values(desk.region, where))
    begins = line.slowed is None or line.slowed <= desk.now
    return Flood(until=(desk.now if begins else line.slowed) + FLOOD_SPAN / FLOOD, begins=begins)


def tell_to_slow_down(desk: Desk, where: Address) -> None:
    """Let the sender know why the answers take longer now."""
    actor, _ = memory.recall(desk.session, desk.region, where, desk.now)
    theirs = replace(desk, actor=actor, here=where, addressees={})
    theirs.addressees[theirs.me] = (where, actor.language)
    key = f"slow_down:{where.channel}:{where.address}:{int(desk.now.timestamp() * 1_000_000)}"
    outbox.post(theirs, outbox.Letter(to=theirs.me, text="common.slow_down", key=key))


def chat_values(region: str, where: Address) -> dict[str, str]:
    """What a statement over ``OF_CHAT`` is given."""
    return {"here": region, "of_channel": where.channel, "of_address": where.address}


def _is_flood(desk: Desk, where: Address, message: str = "") -> bool:
    span = {"since": desk.now - FLOOD_SPAN, "besides": message}
    (row,) = fetch(desk.session, _HEARD, {**chat_values(desk.region, where), **span})
    return bool(row.heard >= FLOOD)
