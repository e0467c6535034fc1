"""What do the facts say against a department, and who is told?

报而不到, 表格报到 and 只报到不服务 follow from the whistle's facts alone, without another form.
"""

from __future__ import annotations

from enum import StrEnum

from gridwhistle.services import events
from gridwhistle.services.cards import facts
from gridwhistle.services.desk import Desk
from gridwhistle.services.org import centre_coordinator, coordinator
from gridwhistle.services.outbox import Letter, post
from gridwhistle.services.schema import Ticket, Whistle
from gridwhistle.services.whistle_cards import department_name, show_clerk


class Flag(StrEnum):
    """What the facts say against a department."""

    UNSIGNED = "unsigned"
    NO_SHOW = "no_show"
    """报而不到: signed, no confirmed arrival within the limit."""
    PAPER_ARRIVAL = "paper_arrival"
    """表格报到: arrival claimed, but denied, or unconfirmed after a nudge."""
    NO_SERVICE = "no_service"
    """只报到不服务: confirmed arrival and no action within the limit, or a witness says so."""


def raise_flag(desk: Desk, whistle: Whistle, ticket: Ticket, flag: Flag) -> None:
    """Write a flag down once, and tell the grid worker, the community, the centre and the department."""
    if flag in whistle.flags:
        return
    whistle.flags = [*whistle.flags, flag]
    events.append(desk, ticket, "flagged", whistle=whistle.id, department=whistle.department, flag=flag)
    # Not to whoever has just said so.
    told = {coordinator(desk, ticket.grid), centre_coordinator(desk), ticket.handler_id} - {desk.actor.person_id}
    for person_id in sorted(told):
        post(
            desk,
            Letter(
                to=person_id,
                text="letter.flagged",
                params={
                    **facts(desk, ticket, third_party=True),
                    "department": department_name(desk, whistle),
                    "flag": flag,
                },
                key=f"flagged:{whistle.id}:{flag}:{person_id}",
                card=f"flagged:{whistle.id}",
            ),
        )
    show_clerk(desk, whistle, ticket, "letter.flagged_department")
