"""Does what the bot said fit what a transcript expects, and how is a letter written down?"""

from __future__ import annotations

import re
from dataclasses import dataclass

GAP = "…"
BOT = "机器人"
RECEIVED = "(收到)"
INDENT = "    "

_BUTTONS = re.compile(r"\s*\[([^\[\]]*)\]$")
_PHOTOS = re.compile(r"\s*\{照片(?: (\d+))?\}$")
# The break of a line is no part of the wording; Chinese has no spaces that carry meaning.
_SPACE_BESIDE_CHINESE = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a letter should be: its text with gaps, its buttons (``…`` stands for any), its photos if they matter."""

    text: str
    buttons: tuple[str, ...] = ()
    photos: int | None = None

    def fits(self, heard: Heard) -> bool:
        """Whether the letter is as wanted."""
        return (
            _text_fits(self.text, heard.text)
            and _list_fits(self.buttons, heard.buttons)
            and self.photos in (None, heard.photos)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """A letter that somebody got; a reply is one that their own message caused."""

    address: str
    label: str
    text: str
    buttons: tuple[str, ...] = ()
    photos: int = 0
    reply: bool = False

    def written(self, label: str | None = None) -> str:
        """The lines of a transcript for this letter; ``label`` is how the file calls the person."""
        head = f"{BOT}> " if self.reply else f"{label or self.label}> {RECEIVED} "
        lines = [line.strip() for line in self.text.splitlines() if line.strip()] or [GAP]
        tail = f"{{照片 {self.photos}}}" if self.photos else ""
        tail += f"[{'|'.join(self.buttons)}]" if self.buttons else ""
        return head + f"\n{INDENT}".join(lines) + tail


def parse_wanted(text: str) -> Wanted:
    """Read the part after the label of a bot's line, its continuations joined."""
    text = text.strip()
    buttons: tuple[str, ...] = ()
    photos: int | None = None
    if found := _BUTTONS.search(text):
        buttons = tuple(label.strip() for label in found[1].split("|"))
        text = text[: found.start()]
    if found := _PHOTOS.search(text):
        photos = int(found[1] or 1)
        text = text[: found.start()]
    return Wanted(text=text, buttons=buttons, photos=photos)


def plain(text: str) -> str:
    """The text as it is compared: one line, without spaces beside Chinese characters."""
    return " ".join(_SPACE_BESIDE_CHINESE.sub("", text.strip()).split())


def _text_fits(wanted: str, heard: str) -> bool:
    pattern = ".*".join(re.escape(piece.strip()) for piece in plain(wanted).split(GAP))
    return re.fullmatch(pattern, plain(heard)) is not None


def _list_fits(wanted: tuple[str, ...], heard: tuple[str, ...]) -> bool:
    """Whether the lists are equal, with ``…`` for any run of buttons."""
    if not wanted:
        return not heard
    if wanted[0] == GAP:
        return any(_list_fits(wanted[1:], heard[start:]) for start in range(len(heard) + 1))
    return bool(heard) and wanted[0] == heard[0] and _list_fits(wanted[1:], heard[1:])
