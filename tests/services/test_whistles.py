"""Do the four facts of a whistle need their witnesses, and do the flags follow from them alone?"""

from __future__ import annotations

from datetime import datetime

import pytest
from bureau import Bureau

from gridwhistle.services import arrivals, assignments, audits, objections, satisfaction, tickets, whistles
from gridwhistle.services.clock import CITY_ZONE
from gridwhistle.services.desk import Refused
from gridwhistle.services.schema import ArrivalAnswer, Status, Ticket, UnitKind, Whistle, WhistleState
from gridwhistle.services.whistle_flags import Flag
from gridwhistle.services.whistles import LIVE

CLERK, COLLEAGUE, OTHER = "zhengkai", "mayongsheng", "wulei"
HOUSING = "housing"


def blown(bureau: Bureau, *, urgent: bool = False) -> tuple[Ticket, Whistle]:
    ticket = bureau.report(matter="fire_lane_blocked", urgent=urgent)
    bureau.does("liqiang", assignments.accept, ticket)
    with bureau.desk("liqiang") as desk:
        whistle = whistles.blow(desk, tickets.get(desk, ticket.id), HOUSING, "管道在物业红线外，网格没有设备")
    return bureau.now(ticket), whistle


def at(bureau: Bureau, whistle: Whistle, state: WhistleState) -> Whistle:
    """Bring a blown whistle to a state on the ordinary way."""
    way = {
        WhistleState.SIGNED: (whistles.sign,),
        WhistleState.CONTACTED: (whistles.sign, whistles.contact),
        WhistleState.ARRIVAL_CLAIMED: (whistles.sign, arrivals.claim_arrival),
    }.get(state, ())
    for act in way:
        whistle = bureau.whistled(CLERK, act, whistle)
    return whistle


def test_a_whistle_has_its_reason_its_limits_and_every_clerks_card(bureau: Bureau) -> None:
    ticket, whistle = blown(bureau)

    assert ticket.status is Status.IN_PROGRESS
    assert (whistle.state, whistle.department) == (WhistleState.BLOWN, HOUSING)
    assert whistle.sign_by == datetime(2026, 11, 23, 10, 0, tzinfo=CITY_ZONE)
    assert whistle.arrive_by == datetime(2026, 11, 26, 9, 0, tzinfo=CITY_ZONE)
    assert set(bureau.timers(whistle.id)) == {"sign_limit", "arrive_limit"}
    for clerk in (CLERK, COLLEAGUE):
        [card] = bureau.letters(clerk, "letter.whistle")
        assert "管道在物业红线外" in card.text
        assert ticket.words not in card.text


def test_an_urgent_whistle_is_signed_and_reached_within_half_an_hour(bureau: Bureau) -> None:
    _, whistle = blown(bureau, urgent=True)

    assert whistle.sign_by == whistle.arrive_by == datetime(2026, 11, 23, 9, 30, tzinfo=CITY_ZONE)


def test_only_the_handler_of_an_accepted_ticket_blows_and_each_department_once(bureau: Bureau) -> None:
    ticket = bureau.report(matter="fire_lane_blocked")
    with pytest.raises(Refused, match=r"refused\.status"):
        bureau.does("liqiang", whistles.blow, ticket, HOUSING, "x")
    bureau.does("liqiang", assignments.accept, ticket)
    for who, department, refusal in (
        ("zhoumei", HOUSING, "not_yours"),
        ("zhangmin", HOUSING, "not_yours"),
        ("liqiang", "xingfu-g02", "no_unit"),
        ("liqiang", "atlantis", "no_unit"),
    ):
        with pytest.raises(Refused, match=refusal):
            bureau.does(who, whistles.blow, ticket, department, "x")
    bureau.does("liqiang", whistles.blow, ticket, HOUSING, "x")
    with pytest.raises(Refused, match="whistled"):
        bureau.does("liqiang", whistles.blow, ticket, HOUSING, "x")
    bureau.does("liqiang", whistles.blow, ticket, "urban", "x")
    assert len(bureau.whistles(ticket)) == 2


