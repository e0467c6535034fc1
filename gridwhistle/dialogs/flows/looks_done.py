"""Is what a worker has just said the result of one of their tickets, or something new?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.candidates import brief
from gridwhistle.dialogs.flow import Answer, Ask, Flow, Open, Result, Say
from gridwhistle.dialogs.results import Work, told_of
from gridwhistle.dialogs.slots import Choice, Option, YesNo
from gridwhistle.dialogs.ticket_options import option
from gridwhistle.services.desk import Desk

NEW = "new"
MOST = 6


class LooksDone(Flow):
    """Opened by the engine alone, before a worker's sentence without a command becomes a report.

    Given ``aside``, before it becomes the answer to the question that is open.
    """

    name: ClassVar[str] = "looks_done"
    passing: ClassVar[bool] = True
    done = YesNo(yes="looks_done.done.yes", no="looks_done.new")
    which = Choice()

    def allowed(self, desk: Desk) -> bool:
        """For everybody with a role."""
        return desk.actor.is_staff

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Never resolved unasked: a ticket that is closed by mistake leaves a resident alone."""
        understood = ask.opened.understood
        found = told_of(desk, understood)[:MOST] if understood else []
        work = self._meant(ask, desk, found) if found else None
        if work is None and ask.given("aside"):
            return Answer(value=ask.opened.text)
        if work is not None:
            return Open(flow=work.flow, given={work.slot: work.id}, sentence=True)
        if not ask.opened.matters:
            return Say("clarify.tell_more")
        return Open(flow="report", sentence=True)

    def _meant(self, ask: Ask, desk: Desk, found: list[Work]) -> Work | None:
        aside = bool(ask.given("aside"))
        if len(found) == 1 and not aside:
            return found[0] if ask(self.done, **brief(desk, found[0].ticket)) else None
        options = [option(desk, work.ticket, value=work.id, place=True) for work in found]
        other = Option(value=NEW, label="looks_done.reply" if aside else "looks_done.new")
        chosen = ask(self.which, among=[*options, other], text="looks_done.which.aside" if aside else None)
        return next((work for work in found if work.id == chosen), None)
