"""What may a third party or the public read of a text or a name?"""

from __future__ import annotations

import re
from collections.abc import Iterable

_ZERO_WIDTH = re.compile(r"[\u200b-\u200f\u2060\ufeff]")
# As people write them: in groups, with the country's code, in full width. \d is a digit of any script.
NUMBERS = re.compile(
    r"(?<!\d)(?:"
    r"\d{17}[\dXxＸｘ]|\d{15}"
    r"|(?:[+＋]?[8８][6６][-－ \u3000]?)?[1１][3-9３-９]\d(?:[-－ \u3000]?\d{4}){2}"
    r"|[0０]\d{2,3}[-－ \u3000]?\d{7,8}"
    r"|(?!20\d{6}(?!\d))[2-9２-９]\d{6,7}"
    r")(?!\d)"
)
_DIGIT = r"[\d零〇一二三四五六七八九十]"
# A bare number may be metres or yuan; a door stands behind a building or before a word for it.
DOORS = re.compile(
    rf"(?:{_DIGIT}+\s?(?:号楼|栋|座)\s?)?{_DIGIT}+\s?单元\s?(?:{_DIGIT}+\s?(?:号房|室|房|户|号|门)?)?"
    rf"|(?:单元|{_DIGIT}+\s?(?:号楼|栋|座))\s?{_DIGIT}{{3,4}}\s?(?:号房|室|房|户|号)?"
    rf"|{_DIGIT}{{3,4}}\s?(?:号房|室|房|户)"
    r"|(?<!\d)\d{1,2}[-－]\d{1,2}[-－]\d{3,4}(?!\d)"
    r"|\b(?:unit|room|flat|apartment|apt)\.? ?\d+[a-z]?\b",
    re.IGNORECASE,
)
PLATES = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·•. ]?[A-Z0-9]{5,6}(?![A-Z0-9])",
    re.IGNORECASE,
)


def mask_numbers(text: str) -> str:
    """Telephone and identity numbers as stars; for every text that leaves the handlers' circle, and for logs."""
    return NUMBERS.sub(_stars, _ZERO_WIDTH.sub("", text))


def mask_private(text: str, names: Iterable[str] = ()) -> str:
    """Numbers, plates, doors and these people's names as stars: what everybody may read of somebody's words."""
    masked = DOORS.sub(_stars, PLATES.sub(_stars, mask_numbers(text)))
    # The longest first: “张敏” inside of “张敏敏” would leave the rest of the longer name.
    parts = {part for name in names for part in (name, *name.split()) if len(part) > 1}
    for name in sorted(parts, key=len, reverse=True):
        masked = re.sub(re.escape(name), mask_name(name), masked, flags=re.IGNORECASE)
    return masked


def mask_name(name: str) -> str:
    """“张*” for a Chinese name, “J***” for another."""
    return name[:1] + ("*" if len(name) < 3 else "**" if not name.isascii() else "***") if name else ""  # noqa: PLR2004


def mask_phone(number: str) -> str:
    """“138****0001”: enough for its owner to know it again."""
    return f"{number[:3]}{'*' * max(len(number) - 7, 0)}{number[-4:]}" if len(number) > 7 else "*" * len(number)  # noqa: PLR2004


def _stars(found: re.Match[str]) -> str:
    return "*" * len(found[0])
