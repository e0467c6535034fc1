"""Whose turn is it to be sent something?

A chat's letters of one priority stand in a lane and go one after another; a lane is leased, never a letter. So a chat
that must wait, or that has five hundred letters, is one row that is looked at when it is due, and holds up nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, delete, func, select, update

from gridwhistle.services import numbers, paces, placing
from gridwhistle.services.desk import Desk
from gridwhistle.services.outbox import URGENT, Priority
from gridwhistle.services.prepared import fetch, run
from gridwhistle.services.schema import Lane, LetterRow, LetterState, table_of
from gridwhistle.services.schema.outbox import UNSENT
from gridwhistle.services.sending import OutgoingLetter, Pace, Wants
from gridwhistle.services.store import new_id

LEASE = timedelta(seconds=60)
RUN = 20
"""So many of a lane go at once where a repeat is not seen; elsewhere each is marked before its call."""
BUSY = timedelta(seconds=1)
"""How long a lane rests whose letters a turn is just changing."""

_LANES, _LETTERS = table_of(Lane), table_of(LetterRow)
_DUE = (
    select(_LANES.c.address, _LANES.c.lease)
    .where(
        _LANES.c.region == bindparam("here"),
        _LANES.c.channel == bindparam("of_channel"),
        _LANES.c.priority == bindparam("of_priority"),
        _LANES.c.due_at <= bindparam("now"),
    )
    .order_by(_LANES.c.due_at, _LANES.c.head_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_LANE = (
    _LANES.c.region == bindparam("here"),
    _LANES.c.channel == bindparam("of_channel"),
    _LANES.c.address == bindparam("of_chat"),
    _LANES.c.priority == bindparam("of_priority"),
)
_HOLDER = select(_LANES.c.lease).where(*_LANE).with_for_update()
_SET = (
    update(_LANES).where(*_LANE).values(due_at=bindparam("due"), head_id=bindparam("head"), lease=bindparam("of_lease"))
)
_CLEAR = delete(_LANES).where(*_LANE)


def _of_lane(letters: FromClause) -> ColumnElement[bool]:
    return and_(
        letters.c.region == bindparam("here"),
        letters.c.channel == bindparam("of_channel"),
        letters.c.address == bindparam("of_chat"),
        letters.c.priority == bindparam("of_priority"),
        UNSENT,
    )


_FIRST = select(_LETTERS.c.id, _LETTERS.c.not_before).where(_of_lane(_LETTERS)).order_by(_LETTERS.c.id).limit(1)
_BEFORE = _LETTERS.alias("before")
_HEADS = (
    select(
        *(
            _LETTERS.c[name]
            for name in (
                "id",
                "person_id",
                "text",
                "buttons",
                "attachments",
                "wants",
                "card",
                "reply",
                "state",
                "not_before",
            )
        ),
        _LETTERS.c.once,
        select(func.count())
        .select_from(_BEFORE)
        .where(_of_lane(_BEFORE), _BEFORE.c.id < _LETTERS.c.id)
        .scalar_subquery()
        .label("place"),
    )
    .where(_of_lane(_LETTERS))
    .order_by(_LETTERS.c.id)
    .limit(bindparam("most"))
    # A letter that a turn is just taking back, or an old holder settling, is not waited for: that could be waiting for
    # each other. Nor is it overtaken: its place tells.
    .with_for_update(skip_locked=True)
)
_LETTER = (_LETTERS.c.region == bindparam("here"), _LETTERS.c.id == bindparam("letter"))
_CALL = (
    update(_LETTERS)
    .where(*_LETTER)
    .values(
        state=LetterState.SENDING,
        attempts=_LETTERS.c.attempts + 1,
        doubts=_LETTERS.c.doubts + bindparam("doubt"),
        called_at=bindparam("now"),
        first_number=bindparam("number"),
    )
)
_DOUBT = (
    update(_LETTERS)
    .where(*_LETTER)
    .values(
        state=LetterState.DOUBTFUL, doubts=_LETTERS.c.doubts + 1, problem="the sender died before it knew of an answer"
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Errand:
    """Letters of one lane, leased to whoever claimed them, to be sent in this order until one fails."""

    channel: str
    address: str
    priority: Priority
    lease: str
    letters: tuple[OutgoingLetter, ...]

    @property
    def lane(self) -> tuple[str, str, int]:
        """What tells the lane from all others of the region."""
        return (self.channel, self.address, self.priority)


def claim(desk: Desk, channel: str, pace: Pace, *, free: int, reserve: int = 0) -> list[Errand]:
    """Lease lanes that are due, the most urgent first and in each priority the longest waiting, as the pace allows.

    ``free``: how many errands may begin; the last ``reserve`` of them only with emergencies and replies.
    """
    rate = paces.ChannelPace(desk, channel, pace)
    errands: list[Errand] = []
    for priority in Priority:
        room = free if priority in URGENT else free - reserve
        while (most := min(room - len(errands), rate.left)) > 0:
            lanes = fetch(
                desk.session,
                _DUE,
                {"here": desk.region, "of_channel": channel, "of_priority": priority, "now": desk.now, "most": most},
            )
            for lane in lanes:
                errand = _take(desk, channel, lane, priority, pace)
                if errand is not None:
                    errands.append(errand)
                    rate.spend(len(errand.letters))
            if len(lanes) < most:
                break
    return errands


def release(desk: Desk, errand: Errand) -> None:
    """Give a lane back; it is due again when its next letter is. Not if somebody else has taken it over."""
    names = _names(desk, errand.channel, errand.address, errand.priority)
    held = fetch(desk.session, _HOLDER, names)
    if held and held[0].lease == errand.lease:
        _put_back(desk, names, desk.now)


def next_due(desk: Desk) -> datetime | None:
    """When the next letter that is held back may go out; a dead sender's one, when its lease runs out.

    What could go out now already, but waits for a channel that nobody serves, is not coming.
    """
    return desk.session.execute(
        select(func.min(Lane.due_at)).where(Lane.region == desk.region, Lane.due_at > desk.now)
    ).scalar_one_or_none()


def _take(desk: Desk, channel: str, lane: Any, priority: Priority, pace: Pace) -> Errand | None:
    names = _names(desk, channel, lane.address, priority)
    letters = _heads(desk, names, pace)
    if not letters or letters[0].not_before > desk.now:
        _put_back(desk, names, desk.now + BUSY)
        return None
    leave = paces.chat_leave(desk, channel, lane.address, pace)
    if leave.wait_until is not None:
        run(desk.session, _SET, [{**names, "due": leave.wait_until, "head": letters[0].id, "of_lease": None}])
        return None
    lease = new_id()
    run(desk.session, _SET, [{**names, "due": desk.now + LEASE, "head": letters[0].id, "of_lease": lease}])
    first = {row.id: _first_number(desk, names, row, pace) for row in letters}
    run(
        desk.session,
        _CALL,
        [
            {
                "here": desk.region,
                "letter": row.id,
                "now": desk.now,
                "number": first[row.id],
                "doubt": int(row.state is LetterState.SENDING),
            }
            for row in letters
        ],
    )
    return Errand(
        channel=channel,
        address=lane.address,
        priority=priority,
        lease=lease,
        letters=tuple(
            _outgoing(desk, names, row, first_number=first[row.id] or 1, window_open=leave.window_open)
            for row in letters
        ),
    )


def _heads(desk: Desk, names: dict[str, Any], pace: Pace) -> Sequence[Any]:
    """The next letters of a lane. One that a dead process was sending is sent again, unless a repeat does harm."""
    most = RUN if pace.repeats_vanish else 1
    while True:
        rows = _unbroken(fetch(desk.session, _HEADS, {**names, "most": most}), desk.now)
        harmful = [row for row in rows if row.state is LetterState.SENDING and row.once and not pace.repeats_vanish]
        if not harmful:
            return rows
        run(desk.session, _DOUBT, [{"here": desk.region, "letter": row.id} for row in harmful])


def _unbroken(rows: Sequence[Any], now: datetime) -> Sequence[Any]:
    """The letters of a lane's head up to the first that is missing, or that waits behind another for its time."""
    for place, row in enumerate(rows):
        if row.place != place or (place and row.not_before > now):
            return rows[:place]
    return rows