def test_the_catalogue_whistles_by_itself_where_a_department_must_act_first(bureau: Bureau) -> None:
    ticket = bureau.report(matter="wires_hanging")

    [whistle] = bureau.whistles(ticket)
    assert (whistle.department, whistle.blown_by, whistle.reason) == ("power", None, "catalogue")


ACTS = {
    whistles.sign: {WhistleState.BLOWN},
    whistles.contact: {WhistleState.SIGNED},
    arrivals.claim_arrival: {WhistleState.SIGNED, WhistleState.CONTACTED},
}


@pytest.mark.parametrize("act", [*ACTS, whistles.act, objections.dispute], ids=lambda act: act.__name__)
@pytest.mark.parametrize("state", WhistleState)
def test_a_department_acts_only_where_it_is_its_turn(bureau: Bureau, act: object, state: WhistleState) -> None:
    _, whistle = blown(bureau)
    with bureau.desk() as desk:
        whistles.get(desk, whistle.id).state = state
    given = {whistles.act: ("修好了",), objections.dispute: ("不归我们", None)}.get(act, ())  # type: ignore[call-overload]
    allowed = {
        **ACTS,
        whistles.act: {*whistles.ON_THE_WAY, WhistleState.ARRIVAL_CLAIMED, WhistleState.ARRIVED},
        objections.dispute: {WhistleState.BLOWN, WhistleState.SIGNED},
    }[act]  # type: ignore[index]

    for who in (OTHER, "liqiang", "zhangmin", "linxiao"):
        with pytest.raises(Refused, match="not_yours"):
            bureau.whistled(who, act, whistle, *given)  # type: ignore[arg-type]
    if state in allowed:
        assert bureau.whistled(CLERK, act, whistle, *given).state is not state  # type: ignore[arg-type]
    else:
        with pytest.raises(Refused, match="whistle_state"):
            bureau.whistled(CLERK, act, whistle, *given)  # type: ignore[arg-type]


def test_the_clerk_who_signs_has_the_card_from_then_on(bureau: Bureau) -> None:
    ticket, whistle = blown(bureau)
    signed = bureau.whistled(COLLEAGUE, whistles.sign, whistle)

    assert (signed.clerk_id, signed.signed_at) == (bureau.ids[COLLEAGUE], bureau.clock.now())
    assert "sign_limit" not in bureau.timers(whistle.id)
    assert len(bureau.letters("zhangmin", "letter.department_signed_resident")) == 1
    bureau.whistled(CLERK, whistles.contact, whistle)
    assert bureau.letters(text="letter.whistle_contacted")[-1].person_id == bureau.ids[COLLEAGUE]
    assert bureau.kinds(ticket)[-1] == "whistle_contacted"


@pytest.mark.parametrize("witness", ["liqiang", "zhangmin"])
@pytest.mark.parametrize(
    ("answer", "state", "flags"),
    [
        (ArrivalAnswer.CAME_AND_DID, WhistleState.ACTED, []),
        (ArrivalAnswer.CAME_DID_NOTHING, WhistleState.ARRIVED, []),
        (ArrivalAnswer.NOBODY_CAME, WhistleState.SIGNED, [Flag.PAPER_ARRIVAL]),
    ],
)
def test_an_arrival_is_counter_signed(
    bureau: Bureau, witness: str, answer: ArrivalAnswer, state: WhistleState, flags: list[Flag]
) -> None:
    _, whistle = blown(bureau)
    whistle = at(bureau, whistle, WhistleState.ARRIVAL_CLAIMED)
    assert whistle.arrived_at is None, "the department's own word is no arrival"
    whistle = bureau.whistled(witness, arrivals.confirm_arrival, whistle, answer)

    assert (whistle.state, whistle.flags, whistle.witness_id) == (state, flags, bureau.ids[witness])
    assert (whistle.arrived_at is None) is (answer is ArrivalAnswer.NOBODY_CAME)
    timers = set(bureau.timers(whistle.id))
    assert ("act_limit" in timers) is (answer is ArrivalAnswer.CAME_DID_NOTHING)
    assert ("arrive_limit" in timers) is (answer is ArrivalAnswer.NOBODY_CAME)


