"""How does a letter become messages of a platform: pictures laid there first, numbers for buttons, pieces that fit?"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from gridwhistle.bot.channels.wechat.api import PlatformApi
from gridwhistle.bot.channels.wechat.pieces import numbered, pieces
from gridwhistle.bot.channels.wechat.problems import MEDIA_GONE, ApiProblem, trouble
from gridwhistle.dialogs.texts import FIRST_LANGUAGE
from gridwhistle.dialogs.words import language_of
from gridwhistle.services import attachments, uploads
from gridwhistle.services.office import Office
from gridwhistle.services.schema import JsonObject
from gridwhistle.services.sending import OutgoingLetter, SendResult

log = structlog.get_logger(__name__)

MOST_BYTES = 2048
"""What is longer the platform cuts off, in the middle of a character if need be."""


class Letters:
    """Sends letters of one channel, message by message."""

    def __init__(self, office: Office, channel: str, api: PlatformApi) -> None:
        self._office, self._channel, self._api = office, channel, api

    def deliver(self, letter: OutgoingLetter, post: Callable[[JsonObject], JsonObject]) -> JsonObject:
        """Post the pictures, then the words; gives the platform's last answer. Raises ``ApiProblem``.

        When a later message fails, the first ones have arrived: that is told as doubtful, whatever the cause.
        """
        answer: JsonObject | None = None
        try:
            for attachment in letter.attachments:
                picture = self._picture(attachment)
                if picture is not None:
                    answer = self._post_picture(picture, attachment, post)
            for piece in pieces(self.words(letter), MOST_BYTES):
                answer = post({"msgtype": "text", "text": {"content": piece}})
        except ApiProblem as problem:
            if answer is None:
                raise
            raise trouble(SendResult.UNKNOWN, f"after a first message: {problem.report.problem}") from problem
        return answer or {}

    def words(self, letter: OutgoingLetter) -> str:
        """The letter's text with its buttons as numbers."""
        wording = self._office.wording
        # The letter is written in the person's language already; its own words tell which that is.
        invitation = wording.text("wechat.numbers", language_of(letter.text) or FIRST_LANGUAGE, {})
        return numbered(letter.text, letter.labels, letter.first_number, invitation)

    def _post_picture(self, media_id: str, attachment: str, post: Callable[[JsonObject], JsonObject]) -> JsonObject:
        try:
            return post(_picture_message(media_id))
        except ApiProblem as problem:
            if problem.code not in MEDIA_GONE:
                raise
        with self._office.desk() as desk:
            uploads.forget(desk, self._channel, media_id)
        return post(_picture_message(self._picture(attachment) or media_id))

    def _picture(self, attachment_id: str) -> str | None:
        """The platform's id of a photo of ours; ``None`` for one whose bytes are gone."""
        with self._office.desk() as desk:
            row = attachments.find(desk.session, desk.region, attachment_id)
            known = uploads.media_id(desk, self._channel, row.sha256) if row is not None else None
        if row is None or known is not None:
            return known
        body = attachments.body_of(self._office.files, row)
        if body is None:
            log.warning("wechat.photo_gone", attachment=attachment_id)
            return None
        given = self._api.upload(body)
        with self._office.desk() as desk:
            uploads.keep(desk, self._channel, row.sha256, given)
        return given


def _picture_message(media_id: str) -> JsonObject:
    return {"msgtype": "image", "image": {"media_id": media_id}}
