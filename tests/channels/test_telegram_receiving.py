"""Is every update in the store before Telegram forgets it, and does the line come up again by itself?"""

from __future__ import annotations

import asyncio
import json
import socket
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from bot_api import BREAK, Answer, BotApiServer
from bureau import Bureau
from fastapi import FastAPI
from structlog.testing import capture_logs
from telegram_line import CHAT, Line, line

from gridwhistle.bot.channels.telegram import polling
from gridwhistle.bot.channels.telegram.api import ApiProblem, BotApi, Call, Connection
from gridwhistle.bot.channels.telegram.letters import press_data
from gridwhistle.bot.channels.telegram.polling import Polling
from gridwhistle.bot.channels.telegram.receiver import Receiver
from gridwhistle.bot.channels.telegram.service import Webhook
from gridwhistle.bot.channels.telegram.updates import Me
from gridwhistle.bot.channels.telegram.webhook import PATH, SECRET_HEADER
from gridwhistle.bot.channels.telegram_ptb import PtbApi
from gridwhistle.services import inbox
from gridwhistle.services.desk import Address
from gridwhistle.services.outbox import Button, Letter, post
from gridwhistle.services.schema import Json, LetterRow
from gridwhistle.services.sending import OutgoingLetter, SendResult

with warnings.catch_warnings():
    # Starlette would rather have a successor of httpx, which our other tools do not know yet.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

SECRET = "s3cret_of_the_webhook"  # noqa: S105 (of this test)
DOWN = Answer(502, "Bad Gateway")


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    with capture_logs() as logs:
        yield logs


@pytest.fixture
def telegram(bureau: Bureau, server: BotApiServer, connection: Connection) -> Iterator[Line]:
    with line(bureau, server, PtbApi, connection) as made:
        yield made


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "FIRST_WAIT", 0.01)
    monkeypatch.setattr("gridwhistle.bot.channels.telegram.service.FIRST_WAIT", 0.01)


# ---- polling


