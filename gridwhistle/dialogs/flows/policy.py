"""How is it done, what is needed, who answers?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Open, Result, Say
from gridwhistle.dialogs.flows.report import OTHER
from gridwhistle.dialogs.slots import Choice, Option, YesNo
from gridwhistle.services import tickets
from gridwhistle.services.desk import Desk
from gridwhistle.services.org import name_of
from gridwhistle.services.places import Location
from gridwhistle.services.schema import Category


class Policy(Flow):
    """Names the responsible department at once, and asks it for a written answer if the resident wants one."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"policy_question"})
    passing: ClassVar[bool] = True

    matter = Choice(entity="matter")
    written = YesNo(yes="policy.written.yes", no="policy.written.no")

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Tell whom to ask; on a yes the question becomes a ticket for the department."""
        language = desk.actor.language
        guesses = [desk.city.matters[guess.matter] for guess in ask.opened.matters if guess.matter in desk.city.matters]
        options = [Option(value=matter.code, label=f"={matter.name_in(language)}") for matter in guesses]
        chosen = ask(self.matter, among=[*options, Option(value=OTHER, label="policy.matter.other")])
        matter = desk.city.matters.get(chosen)
        if matter is None:
            return Say("policy.other", then=Open(flow="person", sentence=True))
        if matter.category is not Category.POLICY:
            return Open(flow="report", given={"matter": matter.code}, sentence=True)
        department = desk.city.units[matter.department]
        wanted = ask(
            self.written,
            matter=matter,
            department=department.name,
            phone=department.phone or "12345",
            expect=matter.expect_in(language),
        )
        if not wanted:
            return Say("policy.fine")
        ticket = tickets.open_ticket(
            desk,
            tickets.Draft(
                matter=matter.code, where=Location(), words=str(ask.given("words") or ask.opened.text or matter.name)
            ),
        )
        return Say(
            "policy.done",
            number=ticket.number,
            department=department.name,
            worker=name_of(desk, ticket.handler_id),
            due=ticket.promised_at,
        )