@pytest.mark.parametrize("who", [CLERK, "wangfang", "zhoumei", "machao"])
def test_nobody_else_can_witness_an_arrival(bureau: Bureau, who: str) -> None:
    _, whistle = blown(bureau)
    at(bureau, whistle, WhistleState.ARRIVAL_CLAIMED)
    with pytest.raises(Refused, match="not_yours"):
        bureau.whistled(who, arrivals.confirm_arrival, whistle, ArrivalAnswer.CAME_AND_DID)


def test_who_denies_without_a_claim_flags_nobody(bureau: Bureau) -> None:
    _, whistle = blown(bureau)
    at(bureau, whistle, WhistleState.SIGNED)
    assert bureau.whistled("liqiang", arrivals.confirm_arrival, whistle, ArrivalAnswer.NOBODY_CAME).flags == []


@pytest.mark.parametrize(
    ("state", "span", "flag"),
    [
        (WhistleState.BLOWN, {"hours": 2}, Flag.UNSIGNED),
        (WhistleState.SIGNED, {"days": 4}, Flag.NO_SHOW),
        (WhistleState.CONTACTED, {"days": 4}, Flag.NO_SHOW),
    ],
)
def test_time_alone_flags_who_does_not_sign_or_come(
    bureau: Bureau, state: WhistleState, span: dict[str, float], flag: Flag
) -> None:
    ticket, whistle = blown(bureau)
    at(bureau, whistle, state)
    bureau.wait(**span)

    [found] = bureau.whistles(ticket)
    assert found.flags == [flag]
    assert "flagged" in bureau.kinds(ticket)
    assert len(bureau.letters("linxiao", "letter.flagged")) == 1
    assert bureau.letters(text="letter.flagged_department")


def test_an_arrival_that_nobody_confirms_after_a_nudge_is_one_on_paper(bureau: Bureau) -> None:
    ticket, whistle = blown(bureau)
    at(bureau, whistle, WhistleState.ARRIVAL_CLAIMED)
    bureau.wait(hours=2, minutes=1)
    assert "arrival_nudged" in bureau.kinds(ticket)
    assert len(bureau.letters("zhangmin", "letter.confirm_arrival")) == 1, "the resident is asked too"
    assert bureau.whistles(ticket)[0].flags == []
    bureau.wait(days=2)

    assert bureau.whistles(ticket)[0].flags[0] == Flag.PAPER_ARRIVAL


def test_who_came_and_did_nothing_within_the_limit_is_flagged(bureau: Bureau) -> None:
    ticket, whistle = blown(bureau)
    at(bureau, whistle, WhistleState.ARRIVAL_CLAIMED)
    bureau.whistled("liqiang", arrivals.confirm_arrival, whistle, ArrivalAnswer.CAME_DID_NOTHING)
    bureau.wait(days=3)

    assert bureau.whistles(ticket)[0].flags == [Flag.NO_SERVICE]


def test_who_acts_in_time_is_never_flagged(bureau: Bureau) -> None:
    ticket, whistle = blown(bureau)
    at(bureau, whistle, WhistleState.ARRIVAL_CLAIMED)
    bureau.whistled("liqiang", arrivals.confirm_arrival, whistle, ArrivalAnswer.CAME_DID_NOTHING)
    bureau.whistled(CLERK, whistles.act, whistle, "已劝离并划线")
    bureau.wait(days=6)

    assert bureau.whistles(ticket)[0].flags == []


def test_a_flag_is_raised_once(bureau: Bureau) -> None:
    ticket, whistle = blown(bureau)
    for _ in range(2):
        bureau.whistled(None, whistles.not_signed, whistle)  # type: ignore[arg-type]
    assert bureau.whistles(ticket)[0].flags == [Flag.UNSIGNED]
    assert bureau.kinds(ticket).count("flagged") == 1


