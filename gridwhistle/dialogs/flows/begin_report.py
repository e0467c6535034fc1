"""“I want to report something”: what is it?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.services.desk import Desk


class BeginReport(Flow):
    """Invites the story in one line; the next message opens the report itself."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"begin_report"})

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Say how a matter is best told."""
        del ask, desk
        return Say("begin_report.tell")
