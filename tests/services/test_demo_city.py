"""Does the demo come into a store as it should, small and at the size of the whole city?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from engines import Engine
from sqlalchemy import func, select

from gridwhistle.services.big_city import Scale, build_big_city, counts
from gridwhistle.services.demo_city import DEMO_CHANNEL, settle_demo
from gridwhistle.services.reference import Reference
from gridwhistle.services.region import found_region
from gridwhistle.services.schema import Account, Person, Place, Post, Unit, UnitKind
from gridwhistle.services.store import Store

DEMO = Path(__file__).parents[2] / "demo"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
REGION = "fujin"
# Every figure a little above the demo city's own.
TOWN = Scale(
    subdistricts=3,
    towns=4,
    communities=8,
    villages=12,
    urban_grids=60,
    rural_grids=50,
    workers=400,
    residents=1_000,
    estates=30,
    buildings=300,
    roads=20,
    property_companies=6,
)


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    opened = engine.empty()
    found_region(opened, REGION, "富锦市")
    settle_demo(opened, REGION, DEMO, now=NOW)
    yield opened
    opened.close()


def test_everybody_of_the_demo_has_a_web_chat_under_the_own_code(store: Store) -> None:
    settle_demo(store, REGION, DEMO, now=NOW)

    with store.begin() as session:
        accounts = {
            account.address: account.person_id
            for account in session.scalars(select(Account))
            if account.channel == DEMO_CHANNEL
        }
        assert accounts == {person.code: person.id for person in session.scalars(select(Person))}


def test_a_larger_city_has_exactly_the_figures_asked_for(store: Store) -> None:
    found = build_big_city(store, REGION, TOWN, now=NOW)

    asked = {name: value for name in found if (value := getattr(TOWN, name, None)) is not None}
    assert {name: found[name] for name in asked} == asked
    assert found["grids"] == TOWN.urban_grids + TOWN.rural_grids
    assert len(asked) == 12


def test_a_larger_city_is_sound(store: Store) -> None:
    build_big_city(store, REGION, TOWN, now=NOW)

    with store.begin() as session:
        city = Reference(REGION).current(session)
        assert all(city.community_of(grid.code) for grid in city.grids)
        people = set(session.scalars(select(Person.id)))
        posts = session.scalars(select(Post)).all()
        assert {post.a for post in posts} | {post.b for post in posts if post.b} <= people
        assert all(post.a != post.b for post in posts)
        assert {post.grid for post in posts} == {grid.code for grid in city.grids}
        lower = [unit.name for unit in city.units.values() if unit.kind in (UnitKind.COMMUNITY, UnitKind.VILLAGE)]
        assert len(set(lower)) == len(lower)
        residents = session.scalars(select(Person).where(Person.code.is_(None))).all()
        assert all(city.places[person.place or ""].grid == person.grid for person in residents)


def test_the_same_seed_gives_the_same_city(engine: Engine, store: Store) -> None:
    other = engine.empty()
    found_region(other, REGION, "富锦市")
    settle_demo(other, REGION, DEMO, now=NOW)
    for one in (store, other):
        build_big_city(one, REGION, TOWN, now=NOW)

    def read(one: Store) -> list[object]:
        with one.begin() as session:
            return [
                session.execute(select(Unit.code, Unit.name).order_by(Unit.code)).all(),
                session.execute(select(Place.code, Place.name).order_by(Place.code)).all(),
                sorted(session.scalars(select(Person.name))),
            ]

    assert read(store) == read(other)
    other.close()


def test_counting_changes_nothing(store: Store) -> None:
    with store.begin() as session:
        assert counts(session, REGION)["grids"] == session.scalar(
            select(func.count()).select_from(Unit).where(Unit.kind == UnitKind.GRID)
        )