def test_what_the_resident_says_in_the_follow_up_counts_too(bureau: Bureau) -> None:
    ticket, whistle = blown(bureau)
    at(bureau, whistle, WhistleState.SIGNED)
    bureau.whistled(CLERK, whistles.act, whistle, "已处理")
    with bureau.desk("zhangmin") as desk:
        arrivals.witnessed_later(desk, tickets.get(desk, ticket.id), ArrivalAnswer.NOBODY_CAME)

    assert bureau.whistles(ticket)[0].flags == [Flag.PAPER_ARRIVAL]
    assert satisfaction.ARRIVALS[:3] == tuple(ArrivalAnswer)


def test_an_upheld_objection_moves_the_whistle_and_a_rejected_one_lets_it_stand(bureau: Bureau) -> None:
    ticket, whistle = blown(bureau)
    bureau.whistled(CLERK, objections.dispute, whistle, "归城管", "urban")
    assert "sign_limit" in bureau.timers(whistle.id), "the clock runs while the centre decides"
    for who in (CLERK, "liqiang", "linxiao"):
        with pytest.raises(Refused, match="not_allowed"):
            bureau.whistled(who, objections.settle_dispute, whistle, upheld=True, reason="x")
    assert (
        bureau.whistled("hejing", objections.settle_dispute, whistle, upheld=True, reason="对").state
        is WhistleState.MOVED
    )

    moved = bureau.whistles(ticket)[-1]
    assert (moved.department, moved.state) == ("urban", WhistleState.BLOWN)
    bureau.whistled(OTHER, objections.dispute, moved, "还是归住建", HOUSING)
    stands = bureau.whistled("hejing", objections.settle_dispute, moved, upheld=False, reason="就是你们")
    assert (stands.state, stands.signed_at) == (WhistleState.SIGNED, bureau.clock.now())
    assert "precedent" in bureau.kinds(ticket)
    assert "sign_limit" not in bureau.timers(moved.id)


def test_silence_upholds_an_objection(bureau: Bureau) -> None:
    ticket, whistle = blown(bureau)
    bureau.whistled(CLERK, objections.dispute, whistle, "归城管", "urban")
    bureau.wait(days=1, minutes=1)

    assert bureau.whistles(ticket)[0].state is WhistleState.MOVED
    assert bureau.whistles(ticket)[1].department == "urban"


def test_an_objection_names_a_unit_that_exists(bureau: Bureau) -> None:
    _, whistle = blown(bureau)
    with pytest.raises(Refused, match="no_unit"):
        bureau.whistled(CLERK, objections.dispute, whistle, "归别人", "atlantis")


@pytest.mark.parametrize("state", [WhistleState.BLOWN, WhistleState.SIGNED, WhistleState.ARRIVAL_CLAIMED])
def test_with_the_ticket_done_nobody_has_to_come_any_more(bureau: Bureau, state: WhistleState) -> None:
    ticket, whistle = blown(bureau)
    at(bureau, whistle, state)
    bureau.does("liqiang", audits.resolve, ticket, "车挪走了，通道畅通")

    [ended] = bureau.whistles(ticket)
    assert ended.state is WhistleState.ENDED
    assert ended.state not in LIVE
    assert bureau.timers(whistle.id) == {}
    bureau.wait(days=5)
    assert bureau.whistles(ticket)[0].flags == []


def test_the_lists_show_what_waits_for_whom(bureau: Bureau) -> None:
    _, whistle = blown(bureau)
    at(bureau, whistle, WhistleState.ARRIVAL_CLAIMED)
    for who, mine, witness in ((CLERK, 1, 0), (COLLEAGUE, 1, 0), (OTHER, 0, 0), ("liqiang", 0, 1), ("zhangmin", 0, 1)):
        with bureau.desk(who) as desk:
            assert len(whistles.of_my_department(desk)) == mine
            assert len(arrivals.to_confirm(desk)) == witness
    with bureau.desk() as desk:
        assert all(unit.kind is UnitKind.DEPARTMENT for unit in desk.city.departments)
        with pytest.raises(Refused, match="no_ticket"):
            whistles.get(desk, "nothing")
