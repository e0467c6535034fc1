"""Does a resolution stand up to the quality audit (质效审核)?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK, brief, which_ticket
from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.slots import Option, TicketSlot
from gridwhistle.dialogs.slots.told import ByIntent, Told
from gridwhistle.services import audits
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import Role

PASS, REJECT = "pass", "reject"


class Audit(Flow):
    """A pass is one press; whoever sends back says why."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"audit_pass", "audit_reject"})
    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    ticket = TicketSlot()
    verdict = ByIntent(
        Option(value=PASS, label="button.audit_pass"),
        Option(value=REJECT, label="button.audit_reject"),
        intents={"audit_pass": PASS, "audit_reject": REJECT},
    )
    reason = Told(
        r"审核|不通过|没通过|退回去?|打回去?|驳回|重办|重新办理|不行|不能过|不同意|办结", at_least=4, limit=300
    )

    def allowed(self, desk: Desk) -> bool:
        """For auditors."""
        return desk.actor.has(Role.AUDITOR)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The handler is told by the card."""
        ticket = which_ticket(ask, self.ticket, desk, audits.waiting(desk), none="audit.none")
        about = brief(desk, ticket)
        passed = ask(self.verdict, words=ticket.words, result=ticket.result, **about) == PASS
        reason = "" if passed else ask(self.reason, **about)
        audits.judge(desk, ticket, passed=passed, reason=reason)
        return Say("audit.passed" if passed else "audit.rejected", **about)
