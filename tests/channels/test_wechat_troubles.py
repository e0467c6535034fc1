"""What becomes of a letter, a callback, a token or a photo when something goes wrong?"""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from bureau import Bureau
from sealing import Sealer, xml
from structlog.testing import capture_logs
from test_wechat_contract import keep_photos
from wechat_api import BREAK, TOKENS, Status, WeChatServer
from wechat_line import MAKE, Line, settings_of, wechat_line

from gridwhistle.bot.remote_files import FileGone, FileTooLarge
from gridwhistle.services import access_tokens
from gridwhistle.services.inbox import RemoteFile
from gridwhistle.services.photos import LARGEST_BYTES
from gridwhistle.services.sending import SendReport, SendResult

SEND = {"wecom": "/cgi-bin/message/send", "wechat": "/cgi-bin/message/custom/send"}
WORDS = {"MsgType": "text", "Content": "3号楼下水道堵了", "MsgId": 7, "CreateTime": 1795600000, "ToUserName": "us"}


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    with capture_logs() as logs:
        yield logs


@pytest.fixture(params=("wecom", "wechat"))
def line(request: pytest.FixtureRequest, bureau: Bureau, wechat: WeChatServer) -> Iterator[Line]:
    with wechat_line(bureau, wechat, request.param) as made:
        yield made


@pytest.fixture
def account(bureau: Bureau, wechat: WeChatServer) -> Iterator[Line]:
    with wechat_line(bureau, wechat, "wechat") as made:
        yield made


def told(line: Line, answer: Any) -> SendReport:
    line.server.next_answers[SEND[line.channel]].append(answer)
    return line.platform.channel.send(line.letter())


# ---- callbacks


def said(line: Line, **more: Any) -> str:
    return xml({**WORDS, "FromUserName": line.chat, **more})


def test_a_wrong_signature_is_refused_and_nothing_kept(line: Line) -> None:
    body, query = line.sealer.callback(said(line))
    forged = [
        {**query, "msg_signature": "0" * 40},
        {**query, "timestamp": "1"},
        {name: value for name, value in query.items() if name != "msg_signature"},
        {},
    ]
    assert [line.posted(body, one) for one in forged] == [403] * 4

    stranger = Sealer(token="another")  # noqa: S106 (of the test)
    assert line.posted(*stranger.callback(said(line))) == 403
    other_account = Sealer(receiver="wx0000000000000000")
    assert line.posted(*other_account.callback(said(line))) == 403
    assert line.rows() == []
    assert not line.woken.is_set()


def test_broken_and_too_large_bodies_are_bad_and_nothing_kept(line: Line) -> None:
    sealed = line.sealer.seal(said(line))
    query = line.sealer.query(sealed)
    assert line.posted(b"<xml><Encrypt>", query) == 400
    assert line.posted(b"<xml><Content>1</Content></xml>", query) == 400, "an open message is not trusted"
    assert line.posted(b"", query) == 400
    assert line.posted(line.sealer.body(sealed) + b" " * 65536, query) == 400
    assert line.called("<xml><MsgType>") == 400
    assert line.called('<!DOCTYPE x [<!ENTITY a "1">]><xml><MsgType>&a;</MsgType></xml>') == 400
    assert line.rows() == []


def test_the_address_is_proved(line: Line) -> None:
    if line.channel == "wecom":
        echo = line.sealer.seal("4711")
        query = {**line.sealer.query(echo), "echostr": echo}
    else:
        query = {"signature": line.sealer.sign("1", "2"), "timestamp": "1", "nonce": "2", "echostr": "4711"}
    path = f"/push/{line.channel}"

    assert line.client.get(path, params=query).text == "4711"
    assert line.client.get(path, params={**query, "nonce": "x"}).status_code == 403
    assert line.client.get(path).status_code == 403


