"""What has arrived and waits for its turn, and whose turn is it?

A channel writes what arrives here before it tells the platform that it has it. Any process takes the next of each
chat, under a lease; the turn that handles it marks it in its own transaction. So nothing is lost when a process is
killed, nothing acts twice, and each chat keeps its order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, func, null, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from gridwhistle.services.desk import Address, Desk
from gridwhistle.services.flood import OF_CHAT, chat_values, flood_of, tell_to_slow_down
from gridwhistle.services.prepared import run
from gridwhistle.services.schema import InboxRow, Json, JsonObject, LetterRow, table_of
from gridwhistle.services.store import Insertion, insert

LEASE = timedelta(seconds=60)
ALBUM_GATHERS = timedelta(seconds=1)
"""How long the photos of one album may come after one another."""
MOST_ATTEMPTS = 8

_KEY = ("region", "channel", "address", "external_id")
_ROWS = table_of(InboxRow)
_ARRIVED = Insertion(table=_ROWS, conflict=_KEY)
_HANDLED = Insertion(
    table=_ROWS,
    conflict=_KEY,
    update=("content", "handled_at"),
    only_if=lambda _new: _ROWS.c.handled_at.is_(None),
)
_ONE = and_(OF_CHAT, _ROWS.c.external_id == bindparam("of_id"))
_MARK = update(_ROWS).where(_ONE, _ROWS.c.handled_at.is_(None)).values(handled_at=bindparam("at"))
_LET_GO = (
    update(_ROWS)
    .where(_ONE, _ROWS.c.handled_at.is_(None))
    .values(leased_until=bindparam("until"), problem=bindparam("why"))
)
_GIVE_UP = (
    update(_ROWS)
    .where(_ONE, _ROWS.c.handled_at.is_(None))
    .values(leased_until=null(), handled_at=bindparam("at"), problem=bindparam("why"))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteFile:
    """A file that still lies with the platform; ``reference`` is what the channel fetches it by."""

    kind: str
    """``photo``, ``voice``, ``video``, ``file``."""
    reference: str
    size: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """An update as a channel hands it in; ``content`` is in the form of ``dialogs.message.dump_content``."""

    channel: str
    address: str
    external_id: str
    received_at: datetime
    content: JsonObject
    position: int | None = None
    """The channel's own order; without one the order of arrival."""
    files: tuple[RemoteFile, ...] = ()
    album: str | None = None
    quotes: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """An update that this process may handle until its lease runs out; ``parts`` are further ones of its album."""

    where: Address
    external_id: str
    received_at: datetime
    content: JsonObject
    files: tuple[RemoteFile, ...]
    quotes: str | None
    attempts: int
    parts: tuple[Waiting, ...] = ()


def receive(desk: Desk, arrivals: Iterable[Arrival]) -> int:
    """Keep updates until their turn; gives how many were new. Only after the commit the platform may be told.

    Who sends too many at once is told once, and heard at a slower pace (``flood``).
    """
    new = 0
    for number, arrival in enumerate(arrivals):
        where = Address(channel=arrival.channel, address=arrival.address)
        flood = flood_of(desk, where, arrival.album or arrival.external_id)
        gathering = desk.now + ALBUM_GATHERS if arrival.album else None
        row = {
            "region": desk.region,
            "channel": arrival.channel,
            "address": arrival.address,
            "external_id": arrival.external_id,
            "received_at": arrival.received_at,
            "content": arrival.content,
            "position": _moment(arrival.received_at) + number if arrival.position is None else arrival.position,
            "not_before": flood.until if flood is not None else gathering,
            "files": [{"kind": one.kind, "reference": one.reference, "size": one.size} for one in arrival.files],
            "album": arrival.album,
            "quotes": arrival.quotes,
        }
        if not insert(desk.session, _ARRIVED, row):
            continue
        new += 1
        if flood is not None and flood.begins:
            tell_to_slow_down(desk, where)
    return new


def take_in(
    session: Session,
    region: str,
    where: Address,
    external_id: str,
    received_at: datetime,
    content: JsonObject,
    now: datetime,
) -> bool:
    """Mark an update as handled in this turn, whether it waited or came directly; ``False`` if it was already."""
    return insert(
        session,
        _HANDLED,
        {
            "region": region,
            "channel": where.channel,
            "address": where.address,
            "external_id": external_id,
            "received_at": received_at,
            "content": content,
            "handled_at": now,
        },
    )


