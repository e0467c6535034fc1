"""Who is responsible for a grid, and who when they are away?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from bureau import MONDAY, Bureau

from gridwhistle.services import leaves, org
from gridwhistle.services.desk import Refused
from gridwhistle.services.reference import City, Roster
from gridwhistle.services.schema import PostKind, Role

DAY = timedelta(days=1)


def ladder(bureau: Bureau, grid: str, post: PostKind = PostKind.GRID_WORKER) -> list[str]:
    with bureau.desk() as desk:
        return [bureau.codes[who] for who in org.ladder(desk, grid, post)]


def away(bureau: Bureau, who: str) -> bool:
    with bureau.desk() as desk:
        return org.is_away(desk, bureau.ids[who])


def test_the_ladder_climbs_from_a_and_b_to_the_party_group_the_community_and_the_centre(bureau: Bureau) -> None:
    people = ladder(bureau, "xingfu-g01")

    assert people[:4] == ["liqiang", "zhoumei", "gaojianguo", "linxiao"]
    with bureau.desk() as desk:
        assert people[4:] == [bureau.codes[who] for who in org.holding(desk, desk.city.centre, Role.CENTRE_COORDINATOR)]


def test_a_property_matter_climbs_from_the_company_to_the_grid(bureau: Bureau) -> None:
    assert ladder(bureau, "xingfu-g01", PostKind.PROPERTY_WORKER)[:3] == ["machao", "panshijie", "liqiang"]


def test_every_grid_has_somebody_for_every_post_and_nobody_twice(bureau: Bureau) -> None:
    with bureau.desk() as desk:
        for grid in desk.city.grids:
            for post in PostKind:
                people = org.ladder(desk, grid.code, post)
                assert people
                assert len(set(people)) == len(people)


def test_a_city_with_nobody_at_all_says_what_is_missing(bureau: Bureau) -> None:
    with bureau.desk() as desk:
        city = desk.city
        desk.city = City(
            region=city.region, name=city.name, version=0, units=city.units, places={}, matters={}, roster=Roster()
        )
        with pytest.raises(LookupError, match="import posts and a centre coordinator"):
            org.ladder(desk, "xingfu-g01", PostKind.GRID_WORKER)
        with pytest.raises(LookupError, match="no centre coordinator"):
            org.coordinator(desk, "xingfu-g01")


def test_a_mentor_is_named_in_a_newcomers_first_weeks_only(bureau: Bureau) -> None:
    with bureau.desk() as desk:
        found = org.holders(desk, "xingfu-g05", PostKind.GRID_WORKER)
        assert found is not None
        assert found.mentor == bureau.ids["liqiang"]
        desk.now = MONDAY + org.MENTORED_FOR
        later = org.holders(desk, "xingfu-g05", PostKind.GRID_WORKER)
        assert later is not None
        assert (later.a, later.b, later.mentor) == (found.a, found.b, None)
        assert org.holders(desk, "nowhere", PostKind.GRID_WORKER) is None


@pytest.mark.parametrize(
    ("since", "until"), [(DAY, DAY), (DAY, timedelta()), (DAY, DAY + org.LONGEST_LEAVE + timedelta(seconds=1))]
)
def test_an_empty_or_endless_leave_is_refused(bureau: Bureau, since: timedelta, until: timedelta) -> None:
    with pytest.raises(Refused, match="leave_span"), bureau.desk("liqiang") as desk:
        leaves.take(desk, MONDAY + since, MONDAY + until, "探亲")
    assert not away(bureau, "liqiang")


def test_residents_take_no_leave(bureau: Bureau) -> None:
    with pytest.raises(Refused, match="not_worker"), bureau.desk("zhangmin") as desk:
        leaves.take(desk, MONDAY, MONDAY + DAY, "累了")


def test_a_leave_lasts_from_its_first_moment_to_its_last(bureau: Bureau) -> None:
    with bureau.desk("liqiang") as desk:
        leaves.take(desk, MONDAY + DAY, MONDAY + 2 * DAY, "看病")

    assert not away(bureau, "liqiang")
    bureau.clock.ahead_to(MONDAY + DAY)
    assert away(bureau, "liqiang")
    assert not away(bureau, "zhoumei")
    bureau.clock.ahead_to(MONDAY + 2 * DAY)
    assert not away(bureau, "liqiang")


def test_coming_back_ends_a_leave_now_and_takes_its_timer_back(bureau: Bureau) -> None:
    with bureau.desk("liqiang") as desk:
        leaves.take(desk, MONDAY, MONDAY + 3 * DAY, "看病")
        leaves.take(desk, MONDAY + DAY, MONDAY + 2 * DAY, "还看病")
    assert away(bureau, "liqiang")
    assert set(bureau.timers(bureau.ids["liqiang"])) == {"leave_begins"}

    with bureau.desk("liqiang") as desk:
        assert leaves.end(desk)
        assert not leaves.end(desk)
    assert not away(bureau, "liqiang")
    assert bureau.timers(bureau.ids["liqiang"]) == {}
    bureau.clock.ahead_to(MONDAY + DAY + timedelta(hours=1))
    assert not away(bureau, "liqiang")


def test_the_people_who_serve_a_grid_are_told_with_their_company(bureau: Bureau) -> None:
    with bureau.desk("zhangmin") as desk:
        served = [
            (post, person.name, company.name if company else "")
            for post, person, company in org.contacts_of_grid(desk, "xingfu-g01")
        ]
    assert ("grid_worker", "李强", "") in served
    assert next(name for post, name, _ in served if post == "property_worker") == "马超"
    assert all(company for post, _, company in served if post == "property_worker")


def test_names_are_known_and_an_unknown_person_is_a_callers_mistake(bureau: Bureau) -> None:
    with bureau.desk() as desk:
        assert org.name_of(desk, bureau.ids["liqiang"]) == "李强"
        assert org.name_of(desk, bureau.ids["zhangmin"]) == "张敏"
        with pytest.raises(LookupError, match="no person"):
            org.name_of(desk, "nobody")
        assert org.coordinator(desk, None) == org.centre_coordinator(desk)
        assert org.coordinator(desk, "xingfu-g01") == bureau.ids["linxiao"]
