from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from test_chat import REPORT, a_photo
from visitors import Person, TestClient

from gridwhistle.bot.app import Application, build
from gridwhistle.bot.settings import Settings
from gridwhistle.bot.transcript.world import World
from gridwhistle.bot.web import turnstile
from gridwhistle.bot.web.problem import Problem
from gridwhistle.bot.web.site import build_site
from gridwhistle.bot.web.turnstile import NEW_CHATS, OPEN_PAGES, SPAN, Turnstile
from gridwhistle.services import rehearsal
from gridwhistle.services.schema import Attachment

PARENTS = "https://www.fujin.example.cn https://oa.fujin.example.cn:8443"
SCRIPTLESS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def city(world: World, tmp_path: Path) -> Iterator[Application]:
    """A city without the demo, whose site may show the chat."""
    store = world.fresh_store()
    settings = world.settings.model_copy(
        update={"files_dir": tmp_path / "files", "demo": False, "chat_parents": PARENTS}
    )
    yield build(settings, store, understanding=lambda _settings, _city: world.trained)
    store.close()


@pytest.fixture
def visitor(city: Application) -> Iterator[TestClient]:
    """Somebody whose browser runs no scripts."""
    with TestClient(build_site(city, ticking=False), headers=SCRIPTLESS) as client:
        yield client


def another(client: TestClient) -> TestClient:
    return TestClient(client.app, headers=SCRIPTLESS)


def send(client: TestClient, **fields: str):  # noqa: ANN201
    data = {"id": uuid.uuid4().hex, **fields}
    return client.post("/chat", params={"lang": "zh"}, data=data, files={"photo": ("", b"")})


def press(client: TestClient, label: str) -> None:
    page = client.get("/chat", params={"lang": "zh"}).text
    found = re.findall(rf'name="press" value="([^"]+)">{label}<', page)
    assert send(client, press=found[-1]).status_code == 200


def test_a_report_without_scripts(visitor: TestClient) -> None:
    first = send(visitor, text=REPORT)
    assert first.status_code == 200
    assert [answer.status_code for answer in first.history] == [303]
    assert "请您核对" in first.text
    press(visitor, "确认")
    page = visitor.get("/chat", params={"lang": "zh", "print": "large"}).text
    assert re.search(r"幸福-\d{6}-001", page)
    assert 'data-print="large"' in page
    assert 'action="/chat?lang=zh&amp;print=large"' in page


def test_a_form_sent_twice_acts_once(visitor: TestClient) -> None:
    send(visitor, text=REPORT, id="once")
    before = visitor.get("/chat").text.count("<article")
    send(visitor, text=REPORT, id="once")
    assert visitor.get("/chat").text.count("<article") == before


def test_an_empty_form_says_nothing(visitor: TestClient) -> None:
    assert "<article" not in send(visitor, text="   ").text


def test_a_photo_without_scripts(visitor: TestClient) -> None:
    answer = visitor.post(
        "/chat", data={"id": "p", "text": "楼下堵了"}, files={"photo": ("堵了.png", a_photo(), "image/png")}
    )
    assert "楼下堵了" in answer.text
    shown = re.search(r'src="(/photos/\w+)"', answer.text)
    assert shown is not None
    assert visitor.get(shown[1]).content.startswith(b"\xff\xd8")
    # Another visitor, with a chat of their own, sees neither the photo nor the words.
    stranger = another(visitor)
    assert "楼下堵了" not in send(stranger, text="你好").text
    assert stranger.get(shown[1]).status_code == 404


@pytest.mark.parametrize("body", [b"PK\x03\x04 no photo", b"", b"\x89PNG\r\n\x1a\n\x00"])
def test_what_is_no_photo_is_refused_in_words_on_a_page(visitor: TestClient, body: bytes) -> None:
    answer = visitor.post("/chat", params={"lang": "zh"}, data={"id": "p"}, files={"photo": ("a.jpg", body)})
    assert answer.status_code == 422
    assert "照片" in answer.text
    assert 'href="/' in answer.text


