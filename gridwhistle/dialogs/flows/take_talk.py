"""How does a coordinator take a resident's talk on?"""

from __future__ import annotations

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.services import talks
from gridwhistle.services.desk import Desk


class TakeTalk(Flow):
    """Opened by the button of the card alone."""

    def allowed(self, desk: Desk) -> bool:
        """For coordinators."""
        return desk.actor.has(*talks.COORDINATORS)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Take it; the second to come is told kindly."""
        talks.take(desk, str(ask.given("talk")))
        return Say("take_talk.taken")
