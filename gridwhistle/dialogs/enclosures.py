"""What becomes of a photo, a recording or a position that comes in the middle of a dialog, or before any words?"""

from __future__ import annotations

from gridwhistle.dialogs.asked import Asked
from gridwhistle.dialogs.heard import Heard
from gridwhistle.dialogs.message import Photo, Pin, Unsupported
from gridwhistle.dialogs.nlu.understood import REPORT
from gridwhistle.dialogs.play import Play
from gridwhistle.dialogs.slots import Miss, PhotoSlot
from gridwhistle.dialogs.state import CAPTION, CHANGE, Frame
from gridwhistle.services import talks, tickets

UNREADABLE = frozenset({"voice", "sticker", "video", "file", "photo_large", "photo_unreadable", "photo_lost"})
"""What has words of its own for why it cannot be read."""
MOST_PHOTOS = 6


class Enclosures:
    """What can be sent besides words."""

    def __init__(self, play: Play, heard: Heard, asked: Asked) -> None:
        self.play = play
        self.heard = heard
        self.asked = asked

    def photo(self, photo: Photo) -> bool:
        """Keep photos where they belong; whether that was all, or the caption is still to be read as a text."""
        play, frame = self.play, self.play.state.top
        if talks.active(play.desk) is not None:
            return False
        if self.heard.understood is not None and self.heard.understood.emergency is not None:
            play.state.photos = photo.attachments
            return False
        if frame is not None and self._answers(frame, photo):
            return True
        play.state.photos = (*play.state.photos, *photo.attachments)[-MOST_PHOTOS:]
        if photo.caption:
            return False
        play.lead("engine.photo_kept")
        self.asked.again()
        return True

    def _answers(self, frame: Frame, photo: Photo) -> bool:
        """Give the photos to the dialog's question for some, asked now or not; whether it has one."""
        play = self.play
        flow = play.flow(frame)
        asked = flow.slots.get(frame.asked or "")
        taking = asked if isinstance(asked, PhotoSlot) else None
        if taking is None:
            taking = next((slot for slot in flow.slots.values() if isinstance(slot, PhotoSlot)), None)
        if taking is None:
            return False
        found = taking.read(photo, play.context(frame, slot=taking.name))
        if isinstance(found, Miss):
            return False
        play.answer(frame, taking.name, taking.dump(found))
        if photo.caption:
            # What is written below a photo belongs to the story.
            frame.given[CAPTION] = photo.caption[: play.limits.longest_text]
            if self.heard.understood is not None:
                play.fill(frame, self.heard.understood, self.heard.ticket)
        play.proceed()
        return True

    def unread(self, content: Unsupported) -> None:
        """Answer what nobody reads by itself; a voice or a video that was kept goes to the matter it is about."""
        play, desk, frame, kind = self.play, self.play.desk, self.play.state.top, content.kind
        if not content.attachments:
            play.lead(f"engine.unsupported.{kind}" if kind in UNREADABLE else "engine.unsupported.other")
            self.asked.again()
            return
        quoted = self.heard.ticket
        telling = frame is not None and quoted is None and REPORT in play.flow(frame).opens_on
        ticket = None if telling else tickets.record_on(desk, quoted)
        if ticket is None:
            play.lead("engine.recording_waits", kind=kind)
        else:
            tickets.record(desk, ticket, content.attachments, kind)
            play.lead("engine.recording_kept", kind=kind, number=ticket.number)
        self.asked.again()

    def pin(self, pin: Pin) -> None:
        """Let a position answer the open question."""
        frame = self.play.state.top
        if frame is not None and frame.asked not in (None, CHANGE):
            self.asked.answer(frame, pin)
        else:
            self.play.lead("engine.pin_kept")
            self.asked.again()