@pytest.mark.parametrize(
    "fields",
    [
        {"id": ""},
        {"id": "a b"},
        {"text": "长" * 20_001},
        {"press": "x"},
        {"press": "../../etc:0"},
        {"press": "00:99999"},
    ],
)
def test_a_form_of_the_wrong_kind_is_refused_in_words(visitor: TestClient, fields: dict[str, str]) -> None:
    answer = send(visitor, **fields)
    assert answer.status_code == 422
    assert "<h1>" in answer.text


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><b>'])
def test_markup_is_shown_as_text(visitor: TestClient, text: str) -> None:
    page = send(visitor, text=text).text
    assert text not in page
    assert page.count("<script") == 3


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://sister.testserver"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "", "Origin": "http://testserver"},
    ],
)
def test_the_form_of_another_site_is_refused(visitor: TestClient, headers: dict[str, str]) -> None:
    answer = visitor.post("/chat", data={"id": "a", "text": REPORT}, headers=headers)
    assert answer.status_code == 403
    assert "<article" not in visitor.get("/chat").text


@pytest.mark.parametrize(
    ("origin", "taken"), [("http://testserver", 200), ("null", 403), ("https://testserver", 403), (None, 403)]
)
def test_a_browser_that_knows_only_origins_is_judged_by_them(
    visitor: TestClient, origin: str | None, taken: int
) -> None:
    old = TestClient(visitor.app, headers={"Origin": origin} if origin else {})
    assert old.post("/chat", data={"id": "a", "text": "你好"}).status_code == taken


def test_a_form_is_no_way_to_the_requests_of_scripts(visitor: TestClient) -> None:
    assert visitor.post("/api/messages", data={"id": "a", "text": "x"}).status_code == 403
    assert visitor.post("/api/session", json={}).status_code == 403


def cookies(client: TestClient, *, framed: bool) -> dict[str, str]:
    answer = client.post("/api/session", json={"framed": framed}, headers={"X-Gridwhistle": "1"})
    set_cookies = answer.headers.get_list("set-cookie")
    return dict(line.split("=", 1) for line in set_cookies)


def test_a_page_of_ours_gets_a_cookie_that_no_script_reads(city: Application) -> None:
    with TestClient(build_site(city, ticking=False), base_url="https://testserver") as client:
        found = cookies(client, framed=False)
        assert list(found) == ["__Host-gridwhistle_chat"]
        marks = set(found["__Host-gridwhistle_chat"].split("; ")[1:])
        assert marks >= {"Path=/", "HttpOnly", "Secure", "SameSite=Lax"}
        assert cookies(client, framed=False) == {}


def test_a_frame_gets_a_cookie_for_this_parent_alone_as_well(city: Application) -> None:
    with TestClient(build_site(city, ticking=False), base_url="https://testserver") as client:
        found = cookies(client, framed=True)
        assert set(found) == {"__Host-gridwhistle_chat", "__Host-gridwhistle_frame"}
        marks = set(found["__Host-gridwhistle_frame"].split("; ")[1:])
        assert marks >= {"Path=/", "HttpOnly", "Secure", "SameSite=None", "Partitioned"}
        assert len({line.split(";")[0] for line in found.values()}) == 1


def test_either_cookie_alone_opens_the_same_chat(city: Application) -> None:
    with TestClient(build_site(city, ticking=False), base_url="https://testserver") as client:
        token = next(iter(cookies(client, framed=True).values())).split(";")[0]
        client.cookies.clear()
        for name in ("frame", "chat"):
            headers = {**SCRIPTLESS, "Cookie": f"__Host-gridwhistle_{name}={token}"}
            client.post("/chat", data={"id": name, "text": "你好"}, headers=headers)
        page = client.get("/chat", headers={"Cookie": f"__Host-gridwhistle_chat={token}"}).text
        assert page.count('<p class="words">你好</p>') == 2


