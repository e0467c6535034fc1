"""How does a worker take leave, and who has the work meanwhile (请销假, AB顶岗)?"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK, spoken
from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.nlu.numerals import CHINESE, number
from gridwhistle.dialogs.nlu.understood import Understood
from gridwhistle.dialogs.slots import Context, DaySlot
from gridwhistle.dialogs.slots.day import find_day
from gridwhistle.dialogs.slots.told import Told
from gridwhistle.services import assignments, leaves
from gridwhistle.services.clock import CITY_ZONE, in_city
from gridwhistle.services.desk import Desk

_UNTIL = re.compile(r"到|至|until|till", re.IGNORECASE)
_DAYS = re.compile(rf"(\d{{1,3}}|[{CHINESE}]{{1,3}})天")
_TODAY = re.compile(r"今天|今日|今儿|半天|[上下]午|today")


class FirstDay(DaySlot):
    """“明天到周五” begins tomorrow; “到周五” and “三天” say nothing of the beginning."""

    def fill(self, understood: Understood, context: Context) -> date | None:
        """The day before “到”, or the only day named; “后天” in answer to “until when?” is no beginning."""
        if understood.text != context.opened.text and not _UNTIL.search(understood.text):
            return None
        return find_day(_UNTIL.split(understood.text)[0], in_city(context.now).date())


class LastDay(DaySlot):
    """The last day of the leave, that day included."""

    def fill(self, understood: Understood, context: Context) -> date | None:
        """The day after “到”, so many days from the first one, or the only day that is named."""
        today = in_city(context.now).date()
        head, *tail = _UNTIL.split(understood.text, maxsplit=1)
        if tail:
            return find_day(tail[0], today)
        first = find_day(head, today) or (today if _TODAY.search(head) else None)
        if days := _DAYS.search(head):
            count = number(days[1])
            return (first or today) + timedelta(days=count - 1) if count else None
        return first


class Leave(Flow):
    """“我明天请假”: what lies on the desk goes to the cover when the leave begins."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_leave"})
    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    since = FirstDay()
    until = LastDay()
    reason = Told(
        r"请|休|假|今天|今儿个?|明天|后天|[上下]午|半天|[一二两三\d]+天|到|(?:这|下)?周[一二三四五六日天]|我|不上班|歇",
        at_least=2,
        limit=200,
    )

    def allowed(self, desk: Desk) -> bool:
        """For everybody who may own a ticket."""
        return assignments.is_post_holder(desk)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Say what went to whom."""
        today = in_city(desk.now).date()
        first = ask.known(self.since) or today
        last = ask(self.until)
        reasons = spoken(desk, "leave.reason.ill", "leave.reason.family", "leave.reason.holiday")
        reason = ask(self.reason, among=reasons)
        since = desk.now if first <= today else datetime.combine(first, time(), CITY_ZONE)
        until = datetime.combine(last + timedelta(days=1), time(), CITY_ZONE)
        handed = leaves.take(desk, since, until, reason)
        if first > today:
            return Say("leave.later", since=first, until=last)
        if not handed:
            return Say("leave.nothing", since=first, until=last)
        return Say("leave.done", count=sum(handed.values()), names=tuple(handed), since=first, until=last)