def test_three_deliveries_are_kept_once(line: Line) -> None:
    event = {"MsgType": "event", "Event": "CLICK", "EventKey": "report", "CreateTime": 1795600000}
    for _ in range(3):
        assert line.called(said(line)) == 200
        assert line.called(xml({**event, "FromUserName": line.chat})) == 200
    assert [row.external_id for row in line.rows()] == ["7", "1795600000:CLICK:report"]

    line.called(xml({**event, "FromUserName": line.chat, "CreateTime": 1795600009}))
    assert len(line.rows()) == 3, "a later press is another one"


def test_a_store_that_is_down_lets_the_platform_come_again(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_given: object) -> int:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr("gridwhistle.services.inbox.receive", down)
        assert line.called(said(line)) == 503
    assert line.called(said(line)) == 200
    assert len(line.rows()) == 1


# ---- letters


CODES: dict[int, tuple[SendResult, timedelta | None]] = {
    -1: (SendResult.RETRY, None),
    45033: (SendResult.RETRY, None),
    45009: (SendResult.LATER, timedelta(hours=1)),
    45011: (SendResult.LATER, timedelta(minutes=1)),
    43004: (SendResult.STOPPED, None),
    81013: (SendResult.STOPPED, None),
    60011: (SendResult.MISCONFIGURED, None),
    48002: (SendResult.MISCONFIGURED, None),
    60020: (SendResult.MISCONFIGURED, None),
    40164: (SendResult.MISCONFIGURED, None),
    40013: (SendResult.MISCONFIGURED, None),
    45002: (SendResult.REFUSED, None),
    87014: (SendResult.REFUSED, None),
    999999: (SendResult.REFUSED, None),
}


def test_every_error_code_has_its_result(line: Line) -> None:
    for code, expected in CODES.items():
        report = told(line, {"errcode": code, "errmsg": "hint: [x]"})
        assert (report.result, report.retry_after) == expected, code
        assert report.problem == f"{code} hint: [x]"
    assert line.platform.channel.send(line.letter()).result is SendResult.SENT, "the trouble is over"


def test_every_trouble_on_the_way_has_its_result(line: Line) -> None:
    for answer, result in (
        (Status(502), SendResult.RETRY),
        (Status(404), SendResult.MISCONFIGURED),
        (Status(200, b"<html>"), SendResult.UNKNOWN),
        (Status(200, b"[]"), SendResult.UNKNOWN),
        (BREAK, SendResult.UNKNOWN),
    ):
        assert told(line, answer).result is result, answer


def test_a_server_that_is_not_there_has_taken_nothing(bureau: Bureau, wechat: WeChatServer) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        wechat_base = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with wechat_line(bureau, wechat, "wecom", wecom_api_base=wechat_base) as line:
            assert line.platform.channel.send(line.letter()).result is SendResult.RETRY


def test_an_answer_that_does_not_come_leaves_it_open_whether_the_letter_arrived(line: Line) -> None:
    line.platform.channel.line.api._client.timeout = httpx.Timeout(0.3)
    line.server.stuck = threading.Event()
    report = line.platform.channel.send(line.letter())
    line.server.stuck.set()

    assert report.result is SendResult.UNKNOWN


def test_a_letter_of_which_only_a_part_arrived_is_in_doubt(line: Line) -> None:
    line.server.next_answers[SEND[line.channel]] += [{"errcode": 0}, {"errcode": 45011, "errmsg": "too fast"}]
    report = line.platform.channel.send(line.letter(text="很长。" * 500))

    assert (report.result, report.problem) == (SendResult.UNKNOWN, "after a first message: 45011 too fast")


def test_a_letter_before_the_city_is_open_waits(wechat: WeChatServer) -> None:
    platform = MAKE["wecom"](settings_of("wecom", wechat))
    assert platform is not None
    report = platform.channel.send(Line.letter(_Unopened(), text="您好"))  # type: ignore[arg-type]
    assert (report.result, wechat.calls) == (SendResult.RETRY, [])
    with pytest.raises(RuntimeError):
        platform.routes()


class _Unopened:
    channel, chat = "wecom", "lisi"


@pytest.mark.parametrize("unknown", ["invaliduser", "unlicenseduser"])
def test_a_member_who_is_none_any_more_has_stopped(bureau: Bureau, wechat: WeChatServer, unknown: str) -> None:
    with wechat_line(bureau, wechat, "wecom") as line:
        report = told(line, {"errcode": 0, "errmsg": "ok", unknown: "lisi", "msgid": "x"})
    assert report.result is SendResult.STOPPED
    assert "lisi" not in report.problem


