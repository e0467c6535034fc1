"""What lies on the acting person's desk, and what is most pressing?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say, opens
from gridwhistle.services import worklists
from gridwhistle.services.desk import Desk
from gridwhistle.services.outbox import Button
from gridwhistle.services.schema import Role, Status
from gridwhistle.services.worklists import WorkItem, WorkKind

LINES = 15
BUTTONS = 6
OPENS = {WorkKind.AUDIT: "audit", WorkKind.RETURN: "settle_return", WorkKind.PHONE: "phone_call"}
SOON = timedelta(hours=48)
INVITERS = (Role.ADMINISTRATOR, Role.COMMUNITY_COORDINATOR, Role.CENTRE_COORDINATOR)


class Tasks(Flow):
    """Tickets, whistles, audits, returns and telephone calls, least time left first."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_tasks"})

    def allowed(self, desk: Desk) -> bool:
        """For everybody who works for the grid, a department or the city."""
        return desk.actor.is_staff

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Nothing is asked; the first few can be opened."""
        del ask
        found = [item for item in worklists.of_desk(desk) if item.kind is not WorkKind.MINE]
        more = (opens("tasks.invite", "invite"),) if desk.actor.has(*INVITERS) else ()
        if not found:
            return Say("tasks.none", buttons=more)
        lines = tuple(_line(desk, item) for item in found[:LINES])
        buttons = tuple(_button(desk, item) for item in found[:BUTTONS])
        overdue = sum(item.due < desk.now for item in found)
        text = "tasks.list_overdue" if overdue else "tasks.list"
        return Say(text, count=len(found), overdue=overdue, lines=lines, buttons=(*buttons, *more))


def time_left(desk: Desk, due: datetime) -> str:
    """“剩3小时”, “已超期2天”, in the acting person's language."""
    left = due - desk.now
    span = abs(left)
    hours = max(1, round(span / timedelta(hours=1)))
    unit, amount = ("hours", hours) if span < SOON else ("days", span // timedelta(days=1))
    key = f"tasks.{'left' if left >= timedelta() else 'over'}.{unit}"
    return desk.wording.text(key, desk.actor.language, {"amount": amount})


def _line(desk: Desk, item: WorkItem) -> str:
    state = f"name.{'status' if isinstance(item.state, Status) else 'whistle_state'}.{item.state}"
    values = {
        "kind": _phrase(desk, f"tasks.kind.{item.kind}"),
        "number": item.number,
        "matter": item.matter,
        "place": item.place,
        "state": _phrase(desk, state),
        "left": time_left(desk, item.due),
    }
    line = "tasks.line_urgent" if item.urgent or item.due < desk.now else "tasks.line"
    return desk.wording.text(line, desk.actor.language, values)


def _phrase(desk: Desk, key: str) -> str:
    return desk.wording.text(key, desk.actor.language, {})


def _button(desk: Desk, item: WorkItem) -> Button:
    label = f"={item.number.rsplit('-', 1)[-1]} {item.matter.name_in(desk.actor.language)}"
    if item.kind is WorkKind.WHISTLE:
        return opens(label, "ticket_card", whistle=item.card.removeprefix("whistle:"))
    return opens(label, OPENS.get(item.kind, "ticket_card"), ticket=item.ticket_id)
