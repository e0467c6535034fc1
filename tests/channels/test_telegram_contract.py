"""Do both libraries give and take exactly what the two contract files say?"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bot_api import BREAK, Answer, BotApiServer
from bureau import Bureau
from PIL import Image
from structlog.testing import capture_logs
from telegram_line import CHAT, Line, line

from gridwhistle.bot.channels.telegram.api import BotApi, Connection
from gridwhistle.bot.channels.telegram.service import TelegramService
from gridwhistle.bot.remote_files import FileGone, FileTooLarge
from gridwhistle.services import attachments
from gridwhistle.services.inbox import RemoteFile
from gridwhistle.services.photos import clean_photo
from gridwhistle.services.schema import Account, Person
from gridwhistle.services.sending import OutgoingLetter, SendReport, SendResult, Wants

HERE = Path(__file__).parent
UPDATES = json.loads((HERE / "telegram_updates.json").read_text(encoding="utf-8"))
LETTERS = json.loads((HERE / "telegram_letters.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    with capture_logs() as logs:
        yield logs


@pytest.fixture
def telegram(
    bureau: Bureau, server: BotApiServer, make_api: Callable[[Connection], BotApi], connection: Connection
) -> Iterator[Line]:
    with line(bureau, server, make_api, connection) as made:
        yield made


def asked(server: BotApiServer, *methods: str) -> list[tuple[str, dict[str, Any], list[str]]]:
    """The calls, with the names of their files by their places instead of a library's own names."""
    return [(call.method, _named(call.params), sorted(call.files)) for call in server.calls if call.method in methods]


def _named(value: Any) -> Any:
    match value:
        case str() if value.startswith("attach://"):
            return "attach://"
        case dict():
            return {key: _named(one) for key, one in value.items()}
        case list():
            return [_named(one) for one in value]
    return value


# ---- updates come in


def test_every_update_becomes_what_the_contract_says(telegram: Line, server: BotApiServer) -> None:
    telegram.service.start()
    server.wait(lambda: server.made("getMe") and len(server.made("setMyCommands")) == 3)
    server.calls.clear()
    telegram.bind("zhangmin")
    numbers = [server.push(**case["update"]) for case in UPDATES]
    server.wait(lambda: server.confirmed[-1:] == numbers[-1:])

    rows = {row.position: row for row in telegram.rows()}
    for case, number in zip(UPDATES, numbers, strict=True):
        row = rows.get(number)
        got = row and {
            "address": row.address,
            "files": row.files,
            "album": row.album,
            "quotes": row.quotes,
            "content": row.content,
        }
        assert got == case.get("into"), case["name"]
    answers = [call for case in UPDATES for call in case["calls"]]
    server.wait(lambda: len(asked(server, "answercallbackquery", "sendmessage")) == len(answers))
    made = [{"method": method, "params": params} for method, params, _ in asked(server, "answercallbackquery")]
    assert made == [call for call in answers if call["method"] == "answercallbackquery"]
    (told,) = server.made("sendMessage")
    assert {"method": told.method, "params": told.params} == _texts(
        next(call for call in answers if call["method"] == "sendmessage")
    )


def _texts(call: dict[str, Any]) -> dict[str, Any]:
    """A form has only texts: numbers on their own arrive as such."""
    return {**call, "params": {key: str(one) if isinstance(one, int) else one for key, one in call["params"].items()}}


def test_what_is_not_for_us_is_ignored_and_counted(telegram: Line, server: BotApiServer) -> None:
    telegram.service.start()
    expected: dict[str, int] = {}
    last = 0
    for case in UPDATES:
        last = server.push(**case["update"])
        if "ignored" in case:
            expected[case["ignored"]] = expected.get(case["ignored"], 0) + 1
    server.wait(lambda: server.confirmed[-1:] == [last])

    assert telegram.service._receiver is not None
    assert dict(telegram.service._receiver.ignored) == expected


