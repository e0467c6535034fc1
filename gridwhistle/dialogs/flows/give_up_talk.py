"""How does a resident stop waiting for a person?"""

from __future__ import annotations

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.services import talk_waits
from gridwhistle.services.desk import Desk


class GiveUpTalk(Flow):
    """Opened by the button below the news that nobody has come yet."""

    def run(self, ask: Ask, desk: Desk) -> Result:
        """No question: it can be asked for again at any time."""
        talk_waits.give_up(desk, str(ask.given("talk")))
        return Say("give_up_talk.done")