def mark_handled(session: Session, region: str, where: Address, external_ids: Sequence[str], now: datetime) -> None:
    """Mark updates as handled that another one stood for."""
    if external_ids:
        run(session, _MARK, [{**_key(region, where, one), "at": now} for one in external_ids])


def claim(desk: Desk, channels: Sequence[str], most: int) -> list[Waiting]:
    """Lease the first waiting update of up to ``most`` chats, the longest waiting first.

    A chat with an update under somebody's lease is passed over: it keeps its order.
    """
    mine, other = InboxRow, aliased(InboxRow)
    free = or_(mine.leased_until.is_(None), mine.leased_until <= desk.now)
    due = or_(mine.not_before.is_(None), mine.not_before <= desk.now)
    held_up = (
        select(other.external_id)
        .where(
            other.region == mine.region,
            other.channel == mine.channel,
            other.address == mine.address,
            other.handled_at.is_(None),
            or_(
                tuple_(other.position, other.external_id) < tuple_(mine.position, mine.external_id),
                other.leased_until > desk.now,
            ),
        )
        .exists()
    )
    rows = desk.session.scalars(
        select(mine)
        .where(
            mine.region == desk.region,
            mine.handled_at.is_(None),
            mine.channel.in_(channels),
            free,
            due,
            ~held_up,
        )
        .order_by(mine.received_at)
        .limit(most)
        .with_for_update(skip_locked=True, of=mine)
    ).all()
    return [_leased(desk, row) for row in rows]


def let_go(desk: Desk, waiting: Waiting, problem: str) -> bool:
    """Give an update back after a failure: tried again later and later, and at last given up; tells whether it was."""
    key = _key(desk.region, waiting.where, waiting.external_id)
    if waiting.attempts >= MOST_ATTEMPTS:
        run(desk.session, _GIVE_UP, [{**key, "at": desk.now, "why": problem}])
        return True
    until = desk.now + timedelta(seconds=min(2**waiting.attempts, 60))
    run(desk.session, _LET_GO, [{**key, "until": until, "why": problem}])
    return False


def quoted_letter(desk: Desk, waiting: Waiting) -> str | None:
    """The id of our letter whose message the update replies to."""
    return desk.session.scalars(
        select(LetterRow.id)
        .where(
            LetterRow.region == desk.region,
            LetterRow.channel == waiting.where.channel,
            LetterRow.address == waiting.where.address,
            LetterRow.message_id == waiting.quotes,
        )
        .order_by(LetterRow.id.desc())
        .limit(1)
    ).first()


def count_waiting(desk: Desk) -> int:
    """How many updates wait in the region."""
    return desk.session.scalars(
        select(func.count()).where(InboxRow.region == desk.region, InboxRow.handled_at.is_(None))
    ).one()


def _leased(desk: Desk, row: InboxRow) -> Waiting:
    rows = [row]
    if row.album is not None:
        rows += desk.session.scalars(
            select(InboxRow)
            .where(
                InboxRow.region == row.region,
                InboxRow.channel == row.channel,
                InboxRow.address == row.address,
                InboxRow.album == row.album,
                InboxRow.handled_at.is_(None),
                InboxRow.external_id != row.external_id,
            )
            .order_by(InboxRow.position, InboxRow.external_id)
        )
    for one in rows:
        one.leased_until = desk.now + LEASE
        one.attempts += 1
    first, *others = (_waiting(one) for one in rows)
    return replace(first, parts=tuple(others))


def _waiting(row: InboxRow) -> Waiting:
    return Waiting(
        where=Address(channel=row.channel, address=row.address),
        external_id=row.external_id,
        received_at=row.received_at,
        content=row.content,
        files=tuple(_file(one) for one in row.files) if isinstance(row.files, list) else (),
        quotes=row.quotes,
        attempts=row.attempts,
    )


def _file(row: Json) -> RemoteFile:
    if not isinstance(row, dict):
        raise TypeError("a file of an inbox row is no object")
    size = row["size"]
    return RemoteFile(
        kind=str(row["kind"]), reference=str(row["reference"]), size=size if isinstance(size, int) else None
    )


def _moment(at: datetime) -> int:
    """Microseconds, as a place in the order of arrival."""
    return int(at.timestamp() * 1_000_000)


def _key(region: str, where: Address, external_id: str) -> dict[str, str]:
    return {**chat_values(region, where), "of_id": external_id}