@pytest.mark.usefixtures("impatient")
def test_nothing_is_confirmed_that_the_store_could_not_keep(
    telegram: Line, server: BotApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive, broken = inbox.receive, iter([True, True])

    def down_at_first(*given: object) -> int:
        if next(broken, False):
            assert server.confirmed == []
            raise ConnectionError("no store")
        return receive(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(inbox, "receive", down_at_first)
    server.say(501, "水管漏了")
    telegram.service.start()
    server.wait(lambda: server.confirmed == [1])

    assert [row.content["text"] for row in telegram.rows()] == ["水管漏了"]


def test_updates_of_one_answer_are_kept_in_one_transaction_and_wake_the_intake_once(
    telegram: Line, server: BotApiServer
) -> None:
    numbers = [server.say(501, f"{number}") for number in range(150)]
    telegram.service.start()
    server.wait(lambda: server.confirmed == numbers)

    assert telegram.woken.is_set()
    assert [row.position for row in telegram.rows()] == numbers


def test_an_update_that_is_handed_out_again_is_there_once(telegram: Line, server: BotApiServer) -> None:
    message = server.message(501, text="水管漏了")
    telegram.service.start()
    for _ in range(2):
        server.again({"update_id": 77, "message": message})
    last = {"update_id": 78, "message": server.message(501, text="在吗")}
    server.again(last)
    server.wait(lambda: server.confirmed[-1:] == [78])

    assert [row.position for row in telegram.rows()] == [77, 78]


@pytest.mark.usefixtures("impatient")
def test_a_platform_that_is_down_at_the_start_is_waited_for(telegram: Line, server: BotApiServer) -> None:
    for method in ("getme", "deletewebhook", "getupdates", "setmycommands"):
        server.next_answers[method] += [DOWN, BREAK]
    server.say(501, "水管漏了")
    telegram.service.start()
    server.wait(lambda: server.confirmed == [1])

    assert len(telegram.rows()) == 1


@pytest.mark.usefixtures("impatient")
def test_a_platform_that_cannot_even_be_connected_to_is_waited_for(
    bureau: Bureau, make_api: Callable[[Connection], BotApi]
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    connection = Connection(token="7000001:" + "A" * 35, base=f"http://127.0.0.1:{port}")
    with line(bureau, None, make_api, connection) as telegram:  # type: ignore[arg-type]
        telegram.service.start()
        server = BotApiServer(port)
        try:
            server.say(501, "水管漏了")
            server.wait(lambda: server.confirmed == [1])
        finally:
            server.close()
    assert len(telegram.rows()) == 1


@pytest.mark.usefixtures("impatient")
def test_another_poller_or_a_refused_token_is_told_and_tried_again(
    telegram: Line, server: BotApiServer, logs: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "LONGEST_WAIT", 0.01)
    conflict = Answer(409, "Conflict: terminated by other getUpdates request")
    server.next_answers["getupdates"] += [conflict, Answer(401, "Unauthorized")]
    server.say(501, "水管漏了")
    telegram.service.start()
    server.wait(lambda: server.confirmed == [1])

    events = [line["event"] for line in logs]
    assert "telegram.unreachable" in events
    assert "telegram.token_refused" in events


class Deaf:
    """A library whose first request never comes back."""

    def __init__(self) -> None:
        self.asked = self.closed = 0
        self.heard = asyncio.Event()

    async def call(self, call: Call, *, wait: float = 0) -> Json:  # noqa: ARG002
        self.asked += 1
        if self.asked == 1:
            await asyncio.Event().wait()
        if self.asked == 2:
            return [{"update_id": 5, "message": BotMessage}]
        self.heard.set()
        await asyncio.sleep(0.01)
        return []

    async def download(self, path: str) -> bytes:
        raise NotImplementedError(path)

    async def close(self) -> None:
        self.closed += 1


BotMessage: Json = {"message_id": 1, "chat": {"id": 501, "type": "private"}, "from": {"id": 501}, "text": "在吗"}


def test_a_poll_that_stalls_silently_is_given_up_with_its_connections(bureau: Bureau, logs: list[Any]) -> None:
    deaf = Deaf()
    receiver = Receiver(bureau.office, Me(id=7000001), lambda _text: False, lambda: None)

    async def run() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(10):
                task = asyncio.create_task(Polling(deaf, receiver, hold=0, stalled=0.05).run())
                await deaf.heard.wait()
                task.cancel()

    asyncio.run(run())
    assert deaf.closed == 1
    assert "telegram.polling_stalled" in [line["event"] for line in logs]
    with bureau.desk() as desk:
        assert inbox.count_waiting(desk) == 1


def test_stopping_does_not_wait_for_the_poll(telegram: Line, server: BotApiServer) -> None:
    telegram.service.start()
    server.wait(lambda: server.made("deleteWebhook"))
    telegram.service.stop()
    server.say(501, "水管漏了")

    assert server.confirmed == []
    letter = OutgoingLetter(
        id="1", person_id="p", channel="telegram", address=CHAT, text="还能写", labels=(), attachments=(), card=None,
        reply=True,
    )  # fmt: skip
    assert telegram.service.channel.send(letter).result is SendResult.SENT, "what was begun is still answered"


# ---- presses


def write(telegram: Line, *, card: str | None, press: dict[str, Json]) -> str:
    """A letter with one button to Zhang Min; gives its id."""
    telegram.bind("zhangmin")
    button = Button(label="=确认", press=press)
    with telegram.bureau.desk() as desk:
        desk.here = Address(channel="telegram", address=CHAT)
        me = telegram.bureau.ids["zhangmin"]
        post(desk, Letter(to=me, text="talks.ended", key="k", card=card, buttons=(button,)))
    with telegram.bureau.desk() as desk:
        return desk.session.query(LetterRow).one().id


def test_an_answered_question_leaves_only_the_answer(telegram: Line, server: BotApiServer) -> None:
    letter = write(telegram, card=None, press={"answer": True, "slot": "sure", "token": "1"})
    telegram.service.start()
    server.press(501, press_data(letter, 0), message_id=66)
    server.wait(lambda: server.made("editMessageReplyMarkup") and server.made("answerCallbackQuery"))

    (edit,) = server.made("editMessageReplyMarkup")
    assert edit.params["message_id"] == "66"
    assert edit.params["reply_markup"] == {"inline_keyboard": [[{"text": "✓ 确认", "callback_data": "-"}]]}


@pytest.mark.parametrize(
    ("card", "press"),
    [
        ("ticket:1", {"answer": True, "slot": "sure", "token": "1"}),
        (None, {"open": "progress", "with": {}}),
    ],
    ids=["a card", "what opens a dialog"],
)
def test_a_cards_buttons_and_those_that_open_dialogs_stay(
    telegram: Line, server: BotApiServer, card: str | None, press: dict[str, Json]
) -> None:
    letter = write(telegram, card=card, press=press)
    telegram.service.start()
    server.press(501, press_data(letter, 0))
    server.wait(lambda: server.made("answerCallbackQuery") and server.confirmed)

    assert server.made("editMessageReplyMarkup") == []


def test_somebody_elses_letter_tells_nothing(telegram: Line, server: BotApiServer) -> None:
    letter = write(telegram, card=None, press={"answer": True, "slot": "sure", "token": "1"})
    telegram.service.start()
    server.press(666, press_data(letter, 0))
    server.wait(lambda: server.made("answerCallbackQuery") and server.confirmed)

    assert server.made("editMessageReplyMarkup") == []


def test_a_press_whose_answer_fails_is_kept_all_the_same(telegram: Line, server: BotApiServer) -> None:
    server.next_answers["answercallbackquery"].append(Answer(400, "Bad Request: query is too old"))
    telegram.service.start()
    server.press(501, "x:0")
    server.press(501, "y:0")
    server.wait(lambda: len(server.made("answerCallbackQuery")) == 2)

    assert len(telegram.rows()) == 2


# ---- menus


def test_whoever_works_for_the_city_gets_a_menu_of_their_own_when_answered(
    telegram: Line, server: BotApiServer
) -> None:
    telegram.bind("liqiang", "601")
    telegram.bind("zhangmin", "501")
    for chat in ("601", "501", "601"):
        letter = OutgoingLetter(
            id="1", person_id="p", channel="telegram", address=chat, text="好", labels=(), attachments=(), card=None,
            reply=True,
        )  # fmt: skip
        telegram.service.channel.send(letter)

    (menu,) = server.made("setMyCommands")
    assert menu.params["scope"] == {"type": "chat", "chat_id": "601"}
    assert {"command": "tasks", "description": "我的待办"} in menu.params["commands"]


# ---- webhook


@pytest.fixture
def pushed(bureau: Bureau, server: BotApiServer, connection: Connection) -> Iterator[tuple[Line, TestClient]]:
    webhook = Webhook(public_url="https://city.example/", secret=SECRET)
    with line(bureau, server, PtbApi, connection, webhook) as made:
        site = FastAPI()
        routes = made.service.routes()
        assert routes is not None
        site.include_router(routes)
        with TestClient(site) as client:
            yield made, client


def push(client: TestClient, body: object, secret: str | None = SECRET):  # noqa: ANN201 (httpx's response)
    headers = {"Content-Type": "application/json"} | ({} if secret is None else {SECRET_HEADER: secret})
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(PATH, content=raw, headers=headers).status_code


def test_a_push_is_answered_when_it_is_kept(pushed: tuple[Line, TestClient], server: BotApiServer) -> None:
    telegram, client = pushed
    update = {"update_id": 5, "message": server.message(501, text="水管漏了")}

    assert [push(client, update), push(client, update)] == [200, 200]
    assert [row.content["text"] for row in telegram.rows()] == ["水管漏了"]
    assert telegram.woken.is_set()


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "密"])
def test_a_push_without_the_secret_is_forbidden_and_keeps_nothing(
    pushed: tuple[Line, TestClient], server: BotApiServer, secret: str | None
) -> None:
    telegram, client = pushed
    wrong = secret.encode() if secret else secret
    update = {"update_id": 5, "message": server.message(501, text="水管漏了")}

    assert push(client, update, wrong) == 403  # type: ignore[arg-type]
    assert telegram.rows() == []
    assert not telegram.woken.is_set()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"\xff\xfe"])
