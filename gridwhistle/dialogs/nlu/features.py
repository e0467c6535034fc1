"""Which features of a text does the classifier see, in training and in answering alike?"""

from __future__ import annotations

import re

# Full-width forms to half-width and capitals to small letters, one character for one, so that a position in the
# normalised text is the same position in the message.
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_TABLE = _WIDTH | {wide: half + 32 for wide, half in _WIDTH.items() if ord("A") <= half <= ord("Z")} | _SMALL

# What a chunk is made of: a run of Chinese characters with the digits among them, or a Latin word.
_CHUNK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\u30070]+|[a-z]+(?:'[a-z]+)?")
_DIGITS = re.compile(r"[0-9]+")
_DOOR = re.compile(r"0?(?:号[楼院门]|单元|[栋幢])|0[号室层楼户]")

LONGEST = 3
# English lines are few in the examples, so that their little words look rare and telling there.
_LITTLE = re.compile(
    "(?:an?|and|are|as|at|be|been|but|by|can|could|do|does|for|from|get|ha|have|he|her|his|if?|in|is|its?|just|me|my|of"
    "|on|or|our|she|so|some|that|the|their|them|there|they|this|to|us|wa|was|we|were|what|when|who|will|with|would|your?) "
)
_LITTLE_WEIGHT = 0.4
_ENDINGS = re.compile(r"(?<=[a-z]{3})(?:ing|ed|es|s|'s)$")
# A single Chinese character often is a word; the longer a run, the less it adds to the characters in it.
_WEIGHTS = {1: 1.0, 2: 0.7, 3: 0.5}


def normalise(text: str) -> str:
    """The text in half-width small letters, of the same length."""
    return text.translate(_TABLE)


def features(text: str) -> list[str]:
    """The features of a text, repeated ones repeated.

    Chinese: all runs of one to three characters inside a chunk, with a mark at the chunk's ends. Latin: words
    without their endings and pairs of neighbours. Numbers count as one sign each, doors ("3号楼2单元") as none: in
    which house it is says nothing of the matter.
    """
    found: list[str] = []
    previous = ""
    for chunk in _CHUNK.findall(_DOOR.sub(" ", _DIGITS.sub("0", normalise(text)))):
        if "a" <= chunk[0] <= "z":
            stem = _stem(chunk)
            found.append(stem + " ")
            if previous and not (_LITTLE.fullmatch(stem + " ") and _LITTLE.fullmatch(previous + " ")):
                found.append(f"{previous} {stem}")
            previous = stem
            continue
        previous = ""
        size = len(chunk)
        for length in range(1, min(LONGEST, size) + 1):
            found.extend([chunk[start : start + length] for start in range(size - length + 1)])
        found.append("^" + chunk[:2])
        found.append(chunk[-2:] + "$")
    return found


def _stem(word: str) -> str:
    return _ENDINGS.sub("", word)


def weight(name: str) -> float:
    """How much a feature counts, before its rarity."""
    if "a" <= name[0] <= "z":
        return _LITTLE_WEIGHT if _LITTLE.fullmatch(name) else 1.0
    return _WEIGHTS[2] if name[0] == "^" or name[-1] == "$" else _WEIGHTS[len(name)]
