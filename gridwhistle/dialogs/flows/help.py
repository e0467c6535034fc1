"""What can be done here?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say, opens
from gridwhistle.services.desk import Desk

RESIDENT = ("begin_report", "progress", "urge", "find_worker", "wish_board", "person")
STAFF = ("tasks", "patrol", "progress", "person")


class Help(Flow):
    """The menu, different for residents and for those who work for the city."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"help"})

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Say what can be typed, with a button for the common things."""
        del ask
        flows = STAFF if desk.actor.is_staff else RESIDENT
        return Say(
            "help.staff" if desk.actor.is_staff else "help.resident",
            buttons=tuple(opens(f"help.button.{flow}", flow) for flow in flows),
            name=desk.actor.name,
        )