def test_a_push_that_is_no_update_is_refused(pushed: tuple[Line, TestClient], body: bytes) -> None:
    telegram, client = pushed

    assert push(client, body) == 400
    assert telegram.rows() == []


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"update_id": "x"},
        {"message": None},
        {"update_id": 5, "message": {"chat": []}},
        {"callback_query": {"a": 1}},
    ],
)
def test_an_odd_update_is_answered_too_or_it_would_come_for_ever(
    pushed: tuple[Line, TestClient], update: dict[str, object]
) -> None:
    _, client = pushed

    assert push(client, update) == 200


def test_a_push_while_the_store_is_down_comes_again(
    pushed: tuple[Line, TestClient], server: BotApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram, client = pushed
    update = {"update_id": 5, "message": server.message(501, text="水管漏了")}

    def down(*_given: object) -> int:
        raise ConnectionError("no store")

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "receive", down)
        assert push(client, update) == 503
    assert push(client, update) == 200
    assert len(telegram.rows()) == 1


def test_the_platform_is_told_where_to_push_and_with_which_secret(
    pushed: tuple[Line, TestClient], server: BotApiServer
) -> None:
    telegram, _ = pushed
    server.next_answers["setwebhook"].append(DOWN)
    telegram.service.start()
    server.wait(lambda: len(server.made("setWebhook")) == 2)

    told = server.made("setWebhook")[1].params
    assert told["url"] == "https://city.example/push/telegram"
    assert told["secret_token"] == SECRET
    assert "callback_query" in told["allowed_updates"]
    assert server.made("deleteWebhook") == []


def test_a_refused_call_is_not_made_for_ever(pushed: tuple[Line, TestClient], server: BotApiServer) -> None:
    telegram, _ = pushed
    server.next_answers["setwebhook"].append(Answer(400, "Bad Request: bad webhook: HTTPS url must be provided"))
    telegram.service.start()
    server.wait(lambda: len(server.made("setMyCommands")) == 3)

    assert len(server.made("setWebhook")) == 1


def test_an_api_problem_names_its_result() -> None:
    assert str(ApiProblem(SendResult.LATER, "slow down")) == "later: slow down"
