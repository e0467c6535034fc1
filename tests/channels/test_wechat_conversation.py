"""Does a whole conversation work on platforms without buttons, with repeats, photos, and windows that close?"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

import engines
import pytest
from bureau import Bureau
from PIL import Image
from sealing import xml
from sqlalchemy import select
from structlog.testing import capture_logs
from wechat_api import WeChatServer
from wechat_line import Line, wechat_line

from gridwhistle.bot.channels.wecom import A_MINUTE
from gridwhistle.bot.intake import Intake
from gridwhistle.bot.transcript.meaning import parse_meaning
from gridwhistle.dialogs.conversation import Conversation
from gridwhistle.dialogs.flows import FLOWS
from gridwhistle.scheduler.delivery import Delivery
from gridwhistle.services import rehearsal
from gridwhistle.services.outbox import Button, Letter, Priority, post
from gridwhistle.services.schema import LetterRow, LetterState, Person

DRAIN = "幸福小区3号楼2单元501下水道堵了三天了"
REPORT = "report drain_blocked 0.93"
INVITED = "回复数字选择："


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


class City:
    """The demo city with Zhang Min at the official account and Li Qiang at WeCom."""

    def __init__(self, bureau: Bureau, server: WeChatServer, resident: Line, worker: Line) -> None:
        self.bureau, self.server, self.resident, self.worker = bureau, server, resident, worker
        self._director = engines.world().director()
        lines = (resident, worker)
        conversation = Conversation(bureau.office, self._director, FLOWS)
        downloads = {line.channel: line.platform.channel.download for line in lines}
        self._intake = Intake(
            bureau.office,
            conversation.read,
            lambda several: [*map(conversation.act, several)],
            downloads,
            tuple(downloads),
        )
        self._delivery = Delivery(bureau.office, [line.platform.channel for line in lines])
        self._seen: dict[str, int] = defaultdict(int)
        self._last_id = 1000

    def says(self, line: Line, text: str, meaning: str = "out_of_scope", deliveries: int = 1) -> list[str]:
        """Somebody types; gives what that chat hears."""
        self._director.direct(parse_meaning(meaning))
        return self.sends(line, deliveries, MsgType="text", Content=text)

    def sends(self, line: Line, deliveries: int = 1, **fields: object) -> list[str]:
        self._last_id += 1
        given = {"ToUserName": "us", "FromUserName": line.chat, "CreateTime": 1795600000 + self._last_id, **fields}
        if fields["MsgType"] != "event":
            given["MsgId"] = self._last_id
        for _ in range(deliveries):
            assert line.called(xml(given)) == 200
        self._intake.run_due()
        return self.hears(line)

    def hears(self, line: Line) -> list[str]:
        """What the platforms were given since the last look, for this chat."""
        self.passes(seconds=3)
        new, self._seen[line.chat] = self.server.calls[self._seen[line.chat] :], len(self.server.calls)
        bodies = [call.body for call in new if isinstance(call.body, dict) and call.body.get("touser") == line.chat]
        return [body["text"]["content"] if "text" in body else str(body) for body in bodies]

    def passes(self, **span: float) -> None:
        """Time goes on, and what is due goes out."""
        self.bureau.clock.ahead_to(self.bureau.clock.now() + timedelta(**span))
        self.bureau.drain.run_due()
        self._delivery.run()

    def tickets(self) -> list[str]:
        with self.bureau.desk() as desk:
            return [ticket.number for ticket in rehearsal.tickets(desk)]

    def posts(self, key: str, who: str = "zhangmin", **more: object) -> None:
        given = {"to": self.bureau.ids[who], "text": "talks.ended", "key": key, **more}
        with self.bureau.desk() as desk:
            post(desk, Letter(**given))  # type: ignore[arg-type]

    def row(self, key: str) -> LetterRow:
        (row,) = [row for row in self.bureau.letters() if row.key == key]
        return row


@pytest.fixture
def city(bureau: Bureau, wechat: WeChatServer) -> Iterator[City]:
    with wechat_line(bureau, wechat, "wechat") as resident, wechat_line(bureau, wechat, "wecom") as worker:
        resident.bind("zhangmin")
        worker.bind("liqiang")
        yield City(bureau, wechat, resident, worker)


def picture() -> bytes:
    raw = io.BytesIO()
    Image.new("RGB", (64, 48), (10, 120, 90)).save(raw, "PNG")
    return raw.getvalue()


def number_of(label: str, said: str) -> str:
    found = re.search(rf"^(\d+) {label}$", said, re.MULTILINE)
    assert found is not None, said
    return found[1]


def test_from_the_report_to_the_workers_answer(city: City) -> None:
    resident, worker = city.resident, city.worker
    (card,) = city.says(resident, DRAIN, REPORT, deliveries=3)
    assert "幸福小区3号楼2单元501" in card
    assert INVITED in card

    city.server.files["m1"] = picture()
    (card,) = city.sends(resident, MsgType="image", MediaId="m1", PicUrl="http://x")
    (done,) = city.says(resident, number_of("确认", card))
    (number,) = city.tickets()
    assert number in done

    told = [said for said in city.hears(worker) if INVITED in said]
    assert len(told) == 1
    assert number in told[0]
    assert city.server.made("media/upload"), "the worker sees the photo"
    accepted = city.says(worker, number_of("接单", told[0]))
    assert any(number in said for said in accepted)
    with city.bureau.desk() as desk:
        (ticket,) = rehearsal.tickets(desk)
        assert ticket.status.value == "accepted"

    city.says(worker, number_of("接单", told[0]), deliveries=3)
    assert city.tickets() == [number]


def test_a_position_answers_where_it_is(city: City) -> None:
    (asked,) = city.says(city.resident, "路灯坏了", "report street_light 0.93")
    shared = {"MsgType": "location", "Location_X": "47.250107", "Location_Y": "132.037951", "Scale": 16}
    heard = city.sends(city.resident, **shared)

    assert asked not in heard, heard
    with city.bureau.desk() as desk:
        assert desk.session.scalars(select(LetterRow).where(LetterRow.text.contains("47.24760,132.03005"))).first()


def test_whoever_follows_is_greeted_once_and_the_menu_opens_a_dialog(city: City) -> None:
    (greeting,) = city.sends(city.resident, 3, MsgType="event", Event="subscribe", EventKey="")
    assert INVITED in greeting
    assert city.sends(city.worker, MsgType="event", Event="enter_agent", EventKey="") != []
    assert city.sends(city.worker, MsgType="event", Event="enter_agent", EventKey="") == []
    (opened,) = city.sends(city.resident, MsgType="event", Event="CLICK", EventKey="begin_report")
    assert opened.startswith("请说吧")
    (unknown,) = city.sends(city.resident, MsgType="event", Event="CLICK", EventKey="no_such_flow")
    assert unknown


def test_what_cannot_be_read_is_told_kindly(city: City) -> None:
    (voice,) = city.sends(city.resident, MsgType="voice", MediaId="v", Format="amr")
    (odd,) = city.sends(city.resident, MsgType="hologram")
    assert "语音" in voice
    assert voice != odd
    (gone,) = city.sends(city.resident, MsgType="image", MediaId="no such", PicUrl="http://x")
    assert "照片" in gone


def test_a_number_means_the_letter_that_shows_it_though_a_question_is_open(city: City) -> None:
    (card,) = city.says(city.resident, DRAIN, REPORT)
    confirm = number_of("确认", card)
    buttons = (Button(label="=好的菜单", press={"open": "help"}),)
    city.posts("push", buttons=buttons)
    (pushed,) = city.hears(city.resident)
    menu = number_of("好的菜单", pushed)
    assert int(menu) > 3

    (helped, *_) = city.says(city.resident, menu)
    assert INVITED in helped
    assert city.tickets() == []
    city.says(city.resident, "取消")
    (stale, *_) = city.says(city.resident, confirm)
    assert city.tickets() == [], stale


def test_a_number_beyond_all_buttons_is_no_press(city: City) -> None:
    (card,) = city.says(city.resident, DRAIN, REPORT)
    assert "4 " not in card
    city.says(city.resident, "9")
    assert city.tickets() == []


# ---- windows and quotas


def test_a_member_gets_no_more_in_a_minute_than_the_platform_takes(city: City) -> None:
    for number in range(30):
        city.posts(f"push-{number}", "liqiang")
    city.passes(seconds=0)
    assert len(city.server.said(city.worker.chat)) == A_MINUTE.most

    city.passes(seconds=61)
    assert len(city.server.said(city.worker.chat)) == 30


def test_after_five_answers_or_two_days_the_window_is_closed_and_who_must_know_is_called(city: City) -> None:
    city.says(city.resident, "你好", "greet")
    said = len(city.server.said(city.resident.chat))
    for number in range(5):
        city.posts(f"push-{number}")
        city.passes(seconds=1)
    assert said + 4 == len(city.server.said(city.resident.chat)) == 5
    assert city.row("push-4").state is LetterState.DEAD
    assert "GRIDWHISTLE_WECHAT_TEMPLATE_ID" in city.row("push-4").problem

    city.says(city.resident, "你好", "greet")
    city.passes(hours=49)
    city.posts("late", matters=True)
    with city.bureau.desk() as desk:
        city_person = desk.session.get_one(Person, (desk.region, city.bureau.ids["zhangmin"]))
        assert city_person.reachable, "the next word opens the window again"
    city._delivery.run()
    late = city.row("late")
    assert late.state is LetterState.DEAD
    assert "call_instead" in city.bureau.timers(late.id)


def test_with_a_template_a_push_is_announced_and_sent_whole_when_the_person_writes(
    bureau: Bureau, wechat: WeChatServer
) -> None:
    with (
        wechat_line(bureau, wechat, "wechat", wechat_template_id="T") as resident,
        wechat_line(bureau, wechat, "wecom") as worker,
    ):
        resident.bind("zhangmin")
        city = City(bureau, wechat, resident, worker)
        city.passes(hours=49)
        city.posts("late", buttons=(Button(label="=菜单", press={"open": "help"}),))
        city.passes(seconds=1)
        (announced,) = wechat.made("template/send")
        assert announced.body["touser"] == resident.chat
        assert wechat.said() == []

        city.hears(resident)
        heard = city.says(resident, "你好", "greet")
        assert len(heard) == 2
        (whole,) = [said for said in heard if "菜单" in said]
        (helped, *_) = city.says(resident, number_of("菜单", whole))
        assert INVITED in helped
        assert len(wechat.made("template/send")) == 1


def test_an_emergency_goes_to_the_worker_at_night(city: City) -> None:
    city.passes(hours=15)
    city.posts("bulletin", "liqiang", priority=Priority.BULK)
    city.posts("fire", "liqiang", priority=Priority.EMERGENCY)
    city.passes(seconds=1)
    assert [city.row(key).state for key in ("bulletin", "fire")] == [LetterState.WAITING, LetterState.SENT]


def test_while_a_question_wants_words_a_number_is_its_answer(city: City) -> None:
    (card,) = city.says(city.resident, DRAIN, REPORT)
    city.says(city.resident, number_of("确认", card))
    (which,) = city.says(city.resident, "我要补充情况", "supplement")
    (asked,) = city.says(city.resident, number_of(r"\S+ 下水道堵塞、污水外溢", which))
    assert INVITED not in asked
    city.posts("push", buttons=(Button(label="=好的菜单", press={"open": "help"}),))
    (pushed,) = city.hears(city.resident)

    (taken,) = city.says(city.resident, number_of("好的菜单", pushed))
    assert city.tickets()[0] in taken
    (helped,) = city.says(city.resident, number_of("好的菜单", pushed))
    assert "反映问题" in helped