# ---- the window of an official account


@pytest.mark.parametrize("code", [45015, 45047])
def test_outside_of_the_window_a_letter_without_template_is_dead_and_says_why(account: Line, code: int) -> None:
    for report in (
        told(account, {"errcode": code, "errmsg": "out of time limit"}),
        account.platform.channel.send(account.letter(window_open=False)),
    ):
        assert report.result is SendResult.REFUSED
        assert "GRIDWHISTLE_WECHAT_TEMPLATE_ID" in report.problem


@pytest.mark.parametrize(
    ("kind", "path"),
    [("template", "/cgi-bin/message/template/send"), ("subscription", "/cgi-bin/message/subscribe/bizsend")],
)
def test_the_platform_knows_best_that_the_window_is_closed(
    bureau: Bureau, wechat: WeChatServer, kind: str, path: str
) -> None:
    more = {
        "wechat_template_id": "T",
        "wechat_template_kind": kind,
        "wechat_template_fields": {"thing4": "{text}", "const5": "网格事项"},
    }
    with wechat_line(bureau, wechat, "wechat", **more) as line:
        report = told(line, {"errcode": 45015, "errmsg": "response out of time limit"})
        (made,) = wechat.made(path)

        assert made.body["data"] == {"thing4": {"value": "您好"}, "const5": {"value": "网格事项"}}
        assert report.result is SendResult.SENT
        assert str(report.message_id).startswith("announced:")

        wechat.next_answers[path].append({"errcode": 43101, "errmsg": "user refuse to accept the msg"})
        assert line.platform.channel.send(line.letter(window_open=False)).result is SendResult.STOPPED


# ---- tokens


def test_one_token_serves_many_letters(line: Line) -> None:
    for _ in range(5):
        line.platform.channel.send(line.letter())
    assert sum(call.path in TOKENS for call in line.server.calls) == 1


def test_one_token_serves_all_processes(bureau: Bureau, line: Line) -> None:
    line.platform.channel.send(line.letter())
    with wechat_line(bureau, line.server, line.channel) as other:
        assert other.platform.channel.send(other.letter()).result is SendResult.SENT
    assert sum(call.path in TOKENS for call in line.server.calls) == 1


def test_a_void_token_is_renewed_once_and_the_letter_goes_out(line: Line) -> None:
    line.platform.channel.send(line.letter())
    line.server.void_token()

    assert line.platform.channel.send(line.letter()).result is SendResult.SENT
    assert sum(call.path in TOKENS for call in line.server.calls) == 2


def test_a_token_that_is_refused_again_and_again_is_the_operators(line: Line) -> None:
    for tries, code in enumerate((40001, 40014, 42001), 1):
        refused = {"errcode": code, "errmsg": "invalid credential"}
        line.server.next_answers[SEND[line.channel]] += [refused, refused]

        assert line.platform.channel.send(line.letter()).result is SendResult.MISCONFIGURED
        assert len(line.server.made(SEND[line.channel])) == 2 * tries, "no more than one new token is tried"


def test_without_a_token_no_letter_has_left(line: Line) -> None:
    for answer, result in (
        ({"errcode": 40001, "errmsg": "invalid secret"}, SendResult.MISCONFIGURED),
        ({"errcode": 40125, "errmsg": "invalid appsecret"}, SendResult.MISCONFIGURED),
        ({"errcode": -1, "errmsg": "system error"}, SendResult.RETRY),
        (Status(503), SendResult.RETRY),
        (BREAK, SendResult.RETRY),
    ):
        for path in TOKENS:
            line.server.next_answers[path] = deque([answer])
        assert line.platform.channel.send(line.letter()).result is result
    assert line.server.made(SEND[line.channel]) == []
    for path in TOKENS:
        line.server.next_answers[path].clear()
    assert line.platform.channel.send(line.letter()).result is SendResult.SENT, "the next one asks anew"


