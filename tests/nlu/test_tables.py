"""Is every row of the tables heard as it says? The tables are for reading: ``tables/*.txt``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from little_city import PLACES

from gridwhistle.dialogs.nlu.entities import entities
from gridwhistle.dialogs.nlu.persons import valid_identity
from gridwhistle.dialogs.nlu.places import Gazetteer
from gridwhistle.services.masking import mask_numbers

TABLES = Path(__file__).parent / "tables"
CHECK = next(sign for sign in "0123456789X" if valid_identity("11010119900101123" + sign.lower()))
DOOR = ("building", "unit", "room", "detail")


def rows(name: str) -> Iterator[list[str]]:
    for line in (TABLES / name).read_text(encoding="utf-8").replace("{check}", CHECK).splitlines():
        if line.strip() and not line.startswith("#"):
            yield [cell.strip() for cell in line.split("|")]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(PLACES)


@pytest.mark.parametrize("row", list(rows("places.txt")), ids=lambda row: row[0])
def test_places(gazetteer: Gazetteer, row: list[str]) -> None:
    text, place, *door = row
    expected = {name: value for name, value in zip(DOOR, door, strict=False) if value != "-"}
    mention = gazetteer.mention(text)
    if place == "-" and not expected:
        assert mention is None
        return
    assert mention is not None
    heard = {name: value for name, value in asdict(mention).items() if name in DOOR and value}
    assert heard == expected
    match place[0]:
        case "?":
            assert (mention.place, mention.rivals) == (None, (place[1:],))
        case "=":
            assert mention.place is None
            assert mention.text.startswith(place[1:])
        case "-":
            assert (mention.place, mention.rivals) == (None, ())
        case _:
            assert mention.place == place


@pytest.mark.parametrize("row", [*rows("times.txt"), *rows("numbers.txt")], ids=lambda row: row[0])
def test_times_and_numbers(row: list[str]) -> None:
    text, kind, value = row
    found = [(entity.kind.value, entity.value) for entity in entities(text)]
    of_interest = {"time", "duration", "phone", "identity", "ticket"}
    assert [pair for pair in found if pair[0] in of_interest] == ([] if kind == "-" else [(kind, value)])


@pytest.mark.parametrize(
    "row", [row for row in rows("numbers.txt") if row[1] in {"phone", "identity"}], ids=lambda row: row[0]
)
def test_numbers_of_persons_are_masked(row: list[str]) -> None:
    text, _, value = row
    masked = mask_numbers(text)
    assert "*" in masked
    assert value[-4:] not in masked


def test_the_tables_are_large_enough() -> None:
    assert sum(1 for file in TABLES.iterdir() for _ in rows(file.name)) >= 120