def test_somebody_who_blocks_us_is_unreachable_until_they_let_us_in(telegram: Line, server: BotApiServer) -> None:
    telegram.bind("zhangmin")
    telegram.service.start()
    for blocked in (True, False):
        update = next(case["update"] for case in UPDATES if case.get("blocked") is blocked)
        number = server.push(**update)
        server.wait(lambda number=number: server.confirmed[-1:] == [number])  # type: ignore[misc]
        with telegram.bureau.desk() as desk:
            account = desk.session.get_one(Account, (desk.region, "telegram", CHAT))
            person = desk.session.get_one(Person, (desk.region, telegram.bureau.ids["zhangmin"]))
        assert (account.blocked, person.reachable) == (blocked, not blocked)


# ---- letters go out


def letter(**more: Any) -> OutgoingLetter:
    given = {
        "id": "0193f0c0a1b2c3d4e5f60718293a4b5c",
        "person_id": "p",
        "channel": "telegram",
        "address": CHAT,
        "text": "您好",
        "labels": (),
        "attachments": (),
        "card": None,
        "reply": False,
        **more,
    }
    return OutgoingLetter(**given)


def keep_photos(telegram: Line, count: int) -> tuple[str, ...]:
    kept = []
    for number in range(count):
        raw = io.BytesIO()
        Image.new("RGB", (32, 24), (60 * number, 120, 90)).save(raw, "PNG")
        photo = clean_photo(raw.getvalue())
        attachments.keep_file(telegram.bureau.office.files, photo)
        with telegram.bureau.desk("zhangmin") as desk:
            kept.append(attachments.enter(desk, photo))
    return tuple(kept)


@pytest.mark.parametrize("case", LETTERS, ids=lambda case: case["name"])
def test_every_letter_becomes_the_calls_that_the_contract_says(
    telegram: Line, server: BotApiServer, case: dict[str, Any]
) -> None:
    if "edit_refused" in case:
        server.next_answers["editmessagetext"].append(Answer(400, case["edit_refused"]))
    if "delete_refused" in case:
        server.next_answers["deletemessage"].append(Answer(400, case["delete_refused"]))
    wanted = case["letter"]
    wants = Wants(wanted["wants"]) if "wants" in wanted else None
    given = {**wanted, "labels": tuple(wanted.get("labels", ())), "wants": wants}
    kept = keep_photos(telegram, case["photos"])
    given["shown"] = tuple(kept[int(number)] for number in wanted.get("shown", ()))
    report = telegram.service.channel.send(letter(**given, attachments=kept))

    made = [(call.method, _named(call.params), len(call.files)) for call in server.calls]
    assert made == [(call["method"], _named(call["params"]), len(call.get("files", ()))) for call in case["calls"]]
    assert all(body[:2] == b"\xff\xd8" for call in server.calls for body in call.files.values())
    sent = any(call["method"] == "sendmessage" for call in case["calls"])
    shown_as = wanted["replaces"] if "replaces" in wanted and not sent else str(server._last_message)
    assert report == SendReport(result=SendResult.SENT, message_id=shown_as)


def test_an_attached_photo_is_named_where_its_body_is(telegram: Line, server: BotApiServer) -> None:
    telegram.service.channel.send(letter(attachments=keep_photos(telegram, 3)))

    (album,) = server.made("sendMediaGroup")
    named = [one["media"].removeprefix("attach://") for one in album.params["media"]]
    assert sorted(named) == sorted(album.files)


# ---- what goes wrong

TOO_FAST = Answer(429, "Too Many Requests: retry after 7", {"retry_after": 7})
BLOCKED = Answer(403, "Forbidden: bot was blocked by the user")
DOWN = Answer(502, "Bad Gateway", body=b"<html>Bad Gateway</html>")


