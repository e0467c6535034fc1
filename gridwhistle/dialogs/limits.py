"""How deep, how often, how long, how many: which limits hold in every dialog?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from gridwhistle.dialogs.nlu.understood import Bands


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """All limits of the dialogue."""

    bands: Bands = field(default_factory=Bands)
    """From which confidence on an intent is acted upon or asked about with buttons."""
    depth: int = 3
    """Dialogs that may wait below one another."""
    misses: int = 2
    """Replies to one question that may miss before a way out is offered (DOMAIN.md 3.5)."""
    longest_text: int = 2000
    """Characters that are kept of one message."""
    chain: int = 5
    """Dialogs that one turn may open after one another."""
    clarify: int = 3
    """Guesses that are offered at once."""
    nudge_after: timedelta = timedelta(minutes=30)
    draft_closes_after: timedelta = timedelta(hours=24)
