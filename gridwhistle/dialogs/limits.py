"""How deep, how often, how long, how many: which limits hold in every dialog?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """All limits of the dialogue; ``sure`` and ``ask`` are the bands of the understanding's confidence."""

    sure: float = 0.6
    """From here on an intent is acted upon."""
    ask: float = 0.3
    """From here on it is asked about with buttons; below it counts as not understood."""
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