@pytest.mark.parametrize(
    ("answer", "result", "retry_after"),
    [
        (TOO_FAST, SendResult.LATER, timedelta(seconds=7)),
        (BLOCKED, SendResult.STOPPED, None),
        (Answer(403, "Forbidden: user is deactivated"), SendResult.STOPPED, None),
        (Answer(400, "Bad Request: chat not found"), SendResult.STOPPED, None),
        (Answer(400, "Bad Request: message text is empty"), SendResult.REFUSED, None),
        (Answer(401, "Unauthorized"), SendResult.MISCONFIGURED, None),
        (Answer(404, "Not Found"), SendResult.MISCONFIGURED, None),
        (Answer(500, "Internal Server Error"), SendResult.RETRY, None),
        (DOWN, SendResult.RETRY, None),
        (BREAK, SendResult.UNKNOWN, None),
    ],
    ids=lambda value: value.description[:30] or "a broken connection" if isinstance(value, Answer) else "",
)
def test_every_trouble_has_its_result(
    telegram: Line, server: BotApiServer, answer: Answer, result: SendResult, retry_after: timedelta | None
) -> None:
    server.next_answers["sendmessage"].append(answer)
    report = telegram.service.channel.send(letter())

    assert (report.result, report.retry_after) == (result, retry_after)
    assert telegram.service.channel.send(letter()).result is SendResult.SENT, "the trouble is over"


def test_a_server_that_is_not_there_has_taken_nothing(
    bureau: Bureau, server: BotApiServer, make_api: Callable[[Connection], BotApi], connection: Connection
) -> None:
    server.close()
    with line(bureau, server, make_api, connection) as telegram:
        assert telegram.service.channel.send(letter()).result is SendResult.RETRY


def test_an_answer_that_does_not_come_leaves_it_open_whether_the_letter_arrived(
    telegram: Line, server: BotApiServer
) -> None:
    telegram.service.channel._wait = 0.3
    server.stuck = threading.Event()
    report = telegram.service.channel.send(letter())
    server.stuck.set()

    assert report.result is SendResult.UNKNOWN


def test_a_letter_of_which_only_a_part_arrived_is_in_doubt(telegram: Line, server: BotApiServer) -> None:
    server.limit = lambda _method, _params: TOO_FAST if len(server.made("sendMessage")) == 2 else None
    report = telegram.service.channel.send(letter(text="很长。" * 2000))

    assert report.result is SendResult.UNKNOWN
    assert report.problem.startswith("1 of 2 parts")


def test_a_letter_before_the_city_is_open_waits(
    server: BotApiServer, make_api: Callable[[Connection], BotApi], connection: Connection
) -> None:
    service = TelegramService(make_api, connection)
    assert service.channel.send(letter()).result is SendResult.RETRY
    service.close()
    assert server.calls == []


# ---- files


def test_a_file_is_fetched(telegram: Line, server: BotApiServer) -> None:
    server.files["large"] = b"\xff\xd8 bytes"
    assert telegram.service.channel.download(RemoteFile(kind="photo", reference="large")) == b"\xff\xd8 bytes"


def test_a_file_that_is_gone_or_too_large_is_told_apart(telegram: Line, server: BotApiServer) -> None:
    with pytest.raises(FileGone):
        telegram.service.channel.download(RemoteFile(kind="photo", reference="unknown"))
    server.next_answers["getfile"].append(Answer(400, "Bad Request: file is too big"))
    with pytest.raises(FileTooLarge):
        telegram.service.channel.download(RemoteFile(kind="photo", reference="large"))


def test_the_token_is_in_no_log_and_in_no_words_of_ours(
    telegram: Line, server: BotApiServer, logs: list[Any], caplog: pytest.LogCaptureFixture, connection: Connection
) -> None:
    caplog.set_level("DEBUG")
    server.next_answers["sendmessage"] += [DOWN, BREAK, Answer(401, "Unauthorized")]
    reports = [telegram.service.channel.send(letter()) for _ in range(3)]

    assert connection.token not in f"{reports} {logs} {connection}"
