"""Which number do these digits or Chinese numerals mean?"""

from __future__ import annotations

_DIGITS = {"零": 0, "〇": 0, "一": 1, "幺": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5}
_DIGITS |= {"六": 6, "七": 7, "八": 8, "九": 9}
_UNITS = {"十": 10, "百": 100, "千": 1000}

# For regular expressions: one numeral of either writing.
CHINESE = "零〇一幺二两俩三仨四五六七八九十百千"


def number(text: str) -> int | None:
    """The number written as "12", "十二", "一百零三" or digit by digit ("五零一"); ``None`` for anything else."""
    if text.isascii():
        return int(text) if text.isdigit() else None
    if not set(text) <= set(CHINESE):
        return None
    if not set(text) & _UNITS.keys():
        return int("".join(str(_DIGITS[sign]) for sign in text))
    total = pending = 0
    for sign in text:
        if sign in _UNITS:
            # "十二" has no one before its ten.
            total += (pending or 1) * _UNITS[sign]
            pending = 0
        else:
            pending = _DIGITS[sign]
    return total + pending
