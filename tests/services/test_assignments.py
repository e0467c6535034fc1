"""Does a ticket always lie on somebody's desk, and on the right one?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from bureau import HOME, MONDAY, Bureau

from gridwhistle.services import assignments, deadlines, leaves, org, rehearsal, tickets
from gridwhistle.services.clock import CITY_ZONE
from gridwhistle.services.desk import Refused
from gridwhistle.services.places import Location
from gridwhistle.services.schema import Role, Status

DAY = timedelta(days=1)
PROPERTY_MATTER = "stairwell_clutter"
GRID_MATTER = "fire_lane_blocked"


def leave(bureau: Bureau, *people: str, since: timedelta = timedelta(), lasts: timedelta = DAY) -> None:
    for who in people:
        with bureau.desk(who) as desk:
            leaves.take(desk, MONDAY + since, MONDAY + since + lasts, "看病")


def centre(bureau: Bureau) -> str:
    with bureau.desk() as desk:
        return bureau.codes[org.centre_coordinator(desk)]


def whole_ladder(bureau: Bureau) -> list[str]:
    with bureau.desk() as desk:
        last = [bureau.codes[who] for who in org.holding(desk, desk.city.centre, Role.CENTRE_COORDINATOR)]
    return ["liqiang", "zhoumei", "gaojianguo", "linxiao", *last]


def test_a_new_ticket_goes_to_the_grids_worker_with_a_number_and_a_limit(bureau: Bureau) -> None:
    ticket = bureau.report(matter=GRID_MATTER)

    assert ticket.number == "幸福-261123-001"
    assert bureau.handler(ticket) == "liqiang"
    assert ticket.status is Status.ASSIGNED
    assert bureau.kinds(ticket)[:2] == ["receive", "assign"]
    assert bureau.timers(ticket.id).keys() == {"accept_limit", "limit_reminder", "limit_reached"}
    assert bureau.report(matter=GRID_MATTER).number == "幸福-261123-002"


def test_a_property_matter_goes_to_the_company_unless_it_is_about_the_company(bureau: Bureau) -> None:
    assert bureau.handler(bureau.report(matter=PROPERTY_MATTER, words="楼道里堆满了纸壳子")) == "machao"
    about = bureau.report(matter=PROPERTY_MATTER, words="物业自己往楼道里堆东西")
    assert about.about_property
    assert bureau.handler(about) == "liqiang"


@pytest.mark.parametrize(
    ("gone", "handler"),
    [
        ((), "liqiang"),
        (("liqiang",), "zhoumei"),
        (("liqiang", "zhoumei"), "gaojianguo"),
        (("liqiang", "zhoumei", "gaojianguo"), "linxiao"),
    ],
)
def test_who_is_away_is_passed_over_and_that_is_written_down(
    bureau: Bureau, gone: tuple[str, ...], handler: str
) -> None:
    leave(bureau, *gone)
    ticket = bureau.report(matter=GRID_MATTER)

    assert bureau.handler(ticket) == handler
    assert bureau.kinds(ticket).count("passed_over") == len(gone)


def test_with_everybody_away_the_last_of_the_ladder_has_it_all_the_same(bureau: Bureau) -> None:
    people = whole_ladder(bureau)
    leave(bureau, *people)

    assert bureau.handler(bureau.report(matter=GRID_MATTER)) == people[-1]


def test_a_ticket_without_a_known_place_goes_to_the_community_or_the_centre(bureau: Bureau) -> None:
    nowhere = Location(text="我家后院")
    assert bureau.handler(bureau.report("john", GRID_MATTER, nowhere)) == "liqiang"
    with bureau.desk("zhangmin") as desk:
        named = tickets.open_ticket(
            desk, tickets.Draft(matter=GRID_MATTER, where=nowhere, words="后院着了", community="shanggang")
        )
    assert bureau.handler(named) == "luliansheng"


def test_nobody_accepts_and_the_card_climbs_the_whole_ladder(bureau: Bureau) -> None:
    ticket = bureau.report(matter=GRID_MATTER)
    people = whole_ladder(bureau)
    seen = [bureau.handler(ticket)]
    for _ in people[1:]:
        bureau.does(None, assignments.not_accepted, ticket)
        seen.append(bureau.handler(ticket))
    assert seen == people

    bureau.does(None, assignments.not_accepted, ticket)
    assert bureau.handler(ticket) == people[-1]
    assert bureau.kinds(ticket)[-1] == "not_accepted"
    assert "accept_limit" in bureau.timers(ticket.id)
    assert [row.person_id for row in bureau.letters(text="letter.moved_card")] == [
        bureau.ids[who] for who in people[:-1]
    ]


def test_accepting_stops_the_climb_and_tells_the_resident_who_it_is(bureau: Bureau) -> None:
    ticket = bureau.report(matter=GRID_MATTER)
    bureau.does("liqiang", assignments.accept, ticket)

    assert "accept_limit" not in bureau.timers(ticket.id)
    [told] = bureau.letters("zhangmin", "letter.accepted")
    assert "李强" in told.text
    bureau.does(None, assignments.not_accepted, ticket)
    assert bureau.handler(ticket) == "liqiang"
    with pytest.raises(Refused, match="not_yours"):
        bureau.does("zhoumei", assignments.accept, ticket)


@pytest.mark.parametrize(
    ("begins", "urgent", "due"),
    [
        ("09:00", False, "2026-11-23 11:00"),
        ("23:00", False, "2026-11-24 09:00"),
        ("23:00", True, "2026-11-23 23:15"),
        ("09:00", True, "2026-11-23 09:15"),
    ],
)
def test_the_time_to_accept_sleeps_at_night_but_for_urgent_matters(
    bureau: Bureau, begins: str, urgent: bool, due: str
) -> None:
    bureau.clock.ahead_to(datetime.fromisoformat(f"2026-11-23 {begins}").replace(tzinfo=CITY_ZONE))
    ticket = bureau.report(matter=GRID_MATTER, urgent=urgent)

    assert bureau.timers(ticket.id)["accept_limit"] == datetime.fromisoformat(due).replace(tzinfo=CITY_ZONE)


def test_b_gets_it_from_a_and_a_from_b(bureau: Bureau) -> None:
    ticket = bureau.report(matter=GRID_MATTER)
    bureau.does("liqiang", assignments.pass_on, ticket, "在开会")
    assert bureau.handler(ticket) == "zhoumei"
    bureau.does("zhoumei", assignments.pass_on, ticket, "也在开会")
    assert bureau.handler(ticket) == "liqiang"
    with pytest.raises(Refused, match="not_yours"):
        bureau.does("zhoumei", assignments.pass_on, ticket, "不是我的")


def test_a_leader_whose_ticket_has_moved_on_meanwhile_takes_it_from_nobody(bureau: Bureau) -> None:
    ticket = bureau.report(matter=GRID_MATTER)
    with pytest.raises(Refused, match="not_yours"):
        bureau.does("gaojianguo", assignments.pass_on, ticket, "请假")
    assert bureau.handler(ticket) == "liqiang"


def test_with_nobody_else_there_it_cannot_be_passed_on(bureau: Bureau) -> None:
    ticket = bureau.report(matter=GRID_MATTER)
    leave(bureau, *whole_ladder(bureau)[1:])
    with pytest.raises(Refused, match="nobody_else"):
        bureau.does("liqiang", assignments.pass_on, ticket, "在开会")


def test_leave_hands_on_what_lies_on_the_desk(bureau: Bureau) -> None:
    one, two = bureau.report(matter=GRID_MATTER), bureau.report("wangfang", matter="drain_blocked")
    bureau.does("liqiang", assignments.accept, one)
    handlers = {bureau.handler(one), bureau.handler(two)}
    with bureau.desk("liqiang") as desk:
        handed = leaves.take(desk, MONDAY, MONDAY + DAY, "看病")

    assert handed == {"周梅": list(map(bureau.handler, (one, two))).count("zhoumei")}
    assert "liqiang" not in {bureau.handler(one), bureau.handler(two)}
    assert "liqiang" in handlers


def test_an_upheld_return_goes_to_the_proposed_grid_and_a_rejected_one_back(bureau: Bureau) -> None:
    ticket = bureau.report(matter=GRID_MATTER)
    bureau.does("liqiang", assignments.give_back, ticket, "不在我的网格", "xingfu-g03")
    assert bureau.now(ticket).status is Status.RETURNED
    assert bureau.handler(ticket) == "liqiang", "it never floats: the returner has it until it is decided"
    assert set(bureau.timers(ticket.id)) >= {"return_silence", "limit_reached"}, "the clock runs on"
    bureau.does("linxiao", assignments.settle_return, ticket, upheld=True, reason="确实")

    assert bureau.handler(ticket) == "zhujingjing"
    assert bureau.now(ticket).grid == "xingfu-g03"
    assert "return_silence" not in bureau.timers(ticket.id)

    bureau.does("zhujingjing", assignments.give_back, ticket, "也不在我的", None)
    [judge] = {row.person_id for row in bureau.letters(text="letter.returned")} - {bureau.ids["linxiao"]}
    assert bureau.codes[judge] == centre(bureau), "the second dispute is adjudicated by the centre"
    bureau.does(centre(bureau), assignments.settle_return, ticket, upheld=False, reason="就是你的")
    assert bureau.handler(ticket) == "zhujingjing"
    assert "precedent" in bureau.kinds(ticket)


def test_a_return_to_a_unit_that_does_not_exist_is_refused(bureau: Bureau) -> None:
    ticket = bureau.report(matter=GRID_MATTER)
    with pytest.raises(Refused, match="no_unit"):
        bureau.does("liqiang", assignments.give_back, ticket, "不归我", "atlantis")


def test_silence_is_acceptance_of_a_return(bureau: Bureau) -> None:
    ticket = bureau.report(matter=GRID_MATTER)
    bureau.does("liqiang", assignments.give_back, ticket, "不归我", None)
    due = bureau.timers(ticket.id)["return_silence"]
    assert due == datetime(2026, 11, 24, 9, 0, tzinfo=CITY_ZONE)
    bureau.wait(days=1, minutes=1)

    assert bureau.now(ticket).status is Status.ASSIGNED
    assert bureau.handler(ticket) == "linxiao"


def test_a_patrol_report_stays_with_the_worker_who_made_it(bureau: Bureau) -> None:
    ticket = bureau.report("zhoumei", GRID_MATTER, from_patrol=True)

    assert bureau.handler(ticket) == "zhoumei"
    with bureau.desk() as desk:
        assert rehearsal.photos(desk, ticket) == 0


def test_a_mentor_reads_along_in_a_newcomers_first_weeks(bureau: Bureau) -> None:
    ticket = bureau.report("yutao", GRID_MATTER, Location(place="yangguang-xq", building="6", text="阳光小区6号楼"))

    assert bureau.handler(ticket) == "gaoqingfeng"
    assert len(bureau.letters("liqiang", "letter.mentor_copy")) == 1


def test_a_place_told_later_moves_the_ticket_to_its_grid(bureau: Bureau) -> None:
    ticket = bureau.report("zhangmin", GRID_MATTER, Location(text="不知道叫啥"))
    bureau.does("zhangmin", tickets.locate, ticket, Location(place="laoliangku-xq", building="2", text="老粮库2号楼"))

    assert bureau.handler(ticket) == "zhujingjing"
    assert bureau.now(ticket).place_exact == "老粮库家属院2号楼"
    with pytest.raises(Refused, match="not_yours"):
        bureau.does("wangfang", tickets.locate, ticket, HOME)


def test_limits_escalate_to_the_community_then_the_subdistrict_then_the_centre(bureau: Bureau) -> None:
    ticket = bureau.report(matter=GRID_MATTER)
    bureau.does("liqiang", assignments.accept, ticket)
    for _ in range(3):
        bureau.does(None, deadlines.limit_reached, ticket)

    leaders = [bureau.codes[row.person_id] for row in bureau.letters(text="letter.escalated")]
    assert leaders == ["linxiao", "gongsuzhen", centre(bureau)]
    assert len(bureau.letters("zhangmin", "letter.overdue_resident")) == 3, "the resident is told the truth each time"
    assert bureau.handler(ticket) == "liqiang"


def test_every_matter_at_every_grid_finds_an_owner(bureau: Bureau) -> None:
    probe = bureau.report(matter=GRID_MATTER)
    with bureau.desk() as desk:
        matters, grids = list(desk.city.matters), desk.city.grids
    with bureau.desk() as desk:
        ticket = tickets.get(desk, probe.id)
        desk.session.expunge(ticket)
        for grid in (*grids, *desk.city.departments, *(u for u in desk.city.units.values() if u.kind == "community")):
            ticket.grid = grid.code
            for matter in matters:
                ticket.matter = matter
                for about in (True, False):
                    ticket.about_property = about
                    people = assignments.ladder_of(desk, ticket)
                    assert people
                    if about:
                        assert not set(people) & desk.city.roster.third_parties, (grid.code, matter)
        assert desk.city.roster.held[(desk.city.centre, Role.CENTRE_COORDINATOR)]
