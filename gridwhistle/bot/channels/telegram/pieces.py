"""Where is a long text cut, so that each piece fits into a message and reads well?

Telegram counts UTF-16 code units: most Chinese characters are one, an emoji is two or more.
"""

from __future__ import annotations

import re

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024

_BREAKS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"[。！？!?；;]|\.(?=\s)"), re.compile(r"[，,、\s]"))
"""From the best place for a cut to the worst: paragraphs, lines, sentences, clauses."""
_JOINED = re.compile(r"[\u200d\ufe00-\ufe0f\u0300-\u036f\U0001f3fb-\U0001f3ff]")
"""Marks that belong to the character before: an emoji's skin, an accent; the joiner binds the one behind too."""
JOINER = "\u200d"
LONGEST_CLUSTER = 16
LEAST_SHARE = 0.5
"""A piece is at least half full, however nice an earlier place would be."""


def units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def pieces(text: str, longest: int = LONGEST_TEXT) -> list[str]:
    """The text in pieces of at most ``longest`` code units; a text that fits is one piece."""
    found: list[str] = []
    rest = text
    while units(rest) > longest:
        cut = _cut(rest, _fitting(rest, longest))
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*found, rest] if rest or not found else found


def _fitting(text: str, longest: int) -> int:
    """How many characters from the beginning fit."""
    used = 0
    for index, character in enumerate(text):
        used += 2 if ord(character) > 0xFFFF else 1  # noqa: PLR2004 (the last character of one code unit)
        if used > longest:
            return index
    return len(text)


def _cut(text: str, most: int) -> int:
    least = int(most * LEAST_SHARE)
    for pattern in _BREAKS:
        ends = [found.end() for found in pattern.finditer(text, least, most)]
        if ends:
            return ends[-1]
    for cut in range(most, max(most - LONGEST_CLUSTER, 0), -1):
        if not _JOINED.match(text[cut]) and text[cut - 1] != JOINER:
            return cut
    return most
