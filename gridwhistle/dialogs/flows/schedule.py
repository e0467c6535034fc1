"""How does a worker promise a date?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK, brief, spoken, which_ticket
from gridwhistle.dialogs.flow import Ask, Flow, Result
from gridwhistle.dialogs.slots import DaySlot, TicketSlot
from gridwhistle.dialogs.slots.told import Told
from gridwhistle.services import assignments, deadlines
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import PAUSED, WORKING

REASONS = ("schedule.reason.agreed", "schedule.reason.parts", "schedule.reason.crew", "schedule.reason.weather")


class Schedule(Flow):
    """“约了周五上门”: the residents are told the day and the reason."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_schedule"})
    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    ticket = TicketSlot()
    day = DaySlot()
    reason = Told(
        r"改?约(?:好|了|定)?|预约|排期|安排|计划|定在|到|上门|施工|维修|去他家|[今明后]天|[今明]早|今晚"
        r"|(?:下|这)?周[一二三四五六日天]|[上下]午|晚上|[一二三四五六七八九十\d]+[点号日]",
        at_least=6,
        limit=200,
    )

    def allowed(self, desk: Desk) -> bool:
        """For everybody who may own a ticket."""
        return assignments.is_post_holder(desk)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The card that follows tells when the worker is reminded."""
        found = [ticket for ticket in assignments.my_list(desk) if ticket.status in WORKING | PAUSED]
        ticket = which_ticket(ask, self.ticket, desk, found, none="schedule.none")
        day = ask(self.day, **brief(desk, ticket))
        reason = ask(self.reason, among=spoken(desk, *REASONS), day=day, **brief(desk, ticket))
        deadlines.schedule(desk, ticket, day, reason)
        return ()
