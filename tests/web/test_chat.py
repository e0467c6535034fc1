from __future__ import annotations

import io
import json
import uuid
from datetime import timedelta

import pytest
from PIL import Image
from visitors import Person, TestClient

from gridwhistle.bot.app import Application
from gridwhistle.services import attachments, memory
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.desk import Address
from gridwhistle.services.flood import FLOOD
from gridwhistle.services.photos import LARGEST_BYTES
from gridwhistle.services.recordings import recording_of

REPORT = "幸福小区3号楼2单元下水道堵了三天了，没人管"


def report(person: Person) -> None:
    person.say(REPORT)
    person.press("确认")


def a_photo() -> bytes:
    raw = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(raw, "PNG")
    return raw.getvalue()


def send_photo(person: Person, body: bytes, name: str = "a.png", **fields: str):  # noqa: ANN201
    data = {"id": uuid.uuid4().hex, **fields}
    return person.client.post("/api/photos", params=person.params, data=data, files={"file": (name, body)})


def test_a_report_comes_to_the_worker_and_is_accepted(zhangmin: Person, liqiang: Person) -> None:
    report(zhangmin)
    assert "幸福-261124-001" in zhangmin.last()
    card = liqiang.bubbles()[-1]
    assert "新工单" in card["text"]
    liqiang.press("接单")
    assert any("李强" in bubble["text"] and "接单" in bubble["text"] for bubble in zhangmin.bubbles())


def test_a_card_is_edited_in_place(liqiang: Person, zhangmin: Person) -> None:
    report(zhangmin)
    liqiang.press("接单")
    cards = [bubble for bubble in liqiang.bubbles() if str(bubble["card"]).startswith("ticket:")]
    assert len(cards) == 1
    assert "接单" not in [button["label"] for button in cards[0]["buttons"]]


def test_what_a_person_said_and_pressed_stays_after_a_reload(zhangmin: Person) -> None:
    report(zhangmin)
    mine = [(bubble["kind"], bubble["text"]) for bubble in zhangmin.bubbles() if bubble["mine"]]
    assert mine == [("text", REPORT), ("press", "确认")]


def test_answered_buttons_are_no_longer_live(zhangmin: Person) -> None:
    zhangmin.say(REPORT)
    asked = zhangmin.bubbles()[-1]
    assert all(button["live"] for button in asked["buttons"])
    zhangmin.press("确认")
    again = next(bubble for bubble in zhangmin.bubbles() if bubble["id"] == asked["id"])
    assert [button["live"] for button in again["buttons"]] == [False, False, False]
    assert again["buttons"][0]["pressed"]


def test_a_stale_button_pressed_anyway_is_answered_kindly(zhangmin: Person) -> None:
    zhangmin.say(REPORT)
    asked = zhangmin.bubbles()[-1]
    zhangmin.press("确认")
    before = len(zhangmin.bubbles())
    body = {"id": "stale-1", "letter": asked["id"], "index": 0}
    assert zhangmin.post("/api/presses", body).status_code == 200
    assert len(zhangmin.bubbles()) > before
    assert zhangmin.client.get("/ledger.json").json()["tickets"][1:] == []


def test_a_repeated_message_acts_once(zhangmin: Person) -> None:
    body = {"id": "the-same", "text": REPORT}
    zhangmin.post("/api/messages", body)
    shown = zhangmin.bubbles()
    zhangmin.post("/api/messages", body)
    assert zhangmin.bubbles() == shown


@pytest.mark.parametrize(
    "letter", ["", "0" * 32, "ffffffffffffffffffffffffffffffff", "'; DROP TABLE outbox; --", "../../etc", "\u0000"]
)
def test_a_forged_press_is_answered_kindly(zhangmin: Person, letter: str) -> None:
    assert zhangmin.post("/api/presses", {"id": uuid.uuid4().hex, "letter": letter, "index": 0}).status_code == 200
    assert len(zhangmin.bubbles()) == 2