def test_many_letters_at_once_fetch_one_token(line: Line) -> None:
    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(line.platform.channel.send, [line.letter() for _ in range(16)]))
    assert {report.result for report in reports} == {SendResult.SENT}
    assert sum(call.path in TOKENS for call in line.server.calls) == 1


def test_while_another_process_fetches_the_token_a_letter_waits_for_it(
    bureau: Bureau, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bureau.desk() as desk:
        permit = access_tokens.ask(desk, line.channel)
    assert permit.lease is not None

    def renewed(_seconds: float) -> None:
        with bureau.desk() as desk:
            access_tokens.renew(desk, line.channel, str(permit.lease), "theirs", timedelta(hours=2))

    line.server.tokens["theirs"] = "theirs"
    monkeypatch.setattr("gridwhistle.bot.channels.wechat.tokens.time.sleep", renewed)
    assert line.platform.channel.send(line.letter()).result is SendResult.SENT
    assert line.server.made("token") == []


def test_a_letter_does_not_wait_for_ever_for_another_process(
    bureau: Bureau, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bureau.desk() as desk:
        access_tokens.ask(desk, line.channel)
    monkeypatch.setattr("gridwhistle.bot.channels.wechat.tokens.time.sleep", lambda _seconds: None)

    assert line.platform.channel.send(line.letter()).result is SendResult.RETRY
    assert line.server.calls == []


# ---- pictures


def test_a_picture_is_laid_there_once_for_many_letters(bureau: Bureau, line: Line) -> None:
    (photo,) = keep_photos(bureau, 1)
    for _ in range(3):
        assert line.platform.channel.send(line.letter(attachments=(photo,))).result is SendResult.SENT
    assert len(line.server.made("media/upload")) == 1

    bureau.wait(days=3)
    line.platform.channel.line.api._tokens._known = None
    line.platform.channel.send(line.letter(attachments=(photo,)))
    assert len(line.server.made("media/upload")) == 2, "after three days the platform has forgotten it"


def test_a_picture_that_the_platform_has_lost_is_laid_there_again(bureau: Bureau, line: Line) -> None:
    (photo,) = keep_photos(bureau, 1)
    line.platform.channel.send(line.letter(attachments=(photo,)))
    line.server.next_answers[SEND[line.channel]].append({"errcode": 40007, "errmsg": "invalid media_id"})

    assert line.platform.channel.send(line.letter(attachments=(photo,))).result is SendResult.SENT
    assert len(line.server.made("media/upload")) == 2


def test_a_letter_whose_photo_is_gone_goes_without_it(line: Line) -> None:
    assert line.platform.channel.send(line.letter(attachments=("0" * 32,))).result is SendResult.SENT
    assert line.server.said() == ["您好"]


def test_a_photo_is_fetched(line: Line) -> None:
    line.server.files["m"] = b"\xff\xd8 bytes"
    assert line.platform.channel.download(RemoteFile(kind="photo", reference="m")) == b"\xff\xd8 bytes"

    line.server.void_token()
    assert line.platform.channel.download(RemoteFile(kind="photo", reference="m")) == b"\xff\xd8 bytes"


def test_a_photo_that_is_gone_or_too_large_is_told_apart(line: Line) -> None:
    with pytest.raises(FileGone):
        line.platform.channel.download(RemoteFile(kind="photo", reference="unknown"))
    line.server.files["large"] = b"\xff" * (LARGEST_BYTES + 1)
    with pytest.raises(FileTooLarge):
        line.platform.channel.download(RemoteFile(kind="photo", reference="large"))


def test_no_secret_is_in_a_log_or_in_words_of_ours(
    line: Line, logs: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "gridwhistle")
    reports = [told(line, answer) for answer in (Status(502), BREAK, {"errcode": 40014, "errmsg": "x"})]
    settings = settings_of(line.channel, line.server)

    shown = f"{reports} {logs} {caplog.text} {settings!r} {line.platform.channel.line}"
    for secret in ("the-secret", *line.server.tokens.values(), line.sealer.aes_key):
        assert secret not in shown