def test_only_the_citys_own_sites_may_show_the_chat(visitor: TestClient) -> None:
    framed = visitor.get("/chat/frame").headers
    assert framed["content-security-policy"].endswith(f"frame-ancestors {PARENTS}")
    assert "x-frame-options" not in framed
    for path in ("/chat", "/", "/ledger", "/wishes", "/nothing", "/api/chat"):
        headers = visitor.get(path).headers
        assert headers["content-security-policy"].endswith("frame-ancestors 'none'"), path
        assert headers["x-frame-options"] == "DENY"


def test_without_parents_nobody_may_show_it(client: TestClient) -> None:
    assert client.get("/chat/frame").headers["content-security-policy"].endswith("frame-ancestors 'none'")


@pytest.mark.parametrize(
    "parents",
    [
        "*",
        "www.fujin.gov.cn",
        "https://a.cn/path",
        "https://a.cn; script-src *",
        "https://a.cn  https://b.cn",
        "'self'",
    ],
)
def test_what_is_no_origin_may_not_be_a_parent(parents: str) -> None:
    with pytest.raises(ValueError, match="chat_parents"):
        Settings(chat_parents=parents)


def test_the_widget_is_one_script_for_every_site(visitor: TestClient) -> None:
    answer = visitor.get("/widget.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cache-control"].startswith("public")
    assert json.dumps("跟网格哨说") in answer.text
    assert not re.search(r"innerHTML|document\.cookie|https?://", answer.text)
    assert visitor.get("/static/chat.js").headers["cross-origin-resource-policy"] == "same-origin"


def test_scripts_are_asked_for_again_after_a_release(visitor: TestClient) -> None:
    assert visitor.get("/static/chat.js").headers["cache-control"] == "no-cache"


def test_a_network_may_begin_only_so_many_chats(city: Application) -> None:
    site = build_site(city, ticking=False)
    for number in range(NEW_CHATS):
        with_scripts = number % 2 == 0
        client = TestClient(site, headers={"X-Gridwhistle": "1"} if with_scripts else SCRIPTLESS)
        if with_scripts:
            client.post("/api/session", json={})
            Person(client, None).say("0")
        else:
            assert send(client, text="0").status_code == 200
    last = TestClient(site, headers=SCRIPTLESS)
    refused = send(last, text="0")
    assert refused.status_code == 429
    assert "119" in refused.text
    # Who has a chat goes on.
    Person(client, None)
    assert send(client, text="1").status_code == 200
    with city.office.desk() as desk:
        assert len([1 for _, state in rehearsal.states(desk)]) >= NEW_CHATS


def test_a_turnstile_forgets_after_a_while() -> None:
    now = [0.0]
    gate = Turnstile(lambda: now[0])
    for _ in range(NEW_CHATS):
        gate.begin_chat("a")
    gate.begin_chat("b")
    with pytest.raises(Problem):
        gate.begin_chat("a")
    now[0] = SPAN
    gate.begin_chat("a")


def test_a_network_may_keep_only_so_many_pages_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnstile, "OPEN_PAGES", 2)
    assert OPEN_PAGES > 2
    gate = Turnstile()
    with gate.open_page("a"), gate.open_page("b"):
        with gate.open_page("a"), pytest.raises(Problem), gate.open_page("a"):
            pass
        with gate.open_page("a"):
            pass
    assert gate._open == {}


def test_a_repeated_photo_is_kept_once(zhangmin: Person, app: Application) -> None:
    for _ in range(2):
        files = {"file": ("a.png", a_photo())}
        answer = zhangmin.client.post("/api/photos", params=zhangmin.params, data={"id": "same"}, files=files)
        assert answer.json() == {"taken": True}
    assert len([one for one in zhangmin.bubbles() if one["photos"]]) == 1
    with app.office.desk() as desk:
        assert len(desk.session.scalars(select(Attachment)).all()) == 1