def _put_back(desk: Desk, names: dict[str, Any], earliest: datetime) -> None:
    first = next(iter(fetch(desk.session, _FIRST, names)), None)
    if first is None:
        run(desk.session, _CLEAR, [names])
        return
    due = max(first.not_before, earliest)
    run(desk.session, _SET, [{**names, "due": due, "head": first.id, "of_lease": None}])


def _first_number(desk: Desk, names: dict[str, Any], row: Any, pace: Pace) -> int | None:
    if not pace.numbers_buttons or not row.buttons:
        return None
    return numbers.first_number(desk, names["of_channel"], names["of_chat"], row.id, len(row.buttons))


def _outgoing(desk: Desk, names: dict[str, Any], row: Any, *, first_number: int, window_open: bool) -> OutgoingLetter:
    channel, address = names["of_channel"], names["of_chat"]
    shown = placing.shown_form(desk, channel, address, row)
    return OutgoingLetter(
        id=row.id,
        person_id=row.person_id,
        channel=channel,
        address=address,
        text=row.text,
        labels=tuple(button["label"] for button in row.buttons) if isinstance(row.buttons, list) else (),
        attachments=tuple(row.attachments),
        card=row.card,
        reply=row.reply,
        wants=Wants(row.wants) if row.wants else None,
        replaces=shown.message_id if shown else None,
        in_place=shown is not None and placing.stays_in_place(desk, channel, address, row, shown),
        first_number=first_number,
        shown=tuple(shown.attachments) if shown else (),
        window_open=window_open,
    )


def _names(desk: Desk, channel: str, address: str, priority: int) -> dict[str, Any]:
    return {"here": desk.region, "of_channel": channel, "of_chat": address, "of_priority": int(priority)}
