"""How does the coordination centre decide a department's objection?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK, brief, spoken, which_whistle
from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.flows.settle_return import UPHOLD, VERDICTS
from gridwhistle.dialogs.slots import Choice, FreeText, TicketSlot
from gridwhistle.services import objections, whistles
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import Role


class SettleDispute(Flow):
    """Opened by the card alone."""

    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    whistle = TicketSlot()
    verdict = Choice(*VERDICTS)
    reason = FreeText(limit=300)

    def allowed(self, desk: Desk) -> bool:
        """For the coordination centre."""
        return desk.actor.has(Role.CENTRE_COORDINATOR)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Say which department stands for it now."""
        whistle = which_whistle(ask, self.whistle, desk, (), none="settle_dispute.none")
        about = brief(desk, whistles.ticket_of(desk, whistle))
        department = desk.city.unit_name(whistle.department)
        verdict = ask(self.verdict, department=department, **about)
        reasons = spoken(desk, f"settle_dispute.reason.{verdict}")
        reason = ask(self.reason, among=reasons, **about)
        stands = objections.settle_dispute(desk, whistle, upheld=verdict == UPHOLD, reason=reason)
        if verdict == UPHOLD and stands.id == whistle.id:
            return Say("settle_dispute.nobody", department=department, **about)
        return Say("settle_dispute.done", department=desk.city.unit_name(stands.department), **about)
