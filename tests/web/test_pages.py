from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_chat import report
from visitors import Person, TestClient

from gridwhistle.bot.app import Application, build
from gridwhistle.bot.transcript.world import World
from gridwhistle.bot.web.site import build_site
from gridwhistle.services import chats, events, ledger, people, tickets
from gridwhistle.services.desk import SYSTEM, Address
from gridwhistle.services.lifecycle import Step

STATIC = Path(build_site.__code__.co_filename).parent / "static"
PAGES = ("/", "/chat", "/ledger", "/nothing")


@pytest.fixture
def city(world: World, tmp_path: Path) -> Iterator[Application]:
    """A city without the demo."""
    store = world.fresh_store()
    settings = world.settings.model_copy(update={"files_dir": tmp_path / "files", "demo": False})
    yield build(settings, store, understanding=lambda _settings, _city: world.trained)
    store.close()


@pytest.fixture
def open_city(city: Application) -> Iterator[TestClient]:
    with TestClient(build_site(city, ticking=False), headers={"X-Gridwhistle": "1"}) as client:
        yield client


@pytest.mark.parametrize("page", PAGES)
def test_pages_load_nothing_from_elsewhere_and_run_no_inline_script(client: TestClient, page: str) -> None:
    answer = client.get(page)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", answer.text)
    assert not re.search(r"<script(?![^>]*(?:src=|application/json))", answer.text)
    assert not re.search(r"\son\w+=|style=", answer.text)
    assert answer.headers["referrer-policy"] == "same-origin"


def test_scripts_never_write_markup() -> None:
    for file in STATIC.glob("*.js"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text), file
        assert "http://" not in text
        assert "https://" not in text


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_another_sites_page_cannot_act(client: TestClient, method: str) -> None:
    del client.headers["X-Gridwhistle"]
    answer = client.request(method, "/api/messages", params={"as": "zhangmin"}, json={"id": "a", "text": "x"})
    assert answer.status_code == 403
    assert answer.json()["error"]


def test_a_form_of_another_site_is_no_message(client: TestClient) -> None:
    answer = client.post("/api/messages", params={"as": "zhangmin"}, data={"id": "a", "text": "x"})
    assert answer.status_code == 422


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok", "understanding": {"silent": []}}
    assert client.get("/readyz").json() == {"status": "ok"}


def test_the_figures_are_served_to_prometheus(client: TestClient) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "gridwhistle_store_up 1.0" in answer.text


def test_a_store_that_is_down_is_not_ready_and_says_so_kindly(app: Application) -> None:
    site = build_site(app, ticking=False)
    with TestClient(site, headers={"X-Gridwhistle": "1"}, raise_server_exceptions=False) as client:
        with app.office.store.begin() as session:
            session.connection().exec_driver_sql("DROP TABLE inbox")
            session.connection().exec_driver_sql("DROP TABLE setting")
        assert client.get("/readyz").status_code == 503
        answer = client.post("/api/messages", params={"as": "zhangmin"}, json={"id": "a", "text": "x"})
        assert answer.status_code == 503
        assert answer.json()["error"]


def test_the_ledger_shows_a_ticket_without_the_residents_data(client: TestClient, zhangmin: Person) -> None:
    report(zhangmin)
    number = client.get("/ledger.json").json()["tickets"][0]["number"]
    for page in ("/ledger", f"/ledger/{number}", f"/ledger/{number}.json"):
        text = client.get(page).text
        assert number in text
        for private in ("张敏", "没人管", "2单元", "3号楼", "13800000001"):
            assert private not in text


def test_a_ticket_is_shown_to_those_on_it_and_masked_to_third_parties(
    client: TestClient, zhangmin: Person, liqiang: Person
) -> None:
    report(zhangmin)
    item = liqiang.get("/api/desk").json()["items"][0]
    assert item["number"] == "幸福-261124-001"
    seen = liqiang.get(f"/api/tickets/{item['ticket']}").json()
    assert "没人管" in seen["words"]
    assert "张敏" not in str(seen)
    assert seen["sound"]
    assert zhangmin.get(f"/api/tickets/{item['ticket']}").status_code == 200
    for stranger in ("wangfang", "machao", "wulei"):
        assert Person(client, stranger).get(f"/api/tickets/{item['ticket']}").status_code == 404


def test_a_called_department_gets_the_masked_form(client: TestClient, zhangmin: Person, liqiang: Person) -> None:
    report(zhangmin)
    liqiang.press("接单")
    liqiang.say("吹哨叫住建局来")
    for label in ("确认", "是"):
        if any(
            button["label"] == label for bubble in liqiang.bubbles() for button in bubble["buttons"] if button["live"]
        ):
            liqiang.press(label)
    if "为什么" in liqiang.last() or "理由" in liqiang.last():
        liqiang.say("主管道堵了，网格里没有设备")
    clerk = Person(client, "zhengkai")
    items = clerk.get("/api/desk").json()["items"]
    assert [item["kind"] for item in items] == ["whistle"]
    seen = clerk.get(f"/api/tickets/{items[0]['ticket']}").json()
    assert seen["masked"]
    assert seen["words"] == ""
    assert "没人管" not in str(seen)


