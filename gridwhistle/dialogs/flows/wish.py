"""Where does a small wish (微心愿) go?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Open, Result, Say
from gridwhistle.services.desk import Desk


class Wish(Flow):
    """Brings the wish to the community coordinator, who talks it over with the resident."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"wish"})

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Say who will take it up, and hand the conversation over with the resident's words."""
        del ask, desk
        return Say("wish.to_coordinator", then=Open(flow="person", sentence=True))
