"""How does a chat read from its first bubble to its last, and from where on has that changed?

Each bubble has a mark that covers it and all before it. So the last mark names the whole state of a chat, and where
two states part is where their marks do: a page is told only what follows from there on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gridwhistle.bot.web import view
from gridwhistle.bot.web.desk import WebDesk
from gridwhistle.services import chats
from gridwhistle.services.desk import Address

MARK = 8
START = b"\0" * MARK
"""The mark of a chat without a bubble; every chat's marks begin with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """The chat reads differently: after the bubble ``after`` (from the top, if ``None``) come these ``bubbles``."""

    version: str
    after: str | None
    bubbles: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A chat at one moment, as its page draws it."""

    bubbles: tuple[Mapping[str, object], ...]
    marks: bytes

    @property
    def version(self) -> str:
        """Names this state of the chat."""
        return self.marks[-MARK:].hex()

    def marks_until(self, version: str) -> bytes:
        """The marks of the state with this version, if all of it still reads the same; else none."""
        last = bytes.fromhex(version) if len(version) == 2 * MARK and _is_hex(version) else b""
        ends = range(MARK, len(self.marks) + 1, MARK)
        return next((self.marks[:end] for end in ends if self.marks[end - MARK : end] == last), b"")

    def change_from(self, told: bytes) -> Change | None:
        """What somebody has to be told who knows the state with the marks ``told``; ``None`` if nothing."""
        if told == self.marks:
            return None
        shared = 0
        while told[shared : shared + MARK] == self.marks[shared : shared + MARK] != b"":
            shared += MARK
        same = max(shared // MARK - 1, 0)
        after = str(self.bubbles[same - 1]["id"]) if same else None
        return Change(version=self.version, after=after, bubbles=self.bubbles[same:])


def read(desk: WebDesk, where: Address, language: str) -> Reading:
    """Read a chat from the store."""
    with desk.app.office.desk() as hands:
        found = view.bubbles(chats.letters(hands, where), chats.lines(hands, where))
    return of([_shown(desk, bubble, language) for bubble in found])


def of(bubbles: Sequence[Mapping[str, object]]) -> Reading:
    """The reading of a chat with these bubbles."""
    marks = [START]
    for bubble in bubbles:
        line = json.dumps(bubble, sort_keys=True).encode()
        marks.append(hashlib.blake2b(line, key=marks[-1], digest_size=MARK).digest())
    return Reading(bubbles=tuple(bubbles), marks=b"".join(marks))


def _shown(desk: WebDesk, bubble: view.Bubble, language: str) -> Mapping[str, object]:
    texts = desk.app.texts
    return {
        "id": bubble.id,
        "mine": bubble.mine,
        "kind": bubble.kind,
        "text": bubble.text or _stand_in(desk, bubble, language),
        "day": texts.text("web.day", language, {"at": bubble.at}),
        "time": texts.text("web.time", language, {"at": bubble.at}),
        "photos": bubble.photos,
        "buttons": [{"label": one.label, "live": one.live, "pressed": one.pressed} for one in bubble.buttons],
        "card": bubble.card,
    }


def _stand_in(desk: WebDesk, bubble: view.Bubble, language: str) -> str:
    keys = {"pin": "web.sent_pin", "press": "web.sent_press", "unsupported": "web.sent_other"}
    return desk.app.texts.text(keys[bubble.kind], language, {}) if bubble.kind in keys else ""


def _is_hex(text: str) -> bool:
    return all(letter in "0123456789abcdef" for letter in text)
