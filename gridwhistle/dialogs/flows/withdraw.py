"""Is it settled already, or reported by mistake?"""

from __future__ import annotations

import re
from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.nlu.understood import Understood
from gridwhistle.dialogs.results import reads_done
from gridwhistle.dialogs.slots import Choice, Context, Option, TicketSlot, YesNo
from gridwhistle.dialogs.ticket_options import check_named, options
from gridwhistle.services import residents, tickets
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import OPEN

REASONS = ("solved_itself", "mistake", "other")
_WELL_AGAIN = re.compile(
    r"(?:自己|已经|现在|又)好了|来[水电气]了|[不没](?:再)?[漏堵停响臭]了|\b(?:solved|working again)\b", re.IGNORECASE
)


class Why(Choice):
    """One of the reasons; “下水道通完了” is one in other words."""

    def fill(self, understood: Understood, context: Context) -> str | None:
        """What is done needs nobody any more."""
        del context
        return "solved_itself" if reads_done(understood.text) or _WELL_AGAIN.search(understood.text) else None


class Withdraw(Flow):
    """Takes a report back, with the reason and a yes."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"withdraw"})

    ticket = TicketSlot()
    reason = Why(*(Option(value=reason, label=f"withdraw.reason.{reason}") for reason in REASONS))
    sure = YesNo(yes="withdraw.sure.yes", no="withdraw.sure.no", fleeting=True)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Withdraw the one open ticket, or the one that is chosen."""
        found = [ticket for ticket in tickets.mine(desk) if ticket.status in OPEN]
        check_named(ask, desk, found)
        if not found and ask.known(self.ticket) is None:
            return Say("withdraw.none")
        ticket = tickets.get(desk, ask(self.ticket, among=options(desk, found), only=True))
        reason = ask(self.reason, number=ticket.number, matter=desk.city.matters[ticket.matter])
        others = len(residents.residents(desk, ticket)) - 1
        sure = ask(
            self.sure,
            text="withdraw.sure.shared" if others else None,
            number=ticket.number,
            matter=desk.city.matters[ticket.matter],
            others=others,
        )
        if not sure:
            return Say("withdraw.kept", number=ticket.number)
        tickets.withdraw(desk, ticket, reason)
        return Say("withdraw.left" if others else "withdraw.done", number=ticket.number)
