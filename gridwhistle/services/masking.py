"""What may a third party or the public read of a text or a name?"""

from __future__ import annotations

import re

NUMBERS = re.compile(r"(?<!\d)(\d{17}[\dXx]|1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?!\d)")


def mask_numbers(text: str) -> str:
    """Telephone and identity numbers as stars; for every text that leaves the handlers' circle, and for logs."""
    return NUMBERS.sub(lambda found: "*" * len(found[0]), text)


def mask_name(name: str) -> str:
    """“张*” for a Chinese name, “J***” for another."""
    return name[:1] + ("*" if len(name) < 3 else "**" if not name.isascii() else "***") if name else ""  # noqa: PLR2004