def test_another_persons_button_does_nothing(zhangmin: Person, liqiang: Person, client: TestClient) -> None:
    report(zhangmin)
    card = liqiang.bubbles()[-1]
    stranger = Person(client, "zhoumei")
    assert stranger.post("/api/presses", {"id": "x", "letter": card["id"], "index": 0}).status_code == 200
    assert "待接单" in str(liqiang.get("/api/desk").json())


BAD_BODIES = [
    ("/api/messages", {}),
    ("/api/messages", []),
    ("/api/messages", "text"),
    ("/api/messages", None),
    ("/api/messages", {"id": "a"}),
    ("/api/messages", {"id": "", "text": "x"}),
    ("/api/messages", {"id": "a b", "text": "x"}),
    ("/api/messages", {"id": "a" * 65, "text": "x"}),
    ("/api/messages", {"id": 1, "text": "x"}),
    ("/api/messages", {"id": "a", "text": 1}),
    ("/api/messages", {"id": "a", "text": ["x"]}),
    ("/api/messages", {"id": "a", "text": "x", "as": "liqiang"}),
    ("/api/messages", {"id": "a", "text": "长" * 20_001}),
    ("/api/messages", {"id": "a", "text": "\ud800"}),
    ("/api/presses", {"id": "a", "letter": "b", "index": -1}),
    ("/api/presses", {"id": "a", "letter": "b", "index": "0"}),
    ("/api/presses", {"id": "a", "letter": "b", "index": True}),
    ("/api/presses", {"id": "a", "letter": "b", "index": 10**30}),
    ("/api/presses", {"id": "a", "letter": "b" * 65, "index": 0}),
    ("/api/pins", {"id": "a", "latitude": 91.0, "longitude": 0.0}),
    ("/api/pins", {"id": "a", "latitude": "47", "longitude": 132.0}),
    ("/api/demo/clock", {"leap": "year"}),
    ("/api/demo/clock", {"leap": 3}),
]


@pytest.mark.parametrize(("path", "body"), BAD_BODIES)
def test_a_body_of_the_wrong_form_is_refused_in_words(zhangmin: Person, path: str, body: object) -> None:
    raw = json.dumps(body).encode()  # httpx would not write down half a character
    headers = {"Content-Type": "application/json"}
    answer = zhangmin.client.post(path, params=zhangmin.params, content=raw, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert zhangmin.bubbles() == []


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b"{", b'{"id":"a","latitude":NaN,"longitude":1}', b"[" * 50_000])
@pytest.mark.parametrize("path", ["/api/messages", "/api/pins"])
def test_bytes_that_are_no_json_are_refused_in_words(zhangmin: Person, path: str, raw: bytes) -> None:
    answer = zhangmin.client.post(
        path, params=zhangmin.params, content=raw, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "text", ["", "   ", "\u0000", "a\u0000b", "🧯" * 50, "<script>alert(1)</script>", "长" * 20_000, "\u202e反"]
)
def test_no_text_breaks_a_chat(zhangmin: Person, text: str) -> None:
    body = json.dumps({"id": "odd", "text": text}).encode()
    headers = {"Content-Type": "application/json"}
    answer = zhangmin.client.post("/api/messages", params=zhangmin.params, content=body, headers=headers)
    assert answer.status_code == 200
    assert not zhangmin.bubbles()[-1]["mine"]


def test_a_photo_is_cleaned_kept_and_shown_to_those_concerned_alone(
    app: Application, zhangmin: Person, liqiang: Person, client: TestClient
) -> None:
    zhangmin.say(REPORT)
    assert send_photo(zhangmin, a_photo(), "../../etc/passwd.png").json() == {"taken": True}
    zhangmin.press("确认")
    shown = next(bubble["photos"][0] for bubble in zhangmin.bubbles() if bubble["photos"])
    assert zhangmin.get(f"/photos/{shown}").content.startswith(b"\xff\xd8")
    assert liqiang.get(f"/photos/{shown}").status_code == 200
    assert Person(client, "zhaogang").get(f"/photos/{shown}").status_code == 404
    assert Person(client, None).get(f"/photos/{shown}").status_code == 404
    assert all(path.suffix == ".jpg" for path in app.settings.files_dir.rglob("*") if path.is_file())


