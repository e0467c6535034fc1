"""How does a letter fit into messages that have no buttons and a limit in bytes?"""

from __future__ import annotations

from collections.abc import Sequence

BREAKS = ("\n", "。", "；", "，", " ")
"""Where a text may be broken, the best first."""
LEAST_SHARE = 3
"""A break in the first third of a piece is no good one."""


def numbered(text: str, labels: Sequence[str], first: int, invitation: str) -> str:
    """The text with its buttons as numbers to type, one a line; as it is without buttons."""
    if not labels:
        return text
    choices = (f"{number} {label}" for number, label in enumerate(labels, first))
    return "\n".join((text, "", invitation, *choices))


def pieces(text: str, most: int) -> list[str]:
    """The text in pieces of at most ``most`` bytes of UTF-8, broken after a line or a sentence where there is one.

    Joined they are the text again: only the line breaks at which it was broken are left out. ``most`` has room for any
    character: four.
    """
    found = []
    while len(text.encode()) > most:
        longest = len(text.encode()[:most].decode(errors="ignore"))
        end = _break(text[:longest]) or longest
        found.append(text[:end].removesuffix("\n"))
        text = text[end:]
    return [*found, text] if text or not found else found


def _break(text: str) -> int:
    """Behind the last good place to break; 0 where there is none."""
    for mark in BREAKS:
        end = text.rfind(mark) + len(mark)
        if end > len(text) // LEAST_SHARE:
            return end
    return 0
