"""How does a worker call a department (吹哨)?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK, brief, spoken, which_ticket
from gridwhistle.dialogs.flow import Ask, Flow, Result
from gridwhistle.dialogs.slots import TicketSlot
from gridwhistle.dialogs.slots.told import Told
from gridwhistle.dialogs.slots.unit import UnitSlot, unit_options
from gridwhistle.services import assignments, whistles
from gridwhistle.services.cards import matter_of
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import CAN_WHISTLE
from gridwhistle.services.schema import UnitKind

REASONS = ("whistle.reason.power", "whistle.reason.means", "whistle.reason.refused")


class Whistle(Flow):
    """“这个得城管来”: the catalogue's department is offered first; the reason says why the grid cannot do it alone."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_whistle"})
    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    ticket = TicketSlot()
    department = UnitSlot(UnitKind.DEPARTMENT)
    reason = Told(
        r"吹哨|发起|我要|请|得|叫|让|需要|部门|到场|报到|来人?|的人|一趟|处理不了|整不了|网格|\w{2}局|公司",
        at_least=8,
        limit=300,
    )

    def allowed(self, desk: Desk) -> bool:
        """For everybody who may own a ticket."""
        return assignments.is_post_holder(desk)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The card that follows tells that the department has been called."""
        found = [ticket for ticket in assignments.my_list(desk) if ticket.status in CAN_WHISTLE]
        ticket = which_ticket(ask, self.ticket, desk, found, none="whistle.none")
        matter = matter_of(desk, ticket)
        called = {one.department for one in whistles.of_ticket(desk, ticket) if one.state in whistles.LIVE}
        likely = tuple(code for code in (matter.department, *matter.assist) if code not in called)
        department = ask(self.department, among=unit_options(desk.city, likely), **brief(desk, ticket))
        name = desk.city.unit_name(department)
        reason = ask(self.reason, among=spoken(desk, *REASONS), department=name, **brief(desk, ticket))
        whistles.blow(desk, ticket, department, reason)
        return ()
