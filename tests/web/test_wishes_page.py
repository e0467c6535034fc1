from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from visitors import TestClient

from gridwhistle.bot.app import Application
from gridwhistle.bot.web.wish_pages import month_of
from gridwhistle.services import chats, rehearsal, wishes
from gridwhistle.services.demo_wishes import DEMO_WISHES, hang_demo_wishes
from gridwhistle.services.desk import Address
from gridwhistle.services.schema import WisherKind, WishStatus


@pytest.fixture
def board(app: Application, client: TestClient) -> TestClient:
    assert hang_demo_wishes(app.office) == len(DEMO_WISHES) >= 12
    return client


def test_an_empty_board_says_so(client: TestClient) -> None:
    page = client.get("/wishes?lang=zh").text
    assert "心愿墙" in page
    assert page.count("这里暂时没有") == 3
    assert client.get("/wishes.json").json() == {"wishes": [], "units_this_month": []}


def test_the_demo_fills_it_once_with_wishes_in_many_states(app: Application, board: TestClient) -> None:
    assert hang_demo_wishes(app.office) == 0
    with app.office.desk() as desk:
        states = {wish.status for wish in rehearsal.wishes(desk)}
        assert rehearsal.broken_chains(desk) == []
    assert len(states) >= 7
    assert {WishStatus.SUBMITTED, WishStatus.PUBLISHED, WishStatus.CLAIMED, WishStatus.CONFIRMED} <= states
    assert len(board.get("/wishes.json").json()["wishes"]) == len(DEMO_WISHES) - 2


def test_the_board_names_nobody(app: Application, board: TestClient) -> None:
    said = board.get("/wishes?lang=zh").text + board.get("/wishes?lang=en").text + board.get("/wishes.json").text
    with app.office.desk() as desk:
        people = rehearsal.players(desk.session, desk.region)
    for person in people:
        assert person.name not in said, person.name
    assert not re.search(r"1[3-9]\d{9}|\d+号楼|\d+单元", said)
    assert "幸福社区一位78岁独居老人" in said
    assert "幸福社区一位孩子" in said


def test_what_is_not_published_is_not_on_the_board(board: TestClient) -> None:
    said = board.get("/wishes.json").text
    assert "棉被" not in said
    assert "拖拉机" not in said


def test_a_page_is_safe_and_has_its_link(board: TestClient) -> None:
    answer = board.get("/wishes?lang=zh")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"<script|style=|\son\w+=", answer.text)
    for page in ("/", "/chat", "/ledger"):
        assert 'href="/wishes' in board.get(page).text


def test_words_of_residents_are_escaped(app: Application, client: TestClient) -> None:
    for who in ("hanguilan", "linxiao"):
        with app.office.desk() as desk:
            desk.actor = chats.actor_at(desk, Address(channel="web", address=who)) or desk.actor
            if who == "linxiao":
                wishes.publish(desk, rehearsal.wishes(desk)[0])
            else:
                wishes.tell(desk, wishes.Told(what="想要<script>alert(1)</script>", kind=WisherKind.ELDER))
    page = client.get("/wishes").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_this_months_units_are_ranked(board: TestClient) -> None:
    units = board.get("/wishes.json").json()["units_this_month"]
    assert [one["fulfilled"] for one in units] == sorted((one["fulfilled"] for one in units), reverse=True)
    assert units
    assert units[0]["name"] in board.get("/wishes?lang=zh").text


def test_a_month_begins_on_the_citys_clocks() -> None:
    since, until = month_of(datetime(2026, 11, 30, 17, tzinfo=UTC))
    assert (since, until) == (datetime(2026, 11, 30, 16, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC))
