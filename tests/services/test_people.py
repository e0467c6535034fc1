"""Is a worker's chat bound by the right code alone, and is every look at a number written down?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from bureau import Bureau
from sqlalchemy import select

from gridwhistle.services import chats, memory, people
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.desk import Address, Desk, Refused
from gridwhistle.services.people import CODE_LENGTH, CODE_LETTERS
from gridwhistle.services.places import Location
from gridwhistle.services.rules import INVITE_VALID
from gridwhistle.services.schema import Person, Reveal

INVITING = ("admin", "linxiao", "hejing")
NEW_CHAT = Address(channel="telegram", address="4711")


def invite(bureau: Bureau, person: str = "liqiang", by: str = "linxiao") -> str:
    with bureau.desk(by) as desk:
        return people.invite(desk, bureau.ids[person])


def sit_at(desk: Desk, where: Address) -> None:
    desk.actor, _ = memory.recall(desk.session, desk.region, where, desk.now)
    desk.here = where


def bind(bureau: Bureau, code: str, where: Address = NEW_CHAT) -> str:
    with bureau.desk() as desk:
        sit_at(desk, where)
        return people.bind(desk, code).name


def person_at(bureau: Bureau, where: Address) -> str | None:
    with bureau.desk() as desk:
        actor = chats.actor_at(desk, where)
        return actor.person_id if actor else None


@pytest.mark.parametrize("who", INVITING)
def test_coordinators_and_administrators_invite(bureau: Bureau, who: str) -> None:
    code = invite(bureau, by=who)

    assert len(code) == CODE_LENGTH
    assert set(code) <= set(CODE_LETTERS)
    assert not set(code) & set("01OI")


@pytest.mark.parametrize("who", ["zhangmin", "liqiang", "machao", "zhengkai", "gaojianguo", None])
def test_nobody_else_invites(bureau: Bureau, who: str | None) -> None:
    with pytest.raises(Refused, match="not_allowed"), bureau.desk(who) as desk:
        people.invite(desk, bureau.ids["liqiang"])


@pytest.mark.parametrize("typed", [str, str.lower, " {} ".format])
def test_a_code_binds_a_chat_to_the_record_with_all_its_roles(bureau: Bureau, typed: object) -> None:
    assert bind(bureau, typed(invite(bureau))) == "李强"  # type: ignore[operator]

    with bureau.desk() as desk:
        actor = chats.actor_at(desk, NEW_CHAT)
        assert actor is not None
        assert actor.person_id == bureau.ids["liqiang"]
        assert actor.is_staff


def test_a_code_works_once(bureau: Bureau) -> None:
    code = invite(bureau)
    bind(bureau, code)
    with pytest.raises(Refused, match="invite"):
        bind(bureau, code, Address(channel="telegram", address="4712"))
    assert person_at(bureau, Address(channel="telegram", address="4712")) is None, "the refused turn left nothing"


def test_a_code_expires(bureau: Bureau) -> None:
    code, other = invite(bureau), invite(bureau, "zhoumei")
    bureau.clock.ahead_to(bureau.clock.now() + INVITE_VALID)
    assert bind(bureau, code) == "李强"
    bureau.clock.ahead_to(bureau.clock.now() + timedelta(seconds=1))
    with pytest.raises(Refused, match="invite"):
        bind(bureau, other, Address(channel="telegram", address="4712"))


@pytest.mark.parametrize("code", ["", "NOSUCHCODE", "'; --", "x" * 500])
def test_an_unknown_code_binds_nothing(bureau: Bureau, code: str) -> None:
    with pytest.raises(Refused, match="invite"):
        bind(bureau, code)


def test_a_chat_of_one_worker_cannot_become_anothers(bureau: Bureau) -> None:
    liqiang = Address(channel=DEMO_CHANNEL, address="liqiang")
    code = invite(bureau, "zhoumei")
    with pytest.raises(Refused, match="bound_already"):
        bind(bureau, code, liqiang)
    assert person_at(bureau, liqiang) == bureau.ids["liqiang"]
    assert bind(bureau, code) == "周梅", "the code was not used up"


def test_binding_needs_a_chat(bureau: Bureau) -> None:
    with pytest.raises(LookupError, match="needs a chat"), bureau.desk("zhangmin") as desk:
        people.bind(desk, "X")


@pytest.mark.parametrize("who", ["liqiang", "linxiao", "zhengkai"])
def test_staff_see_a_number_and_every_look_is_written_down_with_its_reason(bureau: Bureau, who: str) -> None:
    with bureau.desk(who) as desk:
        assert people.phone(desk, bureau.ids["zhangmin"], "回访") == "13800000001"
    with bureau.desk() as desk:
        [look] = desk.session.scalars(select(Reveal))
        assert (look.person_id, look.viewer_id, look.reason, look.at) == (
            bureau.ids["zhangmin"],
            bureau.ids[who],
            "回访",
            bureau.clock.now(),
        )


@pytest.mark.parametrize("who", ["zhangmin", "wangfang", "machao", "panshijie"])
def test_residents_and_property_companies_see_none(bureau: Bureau, who: str) -> None:
    with pytest.raises(Refused, match="not_allowed"), bureau.desk(who) as desk:
        people.phone(desk, bureau.ids["wangfang"], "好奇")
    with bureau.desk() as desk:
        assert desk.session.scalars(select(Reveal)).all() == []


def test_colleagues_are_found_by_name_or_code_and_residents_never(bureau: Bureau) -> None:
    with bureau.desk("linxiao") as desk:
        assert [one.id for one in people.staff_named(desk, " 李强 ")] == [bureau.ids["liqiang"]]
        assert [one.id for one in people.staff_named(desk, "liqiang")] == [bureau.ids["liqiang"]]
        assert people.staff_named(desk, "张敏") == []
        assert people.staff_named(desk, "") == []


def test_a_home_is_kept_without_its_door(bureau: Bureau) -> None:
    with bureau.desk("john") as desk:
        people.remember_home(
            desk,
            Location(place="xingfu-xq", building="5", unit="2", room="501", text="幸福小区5号楼2单元501"),
            "xingfu-g02",
        )
    with bureau.desk() as desk:
        row = desk.session.get(Person, (desk.region, bureau.ids["john"]))
        assert row is not None
        assert (row.place, row.grid) == ("xingfu-xq-5", "xingfu-g02")


def test_a_resident_leaves_a_number_once_and_nobody_turns_it(bureau: Bureau) -> None:
    with bureau.desk() as desk:
        sit_at(desk, NEW_CHAT)
        assert not people.knows_phone(desk, desk.me)
        people.leave_phone(desk, "13800009999")
        people.leave_phone(desk, "13800009999")
        assert people.knows_phone(desk, desk.me)
        with pytest.raises(Refused) as refused:
            people.leave_phone(desk, "13900001111")
        assert refused.value.params == {"phone": "138****9999"}


def test_a_workers_number_is_the_citys_to_say(bureau: Bureau) -> None:
    with bureau.desk("liqiang") as desk, pytest.raises(Refused):
        people.leave_phone(desk, "13900001111")
