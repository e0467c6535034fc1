"""What does the store look like at the size of the whole city, for measurements?

The demo city is filled up to the published figures (DESIGN.md section 1: 1,238 grids in both trees, 2,800 workers, 44
property companies) and to 400,000 residents. All names are invented; one seed gives the same city every time.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import distinct, func, select, text
from sqlalchemy.orm import Session

from gridwhistle.services.big_city import names
from gridwhistle.services.big_city.draft import Draft
from gridwhistle.services.desk import WORKER_ROLES
from gridwhistle.services.reference import bump_version
from gridwhistle.services.schema import Place, PlaceKind, Post, PostKind, Role, RoleGrant, Unit, UnitKind
from gridwhistle.services.store import Store

BATCH = 20_000
GRIDS_OF_A_PROPERTY_WORKER = 4
URBAN_SHARE = 0.6


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """How large the city shall be, the demo city's part included."""

    seed: int = 20_240_301
    subdistricts: int = 4
    towns: int = 11
    communities: int = 35
    villages: int = 266
    urban_grids: int = 560
    rural_grids: int = 678
    workers: int = 2_800
    residents: int = 400_000
    estates: int = 400
    buildings: int = 8_000
    roads: int = 180
    property_companies: int = 44


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A new community or village with its new grids."""

    code: str
    name: str
    is_urban: bool
    grids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """Where residents live: a building or hamlet, and its grid."""

    grid: str
    place: str


def build_big_city(store: Store, region: str, scale: Scale, *, now: datetime) -> dict[str, int]:
    """Fill a store that holds the demo city up to ``scale``; gives what there is now, as the store counts it."""
    with store.begin() as session:
        there = counts(session, region)
        taken = session.scalars(select(Unit.name).where(Unit.region == region)).all()
        taken = [*taken, *session.scalars(select(Place.name).where(Place.region == region))]
        root = session.scalars(select(Unit.code).where(Unit.region == region, Unit.kind == UnitKind.CITY)).one()
        # No cryptography: the same city every time.
        draft = Draft(region=region, now=now, dice=random.Random(scale.seed))  # noqa: S311
        stems = names.stems(draft.dice, taken)
        urban = _tree(draft, root, stems, scale, there, is_urban=True)
        rural = _tree(draft, root, stems, scale, there, is_urban=False)
        _staff(draft, root, [*urban, *rural], scale, there)
        urban_homes = _estates(draft, urban, stems, scale, there)
        rural_homes = _hamlets(draft, rural)
        draft.write(session)
        # Without figures PostgreSQL checks each foreign key by reading a whole region: hours instead of a minute.
        session.execute(text("ANALYZE"))
        for number in range(scale.residents - there["residents"]):
            home = draft.dice.choice(urban_homes if draft.dice.random() < URBAN_SHARE else rural_homes)
            draft.person((Role.RESIDENT, home.grid), place=home.place)
            if number % BATCH == BATCH - 1:
                draft.write(session)
        draft.write(session)
        bump_version(session, region)
        return counts(session, region)


def counts(session: Session, region: str) -> dict[str, int]:
    """What the store holds of a region: units and places by kind, workers, residents, posts."""
    units = {
        kind: session.scalars(
            select(func.count()).select_from(Unit).where(Unit.region == region, Unit.kind == kind)
        ).one()
        for kind in UnitKind
    }
    grids = select(func.count()).select_from(Unit).where(Unit.region == region, Unit.kind == UnitKind.GRID)
    places = {
        kind: session.scalars(
            select(func.count()).select_from(Place).where(Place.region == region, Place.kind == kind)
        ).one()
        for kind in PlaceKind
    }
    holders = select(func.count(distinct(RoleGrant.person_id))).where(RoleGrant.region == region)
    return {
        "subdistricts": units[UnitKind.SUBDISTRICT],
        "towns": units[UnitKind.TOWN],
        "communities": units[UnitKind.COMMUNITY],
        "villages": units[UnitKind.VILLAGE],
        "grids": units[UnitKind.GRID],
        "urban_grids": session.scalars(grids.where(Unit.tree == "urban")).one(),
        "rural_grids": session.scalars(grids.where(Unit.tree == "rural")).one(),
        "property_companies": units[UnitKind.PROPERTY_COMPANY],
        "departments": units[UnitKind.DEPARTMENT],
        "estates": places[PlaceKind.ESTATE],
        "buildings": places[PlaceKind.BUILDING],
        "hamlets": places[PlaceKind.HAMLET],
        "roads": places[PlaceKind.ROAD],
        "posts": session.scalars(select(func.count()).select_from(Post).where(Post.region == region)).one(),
        "workers": session.scalars(holders.where(RoleGrant.role.in_(WORKER_ROLES))).one(),
        "residents": session.scalars(holders.where(RoleGrant.role == Role.RESIDENT)).one(),
    }


def _tree(
    draft: Draft, root: str, stems: Iterator[str], scale: Scale, there: dict[str, int], *, is_urban: bool
) -> list[Block]:
    """Add one of the two trees: subdistricts, communities and grids, or towns, villages and grids."""
    tree = "urban" if is_urban else "rural"
    upper, lower = (UnitKind.SUBDISTRICT, UnitKind.COMMUNITY) if is_urban else (UnitKind.TOWN, UnitKind.VILLAGE)
    if is_urban:
        tops, lows = scale.subdistricts - there["subdistricts"], scale.communities - there["communities"]
        grids = scale.urban_grids - there["urban_grids"]
    else:
        tops, lows = scale.towns - there["towns"], scale.villages - there["villages"]
        grids = scale.rural_grids - there["rural_grids"]
    above = []
    for index in range(tops):
        name = next(stems) + ("街道" if is_urban else "镇")
        party = f"{name}党工委" if is_urban else f"{name}党委"
        above.append(draft.unit(upper, f"{upper}-{index + 1:02d}", name, root, tree=tree, party=party))
        draft.person((Role.COMMUNITY_COORDINATOR, above[-1]), unit=above[-1])
    blocks = []
    for index in range(lows):
        name = next(stems) + ("社区" if is_urban else "村")
        party = f"{name}党委" if is_urban else f"{name}党支部"
        code = draft.unit(lower, f"{lower}-{index + 1:03d}", name, above[index % len(above)], tree=tree, party=party)
        share = range(grids * index // lows, grids * (index + 1) // lows)
        own = tuple(_grid(draft, code, name, number + 1, tree) for number in range(len(share)))
        blocks.append(Block(code=code, name=name, is_urban=is_urban, grids=own))
    return blocks


def _grid(draft: Draft, block: str, name: str, number: int, tree: str) -> str:
    """Add a grid with its party group and centre household (网格党支部—网格党小组—党员中心户/联系户)."""
    grid_name = f"{name}第{number}网格"
    grid = draft.unit(UnitKind.GRID, f"{block}-g{number:02d}", grid_name, block, tree=tree, party=f"{grid_name}党支部")
    group = draft.unit(UnitKind.PARTY_GROUP, f"{grid}-pg", f"{grid_name}党小组", grid, tree=tree)
    household = "党员中心户" if tree == "urban" else "党员联系户"
    draft.unit(UnitKind.CENTRE_HOUSEHOLD, f"{grid}-ch", f"{grid_name}{household}", group, tree=tree)
    return grid


def _staff(draft: Draft, root: str, blocks: list[Block], scale: Scale, there: dict[str, int]) -> None:
    """Add the workers by 1+X+N, with AB cover inside each block, and the coordinators."""
    left = scale.workers - there["workers"]
    for block in blocks:
        draft.person((Role.COMMUNITY_COORDINATOR, block.code), unit=block.code)
        following = (*block.grids[1:], block.grids[0])
        full_time = [
            # Everybody is B of the grid that follows.
            draft.person(*dict.fromkeys(((Role.GRID_WORKER_FULL, own), (Role.GRID_WORKER_FULL, after))))
            for own, after in zip(block.grids, following, strict=True)
        ]
        for index, grid in enumerate(block.grids):
            draft.post(
                grid,
                PostKind.GRID_WORKER,
                full_time[index],
                full_time[index - 1] if index or len(full_time) > 1 else None,
            )
            draft.person((Role.GRID_WORKER_PART, grid), (Role.PARTY_GROUP_LEADER, grid))
        left -= 2 * len(block.grids)
    companies = [
        draft.unit(UnitKind.PROPERTY_COMPANY, f"prop-{index + 1:02d}", f"第{index + 1}物业公司", root)
        for index in range(scale.property_companies - there["property_companies"])
    ]
    urban = [grid for block in blocks if block.is_urban for grid in block.grids]
    for index, first in enumerate(range(0, len(urban), GRIDS_OF_A_PROPERTY_WORKER)):
        served = urban[first : first + GRIDS_OF_A_PROPERTY_WORKER]
        worker = draft.person(
            *((Role.PROPERTY_WORKER, grid) for grid in served), unit=companies[index % len(companies)]
        )
        for grid in served:
            draft.post(grid, PostKind.PROPERTY_WORKER, worker, None)
        left -= 1
    every = [grid for block in blocks for grid in block.grids]
    for _ in range(left):
        draft.person((Role.GRID_WORKER_PROFESSIONAL, draft.dice.choice(every)))


def _estates(
    draft: Draft, blocks: list[Block], stems: Iterator[str], scale: Scale, there: dict[str, int]
) -> list[Home]:
    """Add estates with their buildings, and roads; an estate's later buildings lie in the grid that follows."""
    grids = [
        (grid, block.grids[(at + 1) % len(block.grids)]) for block in blocks for at, grid in enumerate(block.grids)
    ]
    estates, buildings = scale.estates - there["estates"], scale.buildings - there["buildings"]
    homes = []
    for index in range(estates):
        grid, following = grids[index * len(grids) // estates]
        estate = draft.place(PlaceKind.ESTATE, f"estate-{index + 1:03d}", names.estate(next(stems), index), grid)
        many = buildings * (index + 1) // estates - buildings * index // estates
        for number in range(1, many + 1):
            home = Home(grid=grid if 2 * number <= many else following, place=f"{estate}-{number}")
            draft.place(PlaceKind.BUILDING, home.place, f"{number}号楼", home.grid, parent=estate)
            homes.append(home)
    for index in range(scale.roads - there["roads"]):
        grid, _ = grids[index * 7 % len(grids)]
        draft.place(PlaceKind.ROAD, f"road-{index + 1:03d}", names.road(next(stems), index), grid)
    return homes


def _hamlets(draft: Draft, blocks: list[Block]) -> list[Home]:
    """Add a hamlet for each rural grid."""
    return [
        Home(grid=grid, place=draft.place(PlaceKind.HAMLET, f"{grid}-ham", names.hamlet(block.name, at), grid))
        for block in blocks
        for at, grid in enumerate(block.grids)
    ]
