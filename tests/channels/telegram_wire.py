"""How do the people of a transcript talk when each of them sits in a chat of Telegram?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot_api import BEGAN, BOT, BotApiServer, person

from gridwhistle.bot.channels.telegram.api import Call
from gridwhistle.bot.channels.telegram.channel import TelegramChannel
from gridwhistle.bot.channels.telegram.letters import press_data
from gridwhistle.bot.channels.telegram.service import TelegramService
from gridwhistle.bot.channels.telegram.updates import Arrived, Me, read
from gridwhistle.dialogs.message import Content, Inbound, Photo, Pin, Press, Text, Unsupported, load_content
from gridwhistle.services import attachments, memory
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.desk import Address
from gridwhistle.services.inbox import RemoteFile
from gridwhistle.services.office import Office
from gridwhistle.services.photos import clean_photo
from gridwhistle.services.sending import AT_WILL, OutgoingLetter, SendReport, SendResult

ME = Me(id=BOT["id"], username=BOT["username"])
UNREADABLE = {
    "voice": {"voice": {"file_id": "f", "file_unique_id": "u", "duration": 3}},
    "video": {"video": {"file_id": "f", "file_unique_id": "u", "width": 64, "height": 48, "duration": 3}},
    "file": {"document": {"file_id": "f", "file_unique_id": "u", "mime_type": "application/pdf"}},
    "sticker": {"sticker": {"file_id": "f", "file_unique_id": "u", "type": "regular", "width": 9, "height": 9}},
}


class TelegramWire:
    """Every message is an update that the library fetches; every letter is what the server was told to show."""

    name = DEMO_CHANNEL
    pace = AT_WILL

    def __init__(self, server: BotApiServer, service: TelegramService) -> None:
        self.sent: list[OutgoingLetter] = []
        self._server = server
        self._channel: TelegramChannel = service.channel
        self._service = service
        self._chats: dict[str, int] = {}
        self._messages: dict[str, str] = {}
        """Our letters by the message that shows them."""
        self._tapped: dict[tuple[str, int], str] = {}
        """Labels of a keyboard below the chat, which are sent as words."""

    def open(self, office: Office) -> None:
        self._office = office
        self._channel.open(office)

    # ---- letters

    def send(self, letter: OutgoingLetter) -> SendReport:
        before = len(self._server.calls)
        report = self._channel.send(replace(letter, address=str(self._chat(letter.address)), reply=False))
        assert report.result is SendResult.SENT, report
        calls = self._server.calls[before:]
        text = "\n".join(one for call in calls if (one := call.params.get("text") or call.params.get("caption")))
        markup = next((found for call in calls if (found := call.params.get("reply_markup"))), {})
        self._messages[str(report.message_id)] = letter.id
        labels = [button["text"] for row in markup.get("inline_keyboard", []) for button in row]
        if "keyboard" in markup:
            labels = [button["text"] for row in markup["keyboard"][1:] for button in row]
            self._tapped |= {(letter.id, index): label for index, label in enumerate(labels)}
        self.sent.append(
            replace(
                letter,
                text=text,
                labels=tuple(labels),
                attachments=letter.attachments[: len(letter.shown) + sum(len(call.files) for call in calls)],
            )
        )
        return report

    # ---- messages

    def bring(self, inbound: Inbound) -> Inbound:
        chat = self._chat(inbound.address)
        for update in self._updates(chat, inbound.content):
            self._server.push(**update)
        arrivals = []
        for update in self._fetched():
            reading = read(update, ME, inbound.received_at, lambda _text: False)
            assert isinstance(reading, Arrived)
            assert reading.arrival.address == str(chat)
            arrivals.append(reading.arrival)
        content = load_content(arrivals[0].content)
        files = [file for arrival in arrivals for file in arrival.files]
        if isinstance(content, Photo):
            content = replace(content, attachments=self._kept(inbound.address, files))
        if isinstance(content, Unsupported) and isinstance(inbound.content, Unsupported):
            assert [file.reference for file in files if file.kind in ("voice", "video")] == list(
                inbound.content.attachments
            )
            content = replace(content, attachments=inbound.content.attachments)
        if isinstance(content, Text | Photo) and arrivals[0].quotes is not None:
            content = replace(content, reply_to=self._messages[arrivals[0].quotes])
        return replace(inbound, content=content)

    def _updates(self, chat: int, content: Content) -> list[dict[str, Any]]:
        match content:
            case Press(letter=letter, index=index) if (letter, index) in self._tapped:
                return [self._message(chat, text=self._tapped[letter, index])]
            case Press(letter=letter, index=index):
                query = {"id": "1", "from": person(chat), "chat_instance": "1", "data": press_data(letter, index)}
                shown = {"message_id": 1, "date": BEGAN, "chat": {"id": chat, "type": "private"}, "from": BOT}
                return [{"callback_query": query | {"message": shown}}]
            case Text(text=text, reply_to=reply_to):
                return [self._message(chat, text=text, **self._replying(chat, reply_to))]
            case Photo(attachments=ids, caption=caption, reply_to=reply_to):
                more = self._replying(chat, reply_to) | ({"media_group_id": "77"} if len(ids) > 1 else {})
                album = [self._message(chat, photo=[self._photo(one)], **more) for one in ids]
                album[0]["message"]["caption"] = caption
                return album
            case Pin(latitude=latitude, longitude=longitude):
                return [self._message(chat, location={"latitude": latitude, "longitude": longitude})]
            case Unsupported(kind=kind, attachments=kept):
                ((field, sent),) = UNREADABLE[kind].items()
                return [self._message(chat, **{field: sent | {"file_id": (*kept, "f")[0]}})]
        raise AssertionError(f"nobody does this in a transcript: {content}")

    def _message(self, chat: int, **content: Any) -> dict[str, Any]:
        return {"message": self._server.message(chat, **content)}

    def _replying(self, chat: int, letter: str | None) -> dict[str, Any]:
        if letter is None:
            return {}
        number = next(message for message, shown in self._messages.items() if shown == letter)
        chat_of = {"id": chat, "type": "private"}
        return {"reply_to_message": {"message_id": int(number), "date": BEGAN, "chat": chat_of, "from": BOT}}

    def _photo(self, attachment: str) -> dict[str, Any]:
        with self._office.desk() as desk:
            row = attachments.find(desk.session, desk.region, attachment)
        assert row is not None
        body = attachments.body_of(self._office.files, row)
        assert body is not None
        self._server.files[attachment] = body
        return {"file_id": attachment, "file_unique_id": "u", "width": 32, "height": 24, "file_size": len(body)}

    def _kept(self, address: str, files: list[RemoteFile]) -> tuple[str, ...]:
        photos = [clean_photo(self._channel.download(file)) for file in files]
        for photo in photos:
            attachments.keep_file(self._office.files, photo)
        with self._office.desk() as desk:
            where = Address(channel=DEMO_CHANNEL, address=address)
            desk.actor, _ = memory.recall(desk.session, desk.region, where, desk.now)
            return tuple(attachments.enter(desk, photo) for photo in photos)

    def _fetched(self) -> list[Any]:
        """What the library fetches, confirmed at once."""
        updates: Any = self._call(Call(method="getUpdates", params={"timeout": 0}))
        self._call(Call(method="getUpdates", params={"timeout": 0, "offset": updates[-1]["update_id"] + 1}))
        return list(updates)

    def _call(self, call: Call) -> Any:
        return self._service._loop.run(self._service._api.call(call))

    def _chat(self, address: str) -> int:
        return self._chats.setdefault(address, 1000 + len(self._chats))
