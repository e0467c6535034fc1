"""Do WeCom and the official account give and take exactly what the two contract files say?"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bureau import Bureau
from PIL import Image
from structlog.testing import capture_logs
from wechat_api import WeChatServer
from wechat_line import Line, wechat_line

from gridwhistle.dialogs.flows import FLOWS
from gridwhistle.services import attachments
from gridwhistle.services.photos import clean_photo
from gridwhistle.services.schema import Account
from gridwhistle.services.sending import SendReport, SendResult

HERE = Path(__file__).parent
UPDATES = json.loads((HERE / "wechat_updates.json").read_text(encoding="utf-8"))
LETTERS = json.loads((HERE / "wechat_letters.json").read_text(encoding="utf-8"))
CHANNELS = ("wecom", "wechat")


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    with capture_logs() as logs:
        yield logs


@pytest.fixture(params=CHANNELS)
def line(request: pytest.FixtureRequest, bureau: Bureau, wechat: WeChatServer) -> Iterator[Line]:
    """One of the two channels; every test that asks for it runs with both."""
    with wechat_line(bureau, wechat, request.param, **TEMPLATE) as made:
        yield made


TEMPLATE = {"wechat_template_id": "TEMPLATE"}


# ---- callbacks come in


def test_every_callback_becomes_what_the_contract_says(line: Line) -> None:
    cases = [case for case in UPDATES if case["channel"] == line.channel]
    for case in cases:
        before = len(line.rows())
        assert line.called(case["xml"]) == 200
        rows = line.rows()[before:]
        got = [{"id": row.external_id, "files": row.files, "content": row.content} for row in rows]
        assert got == ([case["into"]] if "into" in case else []), case["name"]
        assert all(row.address == line.chat for row in rows)
    assert len(cases) > 5


def test_what_is_not_for_us_is_ignored_and_counted(line: Line) -> None:
    expected: dict[str, int] = {}
    for case in UPDATES:
        if case["channel"] == line.channel:
            line.called(case["xml"])
            if "ignored" in case:
                expected[case["ignored"]] = expected.get(case["ignored"], 0) + 1

    assert dict(line.platform.hook.ignored) == expected


def test_somebody_who_leaves_is_blocked_until_they_come_again(bureau: Bureau, wechat: WeChatServer) -> None:
    with wechat_line(bureau, wechat, "wechat") as line:
        line.bind("zhangmin")
        line.called(next(case["xml"] for case in UPDATES if case.get("left")))
        with bureau.desk() as desk:
            assert desk.session.get_one(Account, (desk.region, "wechat", line.chat)).blocked


# ---- letters go out


def keep_photos(bureau: Bureau, count: int) -> tuple[str, ...]:
    kept = []
    for number in range(count):
        raw = io.BytesIO()
        Image.new("RGB", (32, 24), (60 * number, 120, 90)).save(raw, "PNG")
        photo = clean_photo(raw.getvalue())
        attachments.keep_file(bureau.office.files, photo)
        with bureau.desk("zhangmin") as desk:
            kept.append(attachments.enter(desk, photo))
    return tuple(kept)


@pytest.mark.parametrize("case", LETTERS, ids=lambda case: case["name"])
def test_every_letter_becomes_the_calls_that_the_contract_says(
    bureau: Bureau, wechat: WeChatServer, case: dict[str, Any]
) -> None:
    with wechat_line(bureau, wechat, case["channel"], **TEMPLATE) as line:
        wanted = {**case["letter"], "labels": tuple(case["letter"].get("labels", ()))}
        report = line.platform.channel.send(line.letter(**wanted, attachments=keep_photos(bureau, case["photos"])))

    (asked, *made) = wechat.calls
    assert asked.path in ("/cgi-bin/gettoken", "/cgi-bin/stable_token")
    uploads = [call for call in made if call.path == "/cgi-bin/media/upload"]
    assert all(call.file[:2] == b"\xff\xd8" and call.query["type"] == "image" for call in uploads)
    assert [
        {"path": call.path} if call in uploads else {"path": call.path, "body": call.body} for call in made
    ] == case["calls"]
    assert report.result is SendResult.SENT
    if case["channel"] == "wecom":
        assert report == SendReport(result=SendResult.SENT, message_id=str(wechat._count))


def test_a_platform_is_asked_for_a_token_as_it_wants(line: Line, wechat: WeChatServer) -> None:
    line.platform.channel.send(line.letter())
    (asked, said) = wechat.calls

    own = line.sealer.receiver
    if line.channel == "wecom":
        assert (asked.path, asked.query) == ("/cgi-bin/gettoken", {"corpid": own, "corpsecret": "the-secret"})
    else:
        wanted = {"grant_type": "client_credential", "appid": own, "secret": "the-secret"}
        assert (asked.path, asked.query, asked.body) == ("/cgi-bin/stable_token", {}, wanted)
    assert said.query == {"access_token": wechat.tokens[asked.path]}


MENUS = {
    "wecom": [("我的待办", "tasks"), ("巡查上报", "patrol"), ("更多", "help")],
    "wechat": [("反映问题", "begin_report"), ("我的工单", "progress"), ("更多", "help")],
}


def test_the_menu_is_set_when_the_platform_can_be_reached(line: Line, wechat: WeChatServer) -> None:
    path = "/cgi-bin/menu/create"
    wechat.next_answers[path].append({"errcode": -1, "errmsg": "system busy"})
    line.platform._menu._stopping.wait = lambda _seconds: False  # type: ignore[assignment,method-assign]
    line.platform._menu._insist()

    (refused, made) = wechat.made(path)
    assert refused.body == made.body
    assert [(one["name"], one["key"]) for one in made.body["button"]] == MENUS[line.channel]
    assert {one["type"] for one in made.body["button"]} == {"click"}
    assert all(key in {flow.name for flow in FLOWS} for _, key in MENUS[line.channel])
    assert all(len(name) <= 4 for name, _ in MENUS[line.channel])
    assert made.query.get("agentid") == ("1000002" if line.channel == "wecom" else None)


def test_a_menu_that_the_account_may_not_have_is_left_alone(line: Line, wechat: WeChatServer) -> None:
    path = "/cgi-bin/menu/create"
    wechat.next_answers[path].append({"errcode": 48001, "errmsg": "api unauthorized"})
    line.platform._menu._insist()

    assert len(wechat.made(path)) == 1
