"""How does somebody get a person to talk with?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.services import talks
from gridwhistle.services.desk import Desk


class Person(Flow):
    """Asks the coordinators for a talk; the hand-over after two misses ends here too."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"human"})
    hands_over: ClassVar[bool] = True

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Nothing needs to be asked: whoever wants a person has been asked enough."""
        return Say("person.asked" if talks.ask_for_person(desk, ask.opened.text) else "person.waiting")
