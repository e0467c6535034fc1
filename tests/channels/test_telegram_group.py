"""Does a grid's group chat work as a whole: what is said there is heard, and talked about in private?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import engines
import pytest
from bot_api import BOT, Answer, BotApiServer

from gridwhistle.bot.app import Application, build
from gridwhistle.bot.channels.telegram import polling
from gridwhistle.bot.channels.telegram.api import BotApi, Connection
from gridwhistle.bot.channels.telegram.service import TelegramService
from gridwhistle.services import rehearsal
from gridwhistle.services.schema import InboxRow

GROUP = -1001
ZHANG, WANG = 601, 602
GO_TO_PRIVATE = "收到。我私聊跟您核对"


class Group:
    """The members of a grid's group, who also have a chat of their own with the bot."""

    def __init__(self, city: Application, server: BotApiServer) -> None:
        self.city = city
        self.server = server

    def says(self, who: int, text: str, **more: Any) -> int:
        """Say something in the group; comes back when it has been fetched."""
        chat = {"id": GROUP, "type": "supergroup", "title": "幸福一网格"}
        return self._fetched(self.server.push(message=self.server.message(who, text=text) | {"chat": chat} | more))

    def says_in_private(self, who: int, text: str) -> int:
        return self._fetched(self.server.say(who, text))

    def presses(self, who: int, label: str) -> None:
        self._fetched(self.server.press(who, self.server.buttons(who)[label]))

    def hears(self, who: int, words: str) -> str:
        """Wait for a letter with these words in somebody's private chat."""
        self.server.wait(lambda: any(words in said for said in self.server.texts(who)))
        return next(said for said in reversed(self.server.texts(who)) if words in said)

    def inbox(self) -> int:
        with self.city.office.desk() as desk:
            return desk.session.query(InboxRow).filter(InboxRow.channel == "telegram").count()

    def _fetched(self, update: int) -> int:
        self.server.wait(lambda: update in self.server.confirmed or max(self.server.confirmed, default=0) >= update)
        return update


@pytest.fixture
def group(
    server: BotApiServer,
    connection: Connection,
    make_api: Callable[[Connection], BotApi],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Group]:
    monkeypatch.setattr(polling, "FIRST_WAIT", 0.01)
    service = TelegramService(make_api, connection)
    world = engines.world()
    app = build(
        world.settings.model_copy(update={"files_dir": tmp_path, "demo": True}),
        world.fresh_store(),
        understanding=lambda _settings, _city: world.trained,
        channels=lambda _bell: (service.channel,),
        regular=(),
    )
    service.open(app.office, app.concerns, app.intake.wake)
    with app.working(timers=False):
        service.start()
        server.wait(lambda: server.made("setMyCommands"))
        yield Group(app, server)
        service.stop()
    service.close()
    app.office.store.close()


def test_a_matter_told_in_the_group_is_settled_in_private(group: Group) -> None:
    server = group.server
    group.says(ZHANG, "今天天气真好，谁家有葱")
    assert group.inbox() == 0
    assert server.texts(GROUP) == []

    group.says(ZHANG, "幸福小区3号楼2单元下水道堵了三天了，没人管")
    card = group.hears(ZHANG, "请您核对")
    assert "幸福小区3号楼2单元" in card
    (told,) = server.made("sendMessage", GROUP)
    assert told.params["text"].startswith(GO_TO_PRIVATE)
    ((way,),) = told.params["reply_markup"]["inline_keyboard"]
    assert way["url"] == f"https://t.me/{BOT['username']}?start=g"

    group.presses(ZHANG, "确认")
    number = group.hears(ZHANG, "已受理").partition("工单 ")[2][:13]
    with group.city.office.desk() as desk:
        (ticket,) = rehearsal.tickets(desk)
    assert ticket.number == number

    # Asked in front of all, answered to the one; the group has had its word about it and gets no other.
    group.says(ZHANG, f"@{BOT['username']} 我的工单到哪了")
    group.hears(ZHANG, "现在：")
    assert [said for said in server.texts(GROUP) if not said.startswith(GO_TO_PRIVATE)] == []
    assert len(server.texts(GROUP)) == 1
    assert not any(
        number in str(call.params) or "2单元" in str(call.params) for call in server.made("sendMessage", GROUP)
    )


def test_personal_data_are_asked_in_private_and_not_heard_in_the_group(group: Group) -> None:
    group.says(WANG, f"@{BOT['username']} 谁是我的网格员")
    asked = group.hears(WANG, "小区")
    # What is not said to us stays in the group, a telephone number as well.
    before = group.inbox()
    group.says(WANG, "我家5号楼3单元，电话13800000002")
    assert group.inbox() == before

    group.says_in_private(WANG, "幸福小区5号楼")
    group.hears(WANG, "要不要记住")
    assert asked not in group.server.texts(GROUP)


def test_a_member_who_never_opened_the_private_chat_goes_on_there(group: Group) -> None:
    refused = Answer(403, "Forbidden: bot can't initiate conversation with a user")
    opened = False

    def not_yet(method: str, params: dict[str, Any]) -> Answer | None:
        return refused if method == "sendmessage" and str(params.get("chat_id")) == str(WANG) and not opened else None

    group.server.limit = not_yet
    group.says(WANG, "幸福小区5号楼路灯不亮好几天了")
    group.server.wait(lambda: group.server.made("sendMessage", WANG))
    (told,) = group.server.made("sendMessage", GROUP)
    assert told.params["text"].startswith(GO_TO_PRIVATE)

    opened = True
    # What was refused is none of what she has read.
    group.server.calls.clear()
    group.says_in_private(WANG, "/start g")
    assert "幸福小区5号楼" in group.hears(WANG, "请您核对")
    group.presses(WANG, "确认")
    group.hears(WANG, "已受理")
