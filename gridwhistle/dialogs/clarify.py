"""“Did you mean this or that?”: which of the guesses did an unclear sentence mean?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Open, Result, Say
from gridwhistle.dialogs.nlu.understood import POLICY_QUESTION, REPORT
from gridwhistle.dialogs.slots import Choice, Option
from gridwhistle.services.desk import Desk

NONE = "none"
MOST = 3


class Clarify(Flow):
    """Offers the flow that the intent points at, for a report each of the best matters, and “none of these”.

    Opened by the engine alone, given ``flow`` and ``intent``; its opening sentence goes on to the flow that is chosen.
    """

    name: ClassVar[str] = "clarify"
    passing: ClassVar[bool] = True
    which = Choice()

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Ask once, then open what was meant."""
        flow, intent = str(ask.given("flow")), str(ask.given("intent"))
        about_matter = intent in (REPORT, POLICY_QUESTION)
        matters = [desk.city.matters[guess.matter] for guess in ask.opened.matters if guess.matter in desk.city.matters]
        options = [
            Option(value=matter.code, label=f"={matter.name_in(desk.actor.language)}") for matter in matters[:MOST]
        ]
        if not about_matter or not options:
            options = [Option(value=flow, label=f"clarify.flow.{flow}")]
        chosen = ask(self.which, among=[*options, Option(value=NONE, label="clarify.none")])
        if chosen == NONE:
            return Say("clarify.tell_more")
        given = {"matter": chosen} if chosen in desk.city.matters else {}
        return Open(flow=flow, given=given, sentence=True)
