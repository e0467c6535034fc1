"""Which update does a channel bring when a person of a transcript does something?"""

from __future__ import annotations

import io
from typing import assert_never

from PIL import Image

from gridwhistle.bot.transcript.cast import Cast
from gridwhistle.bot.transcript.inputs import (
    Act,
    Pictures,
    Position,
    PressForged,
    PressLabel,
    PressOfAnother,
    Unreadable,
    Words,
)
from gridwhistle.dialogs.message import Content, Photo, Pin, Press, Text, Unsupported
from gridwhistle.services import attachments, memory
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.desk import Address, Desk
from gridwhistle.services.office import Office
from gridwhistle.services.photos import clean_photo
from gridwhistle.services.recordings import recording_of
from gridwhistle.services.sending import OutgoingLetter
from gridwhistle.services.store import new_id

FUJIN = (47.25, 132.03)
SHOWN = 3
RECORDED = {"voice": b"OggS\0\2".ljust(28, b"\0") + b"OpusHead", "video": b"\0\0\0\x18ftypmp42"}
"""The first bytes of what a telephone records."""


class Mishap(Exception):  # noqa: N818 (a message for the file's author)
    """Something that a line asks for cannot be done, or the core broke while doing it."""


class Hands:
    """What a person sees in their chat, and what they can do with it."""

    def __init__(self, office: Office, cast: Cast, sent: list[OutgoingLetter]) -> None:
        self._office = office
        self._cast = cast
        self._sent = sent

    def content(self, address: str, act: Act) -> Content:
        """The content of the update. Raises ``Mishap`` for a button or letter that the chat does not show."""
        match act:
            case Words(text=text, quoting=quoting):
                content: Content = Text(text=text, reply_to=self._quoted(address, quoting) if quoting else None)
            case PressLabel(label=label, oldest=oldest):
                content = self._press(address, label, oldest=oldest)
            case PressOfAnother(owner=owner, label=label):
                content = self._press(self._cast.address_of(owner), label, oldest=False)
            case PressForged():
                content = Press(letter=new_id(), index=0)
            case Pictures(count=count, caption=caption):
                content = Photo(attachments=self._photos(address, count), caption=caption)
            case Unreadable(kind=kind):
                content = Unsupported(kind=kind, attachments=self._recorded(address, kind))
            case Position():
                content = self._pin(act.place)
            case _:
                assert_never(act)
        return content

    def _press(self, address: str, label: str, *, oldest: bool) -> Press:
        letters = [letter for letter in self._sent if letter.address == address]
        if not oldest:
            # A card that has been replaced shows its buttons no more.
            shown = {letter.card or letter.id: letter for letter in letters}
            letters = sorted(shown.values(), key=letters.index, reverse=True)
        for letter in letters:
            if label in letter.labels:
                return Press(letter=letter.id, index=letter.labels.index(label))
        offered = [f"[{'|'.join(letter.labels)}]" for letter in letters if letter.labels][:SHOWN]
        raise Mishap(f"no letter offers the button [{label}]; the chat shows {'、'.join(offered) or 'no buttons'}")

    def _quoted(self, address: str, quoting: str) -> str:
        for letter in reversed(self._sent):
            if letter.address == address and quoting in letter.text:
                return letter.id
        raise Mishap(f"no letter in this chat says “{quoting}”")

    def _photos(self, address: str, count: int) -> tuple[str, ...]:
        where = Address(channel=DEMO_CHANNEL, address=address)
        with self._office.desk() as desk:
            desk.actor, _ = memory.recall(desk.session, desk.region, where, desk.now)
            return tuple(self._photo(desk, number) for number in range(count))

    def _recorded(self, address: str, kind: str) -> tuple[str, ...]:
        recording = recording_of(RECORDED.get(kind, b""))
        if recording is None:
            return ()
        attachments.keep_file(self._office.files, recording)
        with self._office.desk() as desk:
            where = Address(channel=DEMO_CHANNEL, address=address)
            desk.actor, _ = memory.recall(desk.session, desk.region, where, desk.now)
            return (attachments.enter(desk, recording),)

    def _photo(self, desk: Desk, number: int) -> str:
        raw = io.BytesIO()
        Image.new("RGB", (32, 24), (60 * number, 120, 90)).save(raw, "PNG")
        photo = clean_photo(raw.getvalue())
        attachments.keep_file(self._office.files, photo)
        return attachments.enter(desk, photo)

    def _pin(self, name: str) -> Pin:
        with self._office.desk() as desk:
            known = sorted({place.name for place in desk.city.places.values()})
        if name not in known:
            raise Mishap(f"“{name}” is no place of the demo city")
        # The demo city has no coordinates: each place gets a point of its own near Fujin.
        return Pin(latitude=FUJIN[0] + known.index(name) / 10_000, longitude=FUJIN[1])