def test_without_the_demo_nobody_can_be_played(open_city: TestClient) -> None:
    assert open_city.get("/api/chat", params={"as": "liqiang"}).status_code == 403
    assert open_city.post("/api/messages", params={"as": "liqiang"}, json={"id": "a", "text": "x"}).status_code == 403
    assert open_city.get("/api/demo/cast").status_code == 404
    assert open_city.post("/api/demo/clock", json={"leap": "day"}).status_code == 404
    assert "resident-choice" not in open_city.get("/").text


def test_a_visitor_has_a_chat_of_their_own(open_city: TestClient) -> None:
    visitor = Person(open_city, None)
    assert visitor.get("/api/chat").status_code == 401
    answer = visitor.post("/api/session", {"framed": False})
    assert answer.json() == {"new": True}
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert visitor.post("/api/session", {"framed": False}).json() == {"new": False}
    visitor.say("你好")
    assert len(visitor.bubbles()) >= 2
    other = TestClient(open_city.app, headers={"X-Gridwhistle": "1"})
    Person(other, None).post("/api/session", {})
    assert Person(other, None).bubbles() == []


@pytest.mark.parametrize("cookie", ["liqiang", "", "x" * 43 + "y", "../../x", "a b"])
def test_a_made_up_cookie_is_no_chat(open_city: TestClient, cookie: str) -> None:
    answer = open_city.get("/api/chat", headers={"Cookie": f"gridwhistle_chat={cookie}"})
    assert answer.status_code == 401


def test_an_invite_link_binds_only_when_the_worker_says_so(city: Application, open_city: TestClient) -> None:
    with city.office.desk() as desk:
        admin = chats.actor_at(desk, Address(channel="web", address="admin"))
        worker = chats.actor_at(desk, Address(channel="web", address="liqiang"))
        assert admin is not None
        assert worker is not None
        desk.actor = admin
        code = people.invite(desk, str(worker.person_id))
        desk.actor = SYSTEM
    page = open_city.get(f"/join/{code}")
    assert page.status_code == 200
    assert f'data-join="{code}"' in page.text
    visitor = Person(open_city, None)
    visitor.post("/api/session", {"framed": False})
    visitor.say(f"/start {code}")
    assert "李强" in visitor.last()


def test_the_clock_moves_through_what_is_due(client: TestClient, zhangmin: Person, liqiang: Person) -> None:
    before = client.get("/api/demo/clock", params={"lang": "zh"}).json()
    assert "9:00" in before["now"] or "09:0" in before["now"]
    report(zhangmin)
    liqiang_before = len(liqiang.bubbles())
    zhoumei = Person(client, "zhoumei")
    assert zhoumei.bubbles() == []
    client.post("/api/demo/clock", json={"leap": "hour"})
    client.post("/api/demo/clock", json={"leap": "hour"})
    assert "新工单" in zhoumei.last()
    assert "已转出" in liqiang.last()
    assert len(liqiang.bubbles()) == liqiang_before


def test_the_cast_around_a_resident(client: TestClient) -> None:
    cast = client.get("/api/demo/cast", params={"resident": "zhangmin", "lang": "zh"}).json()
    assert [person["name"] for person in cast["around"]] == ["李强", "周梅", "林晓", "郑凯", "马超", "冯雪"]
    assert client.get("/api/demo/cast", params={"resident": "nobody"}).status_code == 200


def test_every_kind_of_event_has_its_words(app: Application) -> None:
    services = Path(events.__file__).parent
    source = "\n".join(file.read_text(encoding="utf-8") for file in services.glob("*.py"))
    kinds = set(re.findall(r'events\.append\(\s*\w+,\s*\w+,\s*"(\w+)"', source)) | {str(step) for step in Step}
    assert len(kinds) > 40
    assert sorted(kind for kind in kinds if f"event.{kind}" not in app.texts.keys("zh")) == []


def test_every_public_step_has_its_words(app: Application) -> None:
    assert sorted(str(kind) for kind in ledger.SHOWN if f"web.step.{kind}" not in app.texts.keys("zh")) == []


def test_a_neighbour_with_a_voice_sees_neither_the_door_nor_the_reporters_words(
    app: Application, client: TestClient, zhangmin: Person
) -> None:
    zhangmin.say("幸福小区3号楼2单元501室门口下水道堵了，我家老人都出不去")
    zhangmin.press("确认")
    neighbour = Person(client, "wangfang")
    with app.office.desk() as desk:
        reporter = chats.actor_at(desk, Address(channel="web", address="zhangmin"))
        actor = chats.actor_at(desk, Address(channel="web", address="wangfang"))
        assert reporter is not None
        assert actor is not None
        desk.actor = reporter
        ticket = tickets.mine(desk)[0]
        assert "501" in ticket.place_exact
        desk.actor = actor
        tickets.add_voice(desk, ticket, "我家也堵了")
    for path in ("/api/desk", f"/api/tickets/{ticket.id}"):
        seen = neighbour.get(path)
        assert seen.status_code == 200
        assert "3号楼" in seen.text
        for private in ("501", "老人", "张敏"):
            assert private not in seen.text
    assert "我家也堵了" in neighbour.get(f"/api/tickets/{ticket.id}").text
    assert "我家也堵了" not in zhangmin.get(f"/api/tickets/{ticket.id}").text