def test_a_voice_is_only_saved_and_only_by_those_concerned(
    app: Application, zhangmin: Person, liqiang: Person, client: TestClient
) -> None:
    recording = recording_of(b"OggS\0\2".ljust(28, b"\0") + b"OpusHead")
    assert recording is not None
    attachments.keep_file(app.office.files, recording)
    with app.office.desk() as desk:
        where = Address(channel=DEMO_CHANNEL, address="zhangmin")
        desk.actor, _ = memory.recall(desk.session, desk.region, where, desk.now)
        kept = attachments.enter(desk, recording)
    report(zhangmin)

    with app.office.desk() as desk:
        row = attachments.find(desk.session, desk.region, kept)
        assert row is not None
        ticket = row.ticket_id
    assert liqiang.get(f"/api/tickets/{ticket}").json()["recordings"] == [{"id": kept, "name": "语音"}]
    answer = liqiang.get(f"/photos/{kept}")
    assert answer.content == recording.body
    assert answer.headers["Content-Type"] == "audio/ogg"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="voice-{kept}.ogg"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert Person(client, "machao").get(f"/photos/{kept}").status_code == 404
    assert Person(client, "wangfang").get(f"/photos/{kept}").status_code == 404


@pytest.mark.parametrize("body", [b"", b"no photo", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, b"GIF89a", b"<svg/>"])
def test_what_is_no_photo_is_refused_in_words(zhangmin: Person, body: bytes) -> None:
    answer = send_photo(zhangmin, body)
    assert answer.status_code == 422
    assert "照片" in answer.json()["error"]


def test_a_photo_that_is_too_large_is_refused_in_words(zhangmin: Person) -> None:
    answer = send_photo(zhangmin, b"\x00" * (LARGEST_BYTES + 1))
    assert answer.status_code == 422
    assert "太大" in answer.json()["error"]
    answer = send_photo(zhangmin, b"\x00" * (22 * 1024 * 1024))
    assert answer.status_code == 413
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "path",
    [
        "/photos/..%2f..%2fetc%2fpasswd",
        "/photos/" + "0" * 32,
        "/photos/%00",
        "/photos/" + "a" * 5000,
        "/static/../app.py",
        "/static/%2e%2e/desk.py",
        "/static/..%2fdesk.py",
        "/ledger/%2e%2e",
        "/ledger/" + "x" * 2000,
        "/ledger/不存在-000000-000.json",
        "/api/tickets/" + "0" * 32,
        "/api/tickets/%00",
        "/join/../../x",
        "/join/" + "A" * 33,
        "/nothing",
        "/api/nothing",
    ],
)
def test_a_path_with_tricks_is_not_found(zhangmin: Person, path: str) -> None:
    assert zhangmin.get(path).status_code == 404


@pytest.mark.parametrize("code", ["nobody", "", "a" * 65, "visitor-1", "%00", "张敏", "Zhangmin"])
def test_an_unknown_person_is_refused_in_words(client: TestClient, code: str) -> None:
    answer = client.get("/api/chat", params={"as": code})
    assert answer.status_code in (403, 404)
    assert answer.json()["error"]


def test_a_flood_is_slowed_down_with_one_notice_and_others_are_not(
    zhangmin: Person, liqiang: Person, app: Application
) -> None:
    for number in range(FLOOD + 2):
        zhangmin.say(f"你好{number}")
    liqiang.say("你好")

    def texts(person: Person) -> list[str]:
        return [str(bubble["text"]) for bubble in person.bubbles() if not bubble["mine"]]

    slowed = [text for text in texts(zhangmin) if "太快" in text]
    assert (len(slowed), len(texts(zhangmin)), len(texts(liqiang))) == (1, FLOOD + 1, 1)

    app.move_clock(app.office.clock.now() + timedelta(seconds=5))
    assert app.intake.run_due() == 2
    assert len(texts(zhangmin)) == FLOOD + 3
