"""How does a worker write down how far a matter has come?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import FIELD_TALK, brief, which_ticket
from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.nlu.understood import Understood
from gridwhistle.dialogs.slots import Context, TicketSlot
from gridwhistle.dialogs.slots.told import Told
from gridwhistle.services import assignments, tickets
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import PAUSED, WORKING

FACTS = frozenset({"worker_arrived", "worker_contacted"})


class NoteText(Told):
    """“我到了” and “联系上了” are notes as they stand."""

    def fill(self, understood: Understood, context: Context) -> str | None:
        """The opening sentence without its command."""
        if understood.intent in FACTS and understood.text == context.opened.text:
            return understood.text.strip()[: self.limit] or None
        return super().fill(understood, context)


class Note(Flow):
    """For the history only: nobody is written to."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_note", *FACTS})
    keeps: ClassVar[frozenset[str]] = FIELD_TALK
    ticket = TicketSlot()
    text = NoteText(
        r"(?:加个|添个)?备注(?:一下)?|记一笔|记录一下|记一下|记上|写上|(?:添个)?处理记录|现场情况|note",
        at_least=4,
        without=True,
    )

    def allowed(self, desk: Desk) -> bool:
        """For everybody who may own a ticket."""
        return assignments.is_post_holder(desk)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Ask for the words where the sentence held none."""
        found = [ticket for ticket in assignments.my_list(desk) if ticket.status in WORKING | PAUSED]
        ticket = which_ticket(ask, self.ticket, desk, found, none="note.none")
        about = brief(desk, ticket)
        text = ask(self.text, **about)
        tickets.note(desk, ticket, text)
        return Say("note.done", text=text, **about)
