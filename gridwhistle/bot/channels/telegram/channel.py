"""How does a letter reach a chat of Telegram, and what does the platform's answer mean for it?"""

from __future__ import annotations

import structlog

from gridwhistle.bot.channels.telegram.api import ANSWER_SECONDS, ApiProblem, BotApi, Call
from gridwhistle.bot.channels.telegram.letters import shown
from gridwhistle.bot.channels.telegram.menus import Menus
from gridwhistle.bot.channels.telegram.reading import number, part, words
from gridwhistle.bot.channels.telegram.updates import CHANNEL
from gridwhistle.bot.loop_thread import LoopStopped, LoopThread
from gridwhistle.bot.remote_files import FileGone, FileTooLarge
from gridwhistle.dialogs.words import language_of
from gridwhistle.services import attachments
from gridwhistle.services.inbox import RemoteFile
from gridwhistle.services.office import Office
from gridwhistle.services.schema import Json
from gridwhistle.services.sending import OutgoingLetter, Pace, SendReport, SendResult, Wants

log = structlog.get_logger(__name__)

TELEGRAMS_PACE = Pace(per_second=30, per_chat_seconds=1, parallel=16)
"""What the platform grants a bot: https://core.telegram.org/bots/faq, “My bot is hitting limits”."""
UNCHANGED = "message is not modified"
NO_CHAT = "chat not found"
TOO_BIG = "file is too big"


class TelegramChannel:
    """Sends letters and fetches files; the library's calls run on a loop of their own."""

    name = CHANNEL

    def __init__(
        self, api: BotApi, loop: LoopThread, pace: Pace = TELEGRAMS_PACE, wait: float = ANSWER_SECONDS
    ) -> None:
        """``wait`` is how long the platform may take to answer a call."""
        self.pace = pace
        self._wait = wait
        self._api = api
        self._loop = loop
        self._office: Office | None = None
        self._menus: Menus | None = None

    def open(self, office: Office) -> None:
        """Whose letters it sends. Until then it sends none."""
        self._office = office
        self._menus = Menus(office)

    def send(self, letter: OutgoingLetter) -> SendReport:
        """Show the letter in its chat."""
        if self._office is None or self._menus is None:
            return SendReport(result=SendResult.RETRY, problem="not open yet")
        photos = self._photos(self._office, letter)
        language = language_of(letter.text) or "zh"
        sharing = {wanted: self._office.wording.text(f"telegram.share.{wanted}", language, {}) for wanted in Wants}
        menu = self._menus.due(letter.address) if letter.reply else ()
        try:
            report = self._loop.run(self._send(letter, photos, sharing))
            if menu and report.result is SendResult.SENT:
                self._loop.run(self._set_menu(menu))
        except LoopStopped:
            return SendReport(result=SendResult.RETRY, problem="stopping")
        return report

    def download(self, file: RemoteFile) -> bytes:
        """The bytes of a file that somebody sent, as ``remote_files.Download``."""
        return self._loop.run(self._download(file))

    def _photos(self, office: Office, letter: OutgoingLetter) -> list[bytes]:
        """The letter's new photos. It goes out without one that is gone rather than not at all."""
        wanted = [one for one in letter.attachments if one not in letter.shown]
        if not wanted:
            return []
        with office.desk() as desk:
            rows = [attachments.find(desk.session, desk.region, one) for one in wanted]
        bodies = [attachments.body_of(office.files, row) for row in rows if row is not None and row.kind == "photo"]
        return [body for body in bodies if body is not None]

    async def _send(self, letter: OutgoingLetter, photos: list[bytes], sharing: dict[Wants, str]) -> SendReport:
        what = shown(letter, photos, sharing)
        if what.edit is not None:
            edited = await self._edited(letter, what.edit, what.beside)
            if edited is not None:
                return edited
        message: Json = None
        for number_, call in enumerate(what.calls):
            try:
                message = await self._api.call(call, wait=self._wait)
            except ApiProblem as problem:
                if number_ == 0:
                    return _report(problem)
                # Sent again as a whole, its first parts would be there twice.
                done = f"{number_} of {len(what.calls)} parts are there: {problem.description}"
                return SendReport(result=SendResult.UNKNOWN, problem=done)
        await self._take_away(letter, what.away)
        return SendReport(result=SendResult.SENT, message_id=_message_id(message))

    async def _edited(self, letter: OutgoingLetter, edit: Call, beside: tuple[Call, ...]) -> SendReport | None:
        """The report of an edit in place; ``None`` where the message can be edited no more, and a new one must come."""
        try:
            await self._api.call(edit, wait=self._wait)
        except ApiProblem as problem:
            if problem.result is not SendResult.REFUSED:
                return _report(problem)
            if UNCHANGED not in problem.description.lower():
                log.info("telegram.edit_refused", letter=letter.id, problem=problem.description)
                return None
        try:
            for call in beside:
                await self._api.call(call, wait=self._wait)
        except ApiProblem as problem:
            return _report(problem)
        return SendReport(result=SendResult.SENT, message_id=letter.replaces)

    async def _take_away(self, letter: OutgoingLetter, ways: tuple[Call, ...]) -> None:
        """Take an earlier form of the card out of the chat. Where that cannot be done, both stand there."""
        for way in ways:
            try:
                await self._api.call(way, wait=self._wait)
            except ApiProblem as problem:
                log.info("telegram.old_card_stays", letter=letter.id, method=way.method, problem=problem.description)
            else:
                return

    async def _set_menu(self, calls: tuple[Call, ...]) -> None:
        for call in calls:
            try:
                await self._api.call(call)
            except ApiProblem as problem:
                log.info("telegram.menu_failed", problem=problem.description)

    async def _download(self, file: RemoteFile) -> bytes:
        try:
            found = await self._api.call(Call(method="getFile", params={"file_id": file.reference}))
            path = words(part({"file": found}, "file"), "file_path")
            if not path:
                raise FileGone(file.kind)
            return await self._api.download(path)
        except ApiProblem as problem:
            if problem.result not in (SendResult.REFUSED, SendResult.MISCONFIGURED):
                raise
            if TOO_BIG in problem.description.lower():
                raise FileTooLarge(file.kind) from problem
            raise FileGone(file.kind) from problem


def _report(problem: ApiProblem) -> SendReport:
    stopped = problem.result is SendResult.REFUSED and NO_CHAT in problem.description.lower()
    return SendReport(
        result=SendResult.STOPPED if stopped else problem.result,
        retry_after=problem.retry_after,
        problem=problem.description,
    )


def _message_id(message: Json) -> str | None:
    found = number(message, "message_id") if isinstance(message, dict) else None
    return None if found is None else str(found)
