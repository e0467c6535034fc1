"""What goes into a turn of the dialogue, and what comes out of it?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gridwhistle.dialogs.flow import Say
from gridwhistle.dialogs.message import Content, Photo, Text
from gridwhistle.dialogs.nlu.understood import POLICY_QUESTION, REPORT, Bands, Understood
from gridwhistle.dialogs.opened import Opened
from gridwhistle.services.schema import JsonObject


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a turn leaves behind: the state to keep and what to say in this chat, in order."""

    state: JsonObject
    says: tuple[Say, ...]


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A message, as far as the conversation could prepare it.

    ``press`` is what the pressed button does (``None`` for forged data); ``labels`` gives the presses of the latest
    letters' buttons by label, ``numbered`` the press of the button that is shown under a number; both only looked up
    when they are needed.
    """

    content: Content
    understood: Understood | None = None
    press: JsonObject | None = None
    labels: Callable[[], Mapping[str, JsonObject]] | None = None
    numbered: Callable[[int], JsonObject | None] | None = None
    ticket: str | None = None
    """The ticket that the quoted letter is about."""

    def opened(self, longest: int) -> Opened:
        """The message as that which opens a flow."""
        content = self.content
        text = content.text if isinstance(content, Text) else content.caption if isinstance(content, Photo) else ""
        return Opened(text=text[:longest], understood=self.understood, ticket=self.ticket)

    def sure_intent(self, bands: Bands, *, alone: bool) -> str | None:
        """The intent, where understanding is sure of it; ``alone`` where no dialog is open that it could interrupt."""
        understood = self.understood
        if understood is None:
            return None
        enough = bands.opens if alone and understood.intent in (REPORT, POLICY_QUESTION) else bands.sure
        return understood.intent if understood.confidence >= enough else None
