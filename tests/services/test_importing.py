"""Is every mistake in a city's file named where it stands, and does a bad file change nothing?"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from engines import Engine
from sqlalchemy import select

from gridwhistle.services import importing
from gridwhistle.services.importing import Imported, ImportProblems, import_all
from gridwhistle.services.importing.org import PARENTS
from gridwhistle.services.importing.people import HELD_FOR
from gridwhistle.services.reference import City, Reference
from gridwhistle.services.schema import (
    Base,
    Category,
    Contact,
    Person,
    Post,
    PostKind,
    Region,
    Role,
    RoleGrant,
    Status,
    Ticket,
    UnitKind,
)
from gridwhistle.services.store import Store, new_id

DEMO = Path(__file__).parents[2] / "demo"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
REGION = "fujin"
IMPORTERS: dict[str, Callable[..., Imported]] = {
    "org.csv": importing.import_org,
    "places.csv": importing.import_places,
    "people.csv": partial(importing.import_people, now=NOW),
    "posts.csv": importing.import_posts,
    "catalogue.csv": importing.import_catalogue,
}


@pytest.fixture(scope="module")
def template(engine: Engine) -> Store:
    filled = engine.created()
    with filled.begin() as session:
        session.add(Region(code=REGION, name="富锦市"))
    import_all(filled, REGION, DEMO, now=NOW)
    return filled


@pytest.fixture
def store(engine: Engine, template: Store) -> Iterator[Store]:
    copied = engine.copy_of(template)
    yield copied
    copied.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEMO, tmp_path / "demo"))


def snapshot(store: Store) -> dict[str, list[object]]:
    with store.engine.begin() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
        }


def city(store: Store) -> City:
    with store.begin() as session:
        return Reference(REGION).current(session)


def run(store: Store, path: Path) -> Imported:
    with store.begin() as session:
        return IMPORTERS[path.name](session, REGION, path)


def rewrite(path: Path, change: Callable[[list[dict[str, str]]], object]) -> None:
    """Read a file as a table, change its rows, write it again."""
    with path.open(encoding="utf-8", newline="") as source:
        reader = csv.DictReader(source)
        rows = list(reader)
        names = reader.fieldnames or []
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def row_of(rows: list[dict[str, str]], code: str) -> dict[str, str]:
    return next(row for row in rows if row["code"] == code)


def set_cell(code: str, column: str, value: str) -> Callable[[list[dict[str, str]]], None]:
    return lambda rows: row_of(rows, code).update({column: value})


def set_row(number: int, column: str, value: str) -> Callable[[list[dict[str, str]]], None]:
    return lambda rows: rows[number - 2].update({column: value})


def without(code: str) -> Callable[[list[dict[str, str]]], None]:
    return lambda rows: rows.remove(row_of(rows, code))


def problems_of(store: Store, path: Path) -> list[str]:
    before = snapshot(store)
    with store.begin() as session, pytest.raises(ImportProblems) as caught:
        IMPORTERS[path.name](session, REGION, path)
    assert snapshot(store) == before
    return str(caught.value).splitlines()


BAD_CELLS = [
    ("org.csv", "xingfu-g01", "kind", "gird", "column kind: “gird” is unknown; did you mean “grid”?; known: city, "),
    ("org.csv", "xingfu-g01", "parent", "", "column parent: is empty; a grid stands below a community or village"),
    (
        "org.csv",
        "xingfu-g01",
        "parent",
        "xingfuu",
        "column parent: “xingfuu” is no code of this file; did you mean “xingfu",
    ),
    (
        "org.csv",
        "xingfu-g01",
        "parent",
        "chengxi",
        "“chengxi” is a subdistrict; a grid stands below a community or village",
    ),
    ("org.csv", "xingfu-g01", "tree", "rural", "column tree: is rural, but “xingfu” is urban"),
    ("org.csv", "xingfu-g01", "tree", "city", "column tree: “city” is unknown"),
    ("org.csv", "xingfu-g01", "name", "", "column name: is empty"),
    ("org.csv", "xingfu-g01", "name", "网\n格", "column name: holds a line break"),
    ("org.csv", "xingfu-g01", "name", "长" * 501, "column name: is longer than 500 characters"),
    ("org.csv", "xingfu-g01", "code", "幸福一格", "column code: “幸福一格” is no code"),
    ("org.csv", "xingfu-g01", "code", "", "column code: is empty"),
    ("org.csv", "xingfu-g02", "code", "xingfu-g01", "column code: “xingfu-g01” is in row "),
    ("org.csv", "xingfu", "phone", "电话", "column phone: is no telephone number"),
    ("org.csv", "fire", "jurisdiction", "state", "column jurisdiction: “state” is unknown"),
    ("org.csv", "xingfu", "parent", "xingfu-g01", "goes round in a circle: xingfu → xingfu-g01 → xingfu"),
    ("org.csv", "fujin", "parent", "fujin", "goes round in a circle: fujin → fujin"),
    ("org.csv", "chengxi", "kind", "city", "a second city; “fujin” in row 2 is the first"),
    ("org.csv", "fujin", "kind", "town", "no row is a city"),
    (
        "org.csv",
        "fire",
        "kind",
        "party_unit",
        "“fire” is a department already; a unit of another kind needs a new code",
    ),
    ("places.csv", "xingfu-xq", "kind", "block", "column kind: “block” is unknown"),
    ("places.csv", "xingfu-xq", "grid", "nowhere", "column grid: “nowhere” is no unit; import the organisation first"),
    ("places.csv", "xingfu-xq", "grid", "xingfu", "column grid: “xingfu” is a community, not a grid"),
    ("places.csv", "xingfu-xq", "grid", "fulai-g01", "column grid: “fulai-g01” belongs to “fulai”, not to “xingfu”"),
    ("places.csv", "xingfu-xq", "parent", "fire", "column parent: “fire” is a department, not a community or village"),
    ("places.csv", "xingfu-xq", "property", "fire", "column property: “fire” is a department, not a property_company"),
    ("places.csv", "xingfu-xq-1", "parent", "xingfu", "column parent: “xingfu” is no code of this file"),
    (
        "places.csv",
        "xingfu-xq-1",
        "parent",
        "xingfu-xq-2",
        "“xingfu-xq-2” is a building; a building stands in an estate",
    ),
    ("places.csv", "xingfu-xq-1", "name", "2号楼", "“2号楼” of this estate is in row 3 already"),
    ("places.csv", "xingfu-xq", "kind", "road", "“xingfu-xq” is a estate already"),
    ("people.csv", "zhangmin", "name", "", "column name: is empty"),
    ("people.csv", "zhangmin", "phone", "1380000000x", "column phone: is no telephone number"),
    ("people.csv", "zhangmin", "language", "ru", "column language: “ru” is unknown; known: zh, en"),
    ("people.csv", "zhangmin", "grid", "xingfu", "column grid: “xingfu” is no grid; did you mean “xingfu-g"),
    ("people.csv", "zhangmin", "unit", "firee", "column unit: “firee” is no unit; did you mean “fire”?"),
    ("people.csv", "zhangmin", "place", "xingfu-xq-33", "column place: “xingfu-xq-33” is no place"),
    ("people.csv", "zhangmin", "roles", "", "column roles: is empty"),
    ("people.csv", "zhangmin", "roles", "residant@xingfu-g01", "“residant” is no role; did you mean “resident”?"),
    ("people.csv", "zhangmin", "roles", "resident", "“resident”: “” is no unit"),
    ("people.csv", "zhangmin", "roles", "resident@xingfu", "“xingfu” is a community; this role is held for a grid"),
    ("people.csv", "wangfang", "code", "zhangmin", "column code: “zhangmin” is in row 2 already"),
    ("catalogue.csv", "gas_smell", "category", "danger", "column category: 'danger' is not a valid Category"),
    (
        "catalogue.csv",
        "gas_smell",
        "solve",
        "3 days",
        "column solve: “3 days” is no limit; write 30min, 24h, 7d or 5wd",
    ),
    ("catalogue.csv", "gas_smell", "public", "maybe", "column public: “maybe” is none of yes, no"),
    ("catalogue.csv", "gas_smell", "name_en", "", "column name_en: is empty"),
    (
        "catalogue.csv",
        "gas_smell",
        "department",
        "gass",
        "column department: “gass” is no department; did you mean “gas”?",
    ),
    ("catalogue.csv", "gas_smell", "assist", "fire;xingfu", "column assist: “xingfu” is no department"),
    ("catalogue.csv", "gas_smell", "assist", "gas", "column assist: “gas” leads already"),
    ("catalogue.csv", "noise_neighbour", "public", "yes", "column public: a matter of dispute is never public"),
    ("catalogue.csv", "gas_smell", "photo", "required", "column photo_reason: is empty"),
    ("catalogue.csv", "gas_smell", "name", "消防通道被占堵", "column name: “消防通道被占堵” is in row 2 already"),
]


@pytest.mark.parametrize(("file", "code", "column", "value", "message"), BAD_CELLS)
def test_a_bad_cell_is_named_and_nothing_is_changed(
    store: Store, folder: Path, file: str, code: str, column: str, value: str, message: str
) -> None:
    rewrite(folder / file, set_cell(code, column, value))

    found = problems_of(store, folder / file)

    assert any(message in problem for problem in found), found
    assert all(problem.startswith(f"{file}, row ") for problem in found)


BAD_POSTS = [
    (2, "grid", "xingfu", "column grid: “xingfu” is no grid; did you mean “xingfu-g"),
    (2, "post", "worker", "column post: “worker” is unknown"),
    (2, "a", "", "column a: is empty"),
    (2, "a", "liqian", "column a: “liqian” is nobody; import the people first; did you mean “liqiang”?"),
    (2, "b", "liqiang", "column b: is A as well"),
    (2, "a", "zhangmin", "column a: “zhangmin” has no role grid_worker_full or grid_worker_part or"),
    (2, "mentor", "nobody", "column mentor: “nobody” is nobody"),
    (2, "since", "2026-13-01", "column since: “2026-13-01” is no day; write 2026-03-01"),
    (3, "grid", "xingfu-g01", "column post: xingfu-g01/grid_worker is in row 2 already"),
]


@pytest.mark.parametrize(("number", "column", "value", "message"), BAD_POSTS)
def test_a_bad_cell_of_the_posts_is_named(
    store: Store, folder: Path, number: int, column: str, value: str, message: str
) -> None:
    rewrite(folder / "posts.csv", set_row(number, column, value))

    assert any(f"row {number}, {message}" in problem for problem in problems_of(store, folder / "posts.csv"))


HEAD = "kind,code,name,parent,tree,party_name,aliases,phone,jurisdiction"
BAD_FILES = [
    (b"", "org.csv, row 1: is no header of a comma-separated file; expected: kind,code,"),
    (b"\xef\xbb\xbf", "org.csv, row 1: is no header"),
    (HEAD.encode(), "org.csv: has no rows; an empty list would remove everything"),
    (HEAD.replace(",", ";").encode(), "org.csv, row 1: is no header of a comma-separated file"),
    (HEAD.replace("parent", "perent").encode(), "org.csv, row 1: “perent” is unknown; did you mean “parent”?"),
    (HEAD.replace(",phone", "").encode(), "org.csv, row 1, column phone: is missing"),
    (HEAD.replace("name,", "code,", 1).encode(), "org.csv, row 1, column code: is there twice"),
    (HEAD.encode() + b"\ncity,fujin,a,,,,,\n", "org.csv, row 2: has 8 cells, the header has 9"),
    (HEAD.encode() + b'\ncity,fujin,"a" b,,,,,,local\n', "org.csv, row 2: is no CSV"),
    (HEAD.encode() + b'\n\n\ncity,fujin,"\xff', "org.csv, row 4: holds bytes that are neither UTF-8 nor GB18030"),
    (b"PK\x03\x04rest", "org.csv: this is an Excel workbook; save it as “CSV UTF-8”"),
    (HEAD.encode("utf-16"), "org.csv: this is UTF-16 text; save it as “CSV UTF-8”"),
]


@pytest.mark.parametrize(("content", "message"), BAD_FILES)
def test_a_file_that_is_no_table_is_refused(store: Store, tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "org.csv").write_bytes(content)

    assert any(message in problem for problem in problems_of(store, tmp_path / "org.csv"))


def test_a_missing_file_is_refused(store: Store, tmp_path: Path) -> None:
    assert problems_of(store, tmp_path / "org.csv") == ["org.csv: cannot be read: No such file or directory"]


def test_one_damaged_spot_does_not_make_a_utf8_file_gb18030(store: Store, folder: Path) -> None:
    path = folder / "people.csv"
    path.write_bytes(path.read_bytes().replace("王芳".encode(), "王芳".encode()[:-1]))

    assert problems_of(store, path) == ["people.csv, row 3: holds bytes that are neither UTF-8 nor GB18030"]


def test_all_problems_come_at_once_in_the_order_of_the_rows(store: Store, folder: Path) -> None:
    def spoil(rows: list[dict[str, str]]) -> None:
        rows[40]["name"] = ""
        rows[3]["phone"] = "?"
        rows[3]["jurisdiction"] = ""

    rewrite(folder / "org.csv", spoil)

    assert problems_of(store, folder / "org.csv") == [
        "org.csv, row 5, column phone: is no telephone number: use digits, spaces and -",
        "org.csv, row 5, column jurisdiction: is empty",
        "org.csv, row 42, column name: is empty",
    ]


def test_rows_are_counted_as_an_editor_shows_them(store: Store, folder: Path) -> None:
    path = folder / "org.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines.insert(1, "")
    lines[4] = lines[4].replace("城西街道,", '"城西\n街道",', 1)
    lines[6] = lines[6].replace(",local", ",lokal")
    path.write_text("\n".join(lines), encoding="utf-8")

    found = problems_of(store, path)

    assert found[0].startswith("org.csv, row 5, column name: holds a line break")
    assert found[1].startswith("org.csv, row 8, column jurisdiction: “lokal” is unknown; did you mean “local”?")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_encodings_of_excel_are_told_apart(store: Store, folder: Path, encoding: str, newline: str) -> None:
    for name in IMPORTERS:
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text, encoding=encoding, newline=newline)

    before = snapshot(store)
    outcomes = import_all(store, REGION, folder, now=NOW)

    assert {(outcome.added, outcome.changed, outcome.removed) for outcome in outcomes} == {(0, 0, 0)}
    after = snapshot(store)
    assert {name for name in before if before[name] != after[name]} == {"setting"}


def test_the_demo_city_is_imported_in_full(store: Store) -> None:
    loaded = city(store)

    assert (len(loaded.units), len(loaded.places), len(loaded.matters)) == tuple(
        len(list(csv.DictReader(io.StringIO((DEMO / name).read_text(encoding="utf-8")))))
        for name in ("org.csv", "places.csv", "catalogue.csv")
    )
    assert loaded.community_of("xingfu-g01") == loaded.units["xingfu"]
    assert loaded.building("xingfu-xq", "3") == loaded.places["xingfu-xq-3"]
    assert loaded.full_name("xingfu-xq-3") == "幸福小区3号楼"
    assert not any(matter.retired for matter in loaded.matters.values())
    with store.begin() as session:
        zhang = session.scalars(select(Person).where(Person.code == "zhangmin")).one()
        assert (zhang.name, zhang.language, zhang.grid, zhang.created_at) == ("张敏", "zh", "xingfu-g01", NOW)
        assert session.get_one(Contact, (REGION, zhang.id)).phone == "13800000001"
        post = session.get_one(Post, (REGION, "xingfu-g01", PostKind.GRID_WORKER))
        assert session.get_one(Person, (REGION, post.a)).code == "liqiang"


def test_every_kind_and_role_has_its_rule() -> None:
    assert set(PARENTS) == set(UnitKind)
    assert set(HELD_FOR) == set(Role)


def test_an_import_tells_other_processes_that_the_reference_data_changed(store: Store, folder: Path) -> None:
    before = city(store).version
    rewrite(folder / "org.csv", set_cell("xingfu", "name", "新幸福社区"))

    outcome = run(store, folder / "org.csv")

    assert (outcome.added, outcome.changed, outcome.removed) == (0, 1, 0)
    assert city(store).version == before + 1
    assert city(store).units["xingfu"].name == "新幸福社区"


def test_a_known_person_keeps_the_id(store: Store, folder: Path) -> None:
    with store.begin() as session:
        known = {person.code: person.id for person in session.scalars(select(Person))}
    rewrite(folder / "people.csv", set_cell("zhangmin", "name", "张小敏"))

    run(store, folder / "people.csv")

    with store.begin() as session:
        assert {person.code: person.id for person in session.scalars(select(Person))} == known


def test_roles_and_numbers_follow_the_file(store: Store, folder: Path) -> None:
    def change(rows: list[dict[str, str]]) -> None:
        row_of(rows, "zhoumei").update(roles="grid_worker_full@xingfu-g02", phone="")
        row_of(rows, "zhangmin")["phone"] = "+86 138 0000 0099"

    rewrite(folder / "people.csv", change)
    run(store, folder / "people.csv")

    with store.begin() as session:
        mei = session.scalars(select(Person).where(Person.code == "zhoumei")).one()
        grants = session.scalars(select(RoleGrant).where(RoleGrant.person_id == mei.id)).all()
        assert [(grant.role, grant.unit) for grant in grants] == [(Role.GRID_WORKER_FULL, "xingfu-g02")]
        assert session.get(Contact, (REGION, mei.id)) is None
        zhang = session.scalars(select(Person).where(Person.code == "zhangmin")).one()
        assert session.get_one(Contact, (REGION, zhang.id)).phone == "+86 138 0000 0099"


def test_who_vanished_keeps_the_record_and_loses_the_roles(store: Store, folder: Path) -> None:
    rewrite(folder / "people.csv", without("liqiang"))
    rewrite(folder / "people.csv", without("zhangmin"))

    outcome = run(store, folder / "people.csv")

    assert outcome.kept == 2
    assert any("liqiang" in note and "xingfu-g01/grid_worker: import the posts next" in note for note in outcome.notes)
    with store.begin() as session:
        roles = select(RoleGrant.role).join(Person, Person.id == RoleGrant.person_id)
        assert session.scalars(roles.where(Person.code == "liqiang")).all() == []
        assert session.scalars(roles.where(Person.code == "zhangmin")).all() == [Role.RESIDENT]


def test_residents_who_came_by_chat_are_left_alone(store: Store, folder: Path) -> None:
    somebody = new_id()
    with store.begin() as session:
        session.add(Person(region=REGION, id=somebody, name="", language="zh", grid="xingfu-g01", created_at=NOW))
        session.flush()
        session.add(RoleGrant(region=REGION, person_id=somebody, role=Role.RESIDENT, unit="xingfu-g01"))

    assert run(store, folder / "people.csv").kept == 0

    with store.begin() as session:
        assert session.get(RoleGrant, (REGION, somebody, Role.RESIDENT, "xingfu-g01")) is not None


def test_a_unit_that_vanished_goes_unless_it_is_referred_to(store: Store, folder: Path) -> None:
    rewrite(folder / "org.csv", without("xingfu-g01-ch"))
    rewrite(folder / "org.csv", without("xingfu-g01-pg"))
    rewrite(folder / "org.csv", without("pu-school"))

    outcome = run(store, folder / "org.csv")

    units = city(store).units
    assert "xingfu-g01-ch" not in units
    assert "pu-school" in units
    assert outcome.notes == tuple(
        f"{code} {units[code].name} is still referred to and stays"
        for code in ("pu-school", "xingfu-g01-pg")
        if code in units
    )


def test_a_place_that_vanished_goes_unless_somebody_lives_there(store: Store, folder: Path) -> None:
    rewrite(folder / "places.csv", without("xingfu-xq-2"))
    rewrite(
        folder / "places.csv",
        lambda rows: [rows.remove(row) for row in rows[:] if row["code"].startswith("laoliangku")],
    )

    outcome = run(store, folder / "places.csv")

    places = city(store).places
    assert "xingfu-xq-2" not in places
    assert {code for code in places if code.startswith("laoliangku")} >= {"laoliangku-xq", "laoliangku-xq-2"}
    assert outcome.kept >= 2


def test_a_post_that_vanished_goes_and_its_grid_is_noted(store: Store, folder: Path) -> None:
    rewrite(folder / "posts.csv", lambda rows: rows.pop(0))

    outcome = run(store, folder / "posts.csv")

    assert outcome.removed == 1
    assert outcome.notes == ("xingfu-g01 has no grid worker; its matters go to the party group",)


def test_excel_may_rewrite_the_days(store: Store, folder: Path) -> None:
    rewrite(
        folder / "posts.csv",
        lambda rows: [row.update(since=row["since"].replace("-0", "/").replace("-", "/")) for row in rows],
    )

    assert run(store, folder / "posts.csv").changed == 0


def test_a_matter_with_tickets_is_retired_and_one_without_goes(store: Store, folder: Path) -> None:
    with store.begin() as session:
        reporter = session.scalars(select(Person.id).where(Person.code == "zhangmin")).one()
        session.add(a_ticket(reporter, matter="gas_smell"))
    rewrite(folder / "catalogue.csv", without("gas_smell"))
    rewrite(folder / "catalogue.csv", without("lift_danger"))

    outcome = run(store, folder / "catalogue.csv")

    assert (outcome.removed, outcome.kept) == (1, 1)
    assert city(store).matters["gas_smell"].retired
    assert "lift_danger" not in city(store).matters

    shutil.copy(DEMO / "catalogue.csv", folder / "catalogue.csv")
    run(store, folder / "catalogue.csv")

    assert not city(store).matters["gas_smell"].retired


def test_a_bad_file_of_a_folder_leaves_all_files_undone(store: Store, folder: Path) -> None:
    before = snapshot(store)
    rewrite(folder / "org.csv", set_cell("xingfu", "name", "新幸福社区"))
    rewrite(folder / "catalogue.csv", set_cell("gas_smell", "solve", "soon"))

    with pytest.raises(ImportProblems):
        import_all(store, REGION, folder, now=NOW)

    assert snapshot(store) == before


def a_ticket(reporter: str, *, matter: str) -> Ticket:
    """Only what the import looks at is filled with sense; the rest is the emptiest that the table takes."""
    blanks: dict[type, object] = {str: "", int: 0, bool: False}
    needed = [column for column in Ticket.__table__.columns if not column.nullable]
    values = {column.name: blanks.get(column.type.python_type, NOW) for column in needed}
    values |= {
        "region": REGION,
        "id": new_id(),
        "reporter_id": reporter,
        "matter": matter,
        "grid": "xingfu-g01",
        "photos": [],
    }
    return Ticket(**{**values, "status": Status.ASSIGNED, "category": Category.HAZARD})
