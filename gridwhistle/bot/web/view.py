"""How do the letters and a person's own lines become the bubbles of a chat, and which buttons are still good?

A newer letter of a card takes the older one's place. One that asks for something, or that the person's own act has
caused, moves to the end, where it is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gridwhistle.dialogs.message import Content, Photo, Pin, Press, Text, Wake, load_content
from gridwhistle.services.chats import ChatLetter, ChatLine


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownButton:
    """A button as the page draws it."""

    label: str
    live: bool
    pressed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Bubble:
    """One bubble: a letter, or something the person sent (``mine``)."""

    id: str
    at: datetime
    mine: bool
    kind: str
    text: str
    photos: tuple[str, ...] = ()
    buttons: tuple[ShownButton, ...] = ()
    card: str | None = None


def bubbles(letters: Sequence[ChatLetter], lines: Sequence[ChatLine]) -> list[Bubble]:
    """The chat from top to bottom."""
    said = [(line, content) for line in lines if (content := _read(line)) is not None]
    pressed: dict[str, set[int]] = {}
    for _, content in said:
        if isinstance(content, Press):
            pressed.setdefault(content.letter, set()).add(content.index)
    last_said = max((line.at for line, content in said if not isinstance(content, Wake)), default=None)
    by_id = {letter.id: letter for letter in letters}
    theirs = [_letter(letter, pressed.get(letter.id, set()), last_said) for letter in _newest_of_cards(letters)]
    own = [bubble for line, content in said if (bubble := _own(line, content, by_id)) is not None]
    # What a person says comes before what it causes, also at the same moment.
    return [bubble for _, _, bubble in sorted(_placed(own, theirs), key=lambda placed: placed[:2])]


def _newest_of_cards(letters: Iterable[ChatLetter]) -> list[ChatLetter]:
    shown: dict[str, ChatLetter] = {}
    for letter in letters:
        slot = letter.card or letter.id
        older = shown.pop(slot, None)
        in_place = older is not None and not letter.buttons and not letter.reply
        shown[slot] = replace(letter, at=older.at) if older is not None and in_place else letter
    return list(shown.values())


def _placed(own: Iterable[Bubble], theirs: Iterable[Bubble]) -> Iterable[tuple[datetime, int, Bubble]]:
    yield from ((bubble.at, 0, bubble) for bubble in own)
    yield from ((bubble.at, 1, bubble) for bubble in theirs)


def _letter(letter: ChatLetter, pressed: set[int], last_said: datetime | None) -> Bubble:
    newest_turn = last_said is None or letter.at >= last_said
    return Bubble(
        id=letter.id,
        at=letter.at,
        mine=False,
        kind="letter",
        text=letter.text,
        photos=letter.attachments,
        buttons=tuple(
            ShownButton(
                label=button.label,
                # An answer is good for the open question, a card's button until the card changes, any other once.
                live=newest_turn if button.answers else letter.card is not None or not pressed,
                pressed=index in pressed,
            )
            for index, button in enumerate(letter.buttons)
        ),
        card=letter.card,
    )


def _own(line: ChatLine, content: Content, letters: Mapping[str, ChatLetter]) -> Bubble | None:
    kind, text = "text", ""
    photos: tuple[str, ...] = ()
    match content:
        case Text(text=words):
            text = words
        case Press(letter=letter_id, index=index):
            letter = letters.get(letter_id)
            known = letter is not None and 0 <= index < len(letter.buttons)
            kind, text = "press", letter.buttons[index].label if letter is not None and known else ""
        case Photo(attachments=attachments, caption=caption):
            kind, text, photos = "photo", caption, attachments
        case Pin():
            kind = "pin"
        case Wake():
            return None
        case _:
            kind = "unsupported"
    return Bubble(id=f"own-{line.id}", at=line.at, mine=True, kind=kind, text=text, photos=photos)


def _read(line: ChatLine) -> Content | None:
    try:
        return load_content(line.content)
    except ValueError:
        # Of a release that this one cannot read: the chat is shown without it.
        return None
