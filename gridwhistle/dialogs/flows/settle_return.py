"""How does a coordinator decide a returned ticket?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK, brief, spoken, which_ticket
from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.slots import Choice, FreeText, Option, TicketSlot
from gridwhistle.services import assignments, tickets, worklists
from gridwhistle.services.desk import LEADER_ROLES, Desk
from gridwhistle.services.worklists import WorkKind

UPHOLD = "uphold"
VERDICTS = (Option(value=UPHOLD, label="button.uphold"), Option(value="reject", label="button.reject"))


class SettleReturn(Flow):
    """Opened by the card and by the task list."""

    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    ticket = TicketSlot()
    verdict = Choice(*VERDICTS)
    reason = FreeText(limit=300)

    def allowed(self, desk: Desk) -> bool:
        """For those who lead a grid or above."""
        return desk.actor.has(*LEADER_ROLES)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Say who has it now."""
        waiting = [item.ticket_id for item in worklists.of_desk(desk) if item.kind is WorkKind.RETURN]
        found = [tickets.get(desk, one) for one in waiting]
        ticket = which_ticket(ask, self.ticket, desk, found, none="settle_return.none")
        about = brief(desk, ticket)
        verdict = ask(self.verdict, **about)
        upheld = verdict == UPHOLD
        reasons = spoken(desk, f"settle_return.reason.{verdict}")
        reason = ask(self.reason, among=reasons, **about)
        name = assignments.settle_return(desk, ticket, upheld=upheld, reason=reason)
        return Say("settle_return.upheld" if upheld else "settle_return.rejected", name=name, **about)
