"""Is this chat a worker's?"""

from __future__ import annotations

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.slots import FreeText
from gridwhistle.services import people
from gridwhistle.services.desk import Desk

LONGEST_CODE = 32


class Join(Flow):
    """Binds the chat by a one-time invite code; never by a name typed in. Opened by a deep link (``/start CODE``)."""

    code = FreeText(limit=LONGEST_CODE)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Use the code up and greet the worker."""
        person = people.bind(desk, ask(self.code))
        return Say("join.done", name=person.name)
