"""What has the sentence that opened a dialog told already, so that it need not be asked again?"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gridwhistle.dialogs.nlu.understood import Understood
from gridwhistle.dialogs.slots.base import Context, Option
from gridwhistle.dialogs.slots.choice import Choice
from gridwhistle.dialogs.slots.text import LONGEST, FreeText

SURE = 0.6
"""As in ``Limits.sure``."""
_REFERENCE = re.compile(r"\d+(?:号楼?|栋|座)(?:那个|那户|那单|的)?|(?:\d{6}-)?\d{3}|这[个单件事]|那[个单件]")
_UNREADABLE = re.compile(r"[\W_]+")


class Told(FreeText):
    """One's own words, taken from the opening sentence where it says more than the command itself.

    ``command`` matches the words that only command (“办结”, “记一笔”); what is left of them and of the ticket's name
    must have ``at_least`` characters. ``without`` leaves a command at the sentence's head out of what is kept.
    """

    def __init__(self, command: str, *, at_least: int = 5, without: bool = False, limit: int = LONGEST) -> None:
        super().__init__(limit=limit)
        self.command = re.compile(command, re.IGNORECASE)
        self.at_least = at_least
        self.without = without

    def fill(self, understood: Understood, context: Context) -> str | None:
        """The opening sentence, or what is left of it; a later sentence answers other questions."""
        said = understood.text.strip()
        if said != context.opened.text.strip():
            return None
        left = _UNREADABLE.sub("", _REFERENCE.sub("", self.command.sub("", said)))
        if len(left) < self.at_least:
            return None
        head = self.command.match(said) if self.without else None
        kept = said[head.end() :].strip(" ，,：:。") if head else said
        return kept[: self.limit] or None


class ByIntent(Choice):
    """One of the declared options, or the one that the sentence's intent stands for."""

    def __init__(self, *among: Option, intents: Mapping[str, str]) -> None:
        super().__init__(*among)
        self.intents = dict(intents)

    def fill(self, understood: Understood, context: Context) -> str | None:
        """The option of a sure intent; that of the opening sentence has been acted upon or asked about already."""
        opening = understood.text == context.opened.text
        return self.intents.get(understood.intent) if opening or understood.confidence >= SURE else None
