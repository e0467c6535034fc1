"""What becomes of something that a person at a page says, before the conversation hears it?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import BinaryIO

from gridwhistle.bot.app import Application
from gridwhistle.bot.web.turnstile import Turnstile
from gridwhistle.dialogs.message import Content, Inbound, Photo
from gridwhistle.services import attachments, chats, memory
from gridwhistle.services.desk import Address
from gridwhistle.services.photos import LARGEST_BYTES, clean_photo

LONGEST_TEXT = 20_000
ID_FORM = r"^[A-Za-z0-9-]{1,64}$"
"""The page names each message, so that a repeat of the request acts once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Speaker:
    """The chat in which somebody says something, and the network address that it comes from."""

    where: Address
    network: str


class Mouth:
    """Says things in a chat."""

    def __init__(self, app: Application, turnstile: Turnstile) -> None:
        self._app = app
        self._turnstile = turnstile

    def say(self, speaker: Speaker, message_id: str, content: Content) -> None:
        """Let a message act, once. Raises ``Problem`` for a visitor who may not begin a chat now."""
        self._admit(speaker)
        self._take(speaker.where, message_id, content)

    def show(self, speaker: Speaker, message_id: str, photo: BinaryIO, caption: str) -> None:
        """Send a photo, cleaned of what names the place and the device before anybody sees it.

        Raises ``Refused`` for what is too large or no photo, ``Problem`` as ``say`` does.
        """
        self._admit(speaker)
        where, office = speaker.where, self._app.office
        with office.desk() as hands:
            if chats.has_line(hands, where, message_id):
                return
        cleaned = clean_photo(photo.read(LARGEST_BYTES + 1))
        attachments.keep_file(office.files, cleaned)
        with office.desk() as hands:
            # A visitor's first message may be a photo: the chat's person is made here then.
            actor, _ = memory.recall(hands.session, hands.region, where, hands.now)
            kept = attachments.enter(replace(hands, actor=actor), cleaned)
        self._take(where, message_id, Photo(attachments=(kept,), caption=caption))

    def _admit(self, speaker: Speaker) -> None:
        with self._app.office.desk() as hands:
            known = chats.is_known(hands, speaker.where)
        if not known:
            self._turnstile.begin_chat(speaker.network)

    def _take(self, where: Address, message_id: str, content: Content) -> None:
        self._app.accept(
            Inbound(
                channel=where.channel,
                address=where.address,
                external_id=message_id,
                received_at=self._app.office.clock.now(),
                content=content,
            )
        )


def clean(text: str) -> str:
    """The text as every store can keep it: no NUL, no half characters."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")
