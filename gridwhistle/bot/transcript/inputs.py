"""What does a person do in a line of a transcript: speak, press, send a photo, forge a button?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """Types a text; ``quoting`` are words of the letter that it replies to."""

    text: str
    quoting: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PressLabel:
    """Presses the button of this label: in the newest letter of the chat that offers it, or in the oldest."""

    label: str
    oldest: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PressOfAnother:
    """Sends the data of a button that somebody else was given."""

    owner: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PressForged:
    """Sends button data that no letter has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pictures:
    """Sends photos in one update, with what was typed below."""

    count: int = 1
    caption: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """Sends something that the bot cannot read."""

    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """Shares the position of a place of the city."""

    place: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Again:
    """The channel delivers the person's previous update once more, under the same id."""


Act: TypeAlias = Words | PressLabel | PressOfAnother | PressForged | Pictures | Unreadable | Position
Input: TypeAlias = Act | Again

UNREADABLE = {"语音": "voice", "表情包": "sticker", "视频": "video", "文件": "file"}
FILLER = "这事反映好多回了"
BLANK = "   "

_PRESSES = re.compile(r"(?:\[[^\[\]]+\])+")
_PRESS = re.compile(r"\[([^\[\]]+)\]")
_BRACE = re.compile(r"\{([^{}]*)\}(.*)", re.DOTALL)

_BRACES: Mapping[re.Pattern[str], Callable[[re.Match[str], str], Input]] = {
    re.compile(r"照片(?: (\d))?"): lambda found, rest: Pictures(count=int(found[1] or 1), caption=rest),
    re.compile(r"引用 (.+)"): lambda found, rest: Words(text=rest, quoting=found[1]),
    re.compile("|".join(UNREADABLE)): lambda found, _: Unreadable(kind=UNREADABLE[found[0]]),
    re.compile(r"定位 (.+)"): lambda found, _: Position(place=found[1]),
    re.compile(r"(\d+)字"): lambda found, _: Words(text=_filler(int(found[1]))),
    re.compile(r"空白"): lambda _found, _: Words(text=BLANK),
    re.compile(r"伪造按钮"): lambda _found, _: PressForged(),
    re.compile(r"冒按 (\S+) (.+)"): lambda found, _: PressOfAnother(owner=found[1], label=found[2]),
    re.compile(r"重发"): lambda _found, _: Again(),
}
_WITH_TEXT = ("照片", "引用")


def parse_inputs(text: str) -> tuple[Input, ...]:
    """What a person's line does, one update after another. Raises ``ValueError`` for what no rule reads."""
    if _PRESSES.fullmatch(text):
        return tuple(_press(label) for label in _PRESS.findall(text))
    if braced := _BRACE.fullmatch(text):
        rest = braced[2].strip()
        for pattern, make in _BRACES.items():
            if found := pattern.fullmatch(braced[1]):
                if rest and not braced[1].startswith(_WITH_TEXT):
                    raise ValueError(f"nothing may follow {{{braced[1]}}}, but “{rest}” does")
                return (make(found, rest),)
        raise ValueError(f"unknown act {{{braced[1]}}}; known: {{照片}} {{语音}} {{定位 …}} {{重发}} and others")
    if not text:
        raise ValueError("the line says nothing; write {空白} for an empty message")
    return (Words(text=text),)


def _press(label: str) -> PressLabel:
    oldest = label.startswith(("旧:", "旧："))
    return PressLabel(label=label[2:] if oldest else label, oldest=oldest)


def _filler(length: int) -> str:
    return (FILLER * (length // len(FILLER) + 1))[:length]
