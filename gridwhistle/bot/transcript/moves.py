"""How far does a clock line of a transcript move the time?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from gridwhistle.services.clock import CITY_ZONE, in_city

UNITS = {
    "分钟": timedelta(minutes=1),
    "小时": timedelta(hours=1),
    "天": timedelta(days=1),
    "周": timedelta(weeks=1),
}
NEXT = "到下一个提醒"

_AHEAD = re.compile(rf"(\d+)\s?({'|'.join(UNITS)})后")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})")
_MORROW = re.compile(r"次日 (\d{2}:\d{2})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """To a moment, ahead by a span, to a time of the next day; to the next timer if none is given."""

    to: datetime | None = None
    ahead: timedelta | None = None
    morrow: time | None = None

    def target(self, now: datetime, next_event: datetime | None) -> datetime:
        """Where the clock shall stand. Raises ``ValueError`` for the past, or where no timer waits."""
        if self.ahead is not None:
            return now + self.ahead
        if self.morrow is not None:
            return datetime.combine(in_city(now).date() + timedelta(days=1), self.morrow, tzinfo=CITY_ZONE)
        aim = self.to or next_event
        if aim is None:
            raise ValueError("no timer waits and no letter is held back")
        if aim < now:
            raise ValueError(f"the clock stands at {in_city(now):%Y-%m-%d %H:%M} already")
        return aim


def parse_move(text: str) -> Move:
    """Read what stands between ``==``. Raises ``ValueError`` for anything that is no time."""
    if text == NEXT:
        return Move()
    if found := _AHEAD.fullmatch(text):
        return Move(ahead=int(found[1]) * UNITS[found[2]])
    if found := _MORROW.fullmatch(text):
        return Move(morrow=time.fromisoformat(found[1]))
    if _MOMENT.fullmatch(text):
        return Move(to=datetime.fromisoformat(text).replace(tzinfo=CITY_ZONE))
    raise ValueError(f"“{text}” is no time: “2 小时后”, “次日 10:00”, “{NEXT}” or “2026-11-25 10:00”")
