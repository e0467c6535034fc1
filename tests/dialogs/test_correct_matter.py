"""Does a coordinator's correction change the ticket, tell people, and leave a masked example?"""

from __future__ import annotations

import pytest
from hall import Hall

from gridwhistle.services import corrections, events, tickets
from gridwhistle.services.corrections import Told, correct_matter, correctable, recent
from gridwhistle.services.desk import Actor, Refused
from gridwhistle.services.schema import Category

WORDS = "幸福小区3号楼2单元501张敏家下水道返味儿，楼下饭店油烟也大，电话13800008001"


def put_right(hall: Hall, meaning: str = "report smoke_shop 0.95") -> str:
    hall.say("linxiao", "001的事项不对，改一下", "worker_correct_matter")
    hall.say("linxiao", "餐饮油烟", meaning)
    return hall.press("linxiao", "确认")


def kept(hall: Hall) -> tuple[Told, ...]:
    with hall.stage.office.desk() as desk:
        return corrections.corrections(desk.session, desk.region)


def test_the_ticket_changes_people_are_told_and_the_chain_holds(hall: Hall) -> None:
    before = hall.report(text=WORDS)
    assert "已改" in put_right(hall)
    ticket = hall.ticket()
    assert (ticket.matter, ticket.category) == ("smoke_shop", Category.DISPUTE)
    assert ticket.promised_at == before.promised_at
    assert "matter_corrected" in hall.kinds()
    assert "事项已更正" in hall.to(hall.handler())
    assert "餐饮油烟" in hall.to("zhangmin")
    with hall.stage.office.desk() as desk:
        assert events.broken_link(desk, ticket) is None


def test_the_example_is_masked_and_stands_once_for_a_ticket(hall: Hall) -> None:
    hall.report(text=WORDS)
    put_right(hall)
    put_right(hall, "report odor_unknown 0.95")
    (example,) = kept(hall)
    assert (example.understood_as, example.matter) == ("drain_blocked", "odor_unknown")
    for secret in ("13800008001", "2单元501", "张敏"):
        assert secret not in example.text
    assert "油烟" in example.text


def test_a_no_changes_nothing(hall: Hall) -> None:
    hall.report(text=WORDS)
    hall.say("linxiao", "001的事项不对，改一下", "worker_correct_matter")
    hall.say("linxiao", "餐饮油烟", "report smoke_shop 0.95")
    hall.press("linxiao", "取消")
    assert hall.ticket().matter == "drain_blocked"
    assert kept(hall) == ()


def test_an_unclear_word_is_asked_about(hall: Hall) -> None:
    hall.report(text=WORDS)
    hall.say("linxiao", "001的事项不对，改一下", "worker_correct_matter")
    assert "哪一件" in hall.say("linxiao", "有味儿", "report@0.9 odor_unknown 0.4 or smoke_shop 0.35")
    hall.press("linxiao", "餐饮油烟异味")
    hall.press("linxiao", "确认")
    assert hall.ticket().matter == "smoke_shop"


def test_who_leads_no_grid_cannot(hall: Hall) -> None:
    hall.report(text=WORDS)
    hall.say("liqiang", "001的事项不对，改一下", "worker_correct_matter")
    assert kept(hall) == ()
    ticket = hall.ticket()
    with hall.stage.office.desk(Actor(person_id=ticket.handler_id, name="", language="zh")) as desk:
        with pytest.raises(Refused):
            correct_matter(desk, tickets.get(desk, ticket.id), "smoke_shop")
        assert correctable(desk) == []


def test_the_same_matter_and_an_unknown_one_are_refused(hall: Hall) -> None:
    hall.report(text=WORDS)
    assert "本来就是" in put_right(hall, "report drain_blocked 0.95")
    assert kept(hall) == ()


def test_recent_words_are_masked(hall: Hall) -> None:
    hall.report(text=WORDS)
    with hall.stage.office.desk() as desk:
        (told,) = recent(desk.session, desk.region, 10)
    assert told.matter == "drain_blocked"
    assert "13800008001" not in told.text
    assert "张敏" not in told.text
