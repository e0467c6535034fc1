"""How does a worker come back from leave (销假)?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.services import assignments, leaves
from gridwhistle.services.desk import Desk


class Back(Flow):
    """From now on new tickets come to them again."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_back"})

    def allowed(self, desk: Desk) -> bool:
        """For everybody who may own a ticket."""
        return assignments.is_post_holder(desk)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Nothing is asked."""
        del ask
        return Say("back.done" if leaves.end(desk) else "back.none")
