"""May this channel, and this chat, be sent another letter now, whichever process asks?

What was sent lately stands in the store. A channel's rate is kept by the time at which its next letter would be on
time if all came evenly; a chat's quotas by the times of its latest letters, which is exact at every moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, select, update

from gridwhistle.services.desk import Desk
from gridwhistle.services.prepared import fetch, run
from gridwhistle.services.schema import Account, PaceRow, table_of
from gridwhistle.services.sending import Pace, Quota
from gridwhistle.services.store import Insertion, insert

AT_ONCE = 0.1
"""The share of a second's letters that may go together: the rest of them must not come on top of a full second."""
LOOK_AGAIN = timedelta(minutes=10)
"""How often a letter is tried that waits for a person to write to us."""
PLENTY = 1_000_000

_PACES, _A = table_of(PaceRow), table_of(Account)
_ROW = Insertion(table=_PACES, conflict=("region", "channel", "address"))
_HERE = (
    _PACES.c.region == bindparam("here"),
    _PACES.c.channel == bindparam("of_channel"),
    _PACES.c.address == bindparam("of_chat"),
)
_READ = select(_PACES.c.ready_at, _PACES.c.sends).where(*_HERE).with_for_update()
_SPEND = update(_PACES).where(*_HERE).values(ready_at=bindparam("ready"))
_SEND = update(_PACES).where(*_HERE).values(sends=bindparam("times"))
_HEARD = select(_A.c.last_heard_at).where(
    _A.c.region == bindparam("here"), _A.c.channel == bindparam("of_channel"), _A.c.address == bindparam("of_chat")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Leave:
    """Whether a chat may be sent a letter now."""

    wait_until: datetime | None = None
    window_open: bool = True


class ChannelPace:
    """A channel's rate in one transaction; other processes wait until it ends."""

    def __init__(self, desk: Desk, channel: str, pace: Pace) -> None:
        self._desk, self._channel, self._pace = desk, channel, pace
        if pace.repeats_vanish:
            # Our own process' channel has no operator who could break it, and no rate.
            self.left = PLENTY
            return
        self._ready = max(_read(desk, channel, "").ready_at, desk.now)
        self.left = self._left()

    def spend(self, letters: int) -> None:
        """These letters go out now."""
        if letters and self._pace.per_second is not None and not self._pace.repeats_vanish:
            self._ready += timedelta(seconds=letters / self._pace.per_second)
            _keep(self._desk, self._channel, self._ready)
            self.left = self._left()

    @property
    def next_at(self) -> datetime | None:
        """When the channel takes its next letter, if not now."""
        return None if self.left > 0 else self._ready - _burst(self._pace)

    def _left(self) -> int:
        ahead = self._desk.now + _burst(self._pace) - self._ready
        if ahead < timedelta():
            return 0
        if self._pace.per_second is None:
            return PLENTY
        return int(ahead.total_seconds() * self._pace.per_second + 1e-6) + 1


def close(desk: Desk, channel: str, pace: Pace, until: datetime) -> None:
    """Nothing gets through this channel until then."""
    ready = _read(desk, channel, "").ready_at
    _keep(desk, channel, max(ready, until + _burst(pace)))


def chat_leave(desk: Desk, channel: str, address: str, pace: Pace) -> Leave:
    """Whether a chat may be sent a letter now; if so, it counts as sent."""
    quotas = pace.quotas
    if pace.per_chat_seconds:
        quotas = (Quota(most=1, span=timedelta(seconds=pace.per_chat_seconds)), *quotas)
    if not quotas:
        return Leave()
    times = [datetime.fromtimestamp(second, UTC) for second in _read(desk, channel, address).sends]
    window_open = True
    for quota in quotas:
        opened = desk.now - quota.span
        if quota.after_heard:
            heard = _heard(desk, channel, address)
            window_open = heard is not None and heard > opened and _count(times, heard) < quota.most
            if not window_open and not quota.template_outside:
                return Leave(wait_until=desk.now + LOOK_AGAIN)
        elif _count(times, opened) >= quota.most:
            return Leave(wait_until=times[-quota.most] + quota.span)
    kept = [*times, desk.now][-max(quota.most for quota in quotas) :]
    run(
        desk.session,
        _SEND,
        [{**_names(desk, channel, address), "times": [moment.timestamp() for moment in kept]}],
    )
    return Leave(window_open=window_open)


def _count(times: list[datetime], since: datetime) -> int:
    return sum(moment > since for moment in times)


def _burst(pace: Pace) -> timedelta:
    """How far the letters may run ahead of an even pace."""
    if pace.per_second is None:
        return timedelta()
    return timedelta(seconds=max(0.0, AT_ONCE - 1 / pace.per_second))


def _heard(desk: Desk, channel: str, address: str) -> datetime | None:
    rows = fetch(desk.session, _HEARD, _names(desk, channel, address))
    return rows[0].last_heard_at if rows else None


def _read(desk: Desk, channel: str, address: str) -> PaceRow:
    names = _names(desk, channel, address)
    rows = fetch(desk.session, _READ, names)
    if not rows:
        new = {"region": desk.region, "channel": channel, "address": address, "ready_at": desk.now, "sends": []}
        insert(desk.session, _ROW, new)
        rows = fetch(desk.session, _READ, names)
    return rows[0]  # type: ignore[no-any-return]


def _keep(desk: Desk, channel: str, ready: datetime) -> None:
    run(desk.session, _SPEND, [{**_names(desk, channel, ""), "ready": ready}])


def _names(desk: Desk, channel: str, address: str) -> dict[str, object]:
    return {"here": desk.region, "of_channel": channel, "of_chat": address}
