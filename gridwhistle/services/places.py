"""In which grid does it lie, and how is a place told to whom?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gridwhistle.services.reference import City
from gridwhistle.services.schema import JsonObject

PUBLIC = re.compile(
    r"[\u4e00-\u9fff]{2,8}?(?:小区|家园|花园|家属院|大街|胡同|市场|公园|广场|学校|小学|中学|医院|车站|[路街巷村屯桥])"
)
"""What looks like the name of a public place inside somebody's own words."""
_TOLD = re.compile(
    r"(?:(?P<building>[0-9A-Za-z]{1,4})(?:号楼|座))?(?:(?P<unit>[0-9A-Za-z]{1,3})单元)?"
    r"(?:(?P<room>[0-9A-Za-z-]{1,6})室)?(?P<detail>.*)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Location:
    """Where a matter is. ``place`` is a code of the city's places; ``text`` the reporter's own words for it."""

    place: str | None = None
    building: str | None = None
    unit: str | None = None
    room: str | None = None
    detail: str = ""
    text: str = ""

    def dump(self) -> JsonObject:
        """As JSON."""
        return {
            "place": self.place,
            "building": self.building,
            "unit": self.unit,
            "room": self.room,
            "detail": self.detail,
            "text": self.text,
        }

    @classmethod
    def load(cls, value: object) -> Location:
        """From JSON; raises ``ValueError`` for anything that is no location."""
        if not isinstance(value, dict) or not set(value) <= {"place", "building", "unit", "room", "detail", "text"}:
            raise ValueError("no location")
        texts = {name: part for name, part in value.items() if part is not None}
        if not all(isinstance(part, str) for part in texts.values()):
            raise ValueError("no location")
        return cls(**texts)


def grid_of(city: City, where: Location) -> str | None:
    """The grid of a location: that of the building, else that of the place; ``None`` where the city knows neither."""
    if where.place is None or where.place not in city.places:
        return None
    if where.building is not None:
        building = city.building(where.place, where.building)
        if building is not None:
            return building.grid
    return city.places[where.place].grid


def at_home(city: City, where: Location, home: str | None) -> Location:
    """Fill in the estate of a bare “3号楼” from where the person lives, if that estate has such a building."""
    if where.place is not None or where.building is None or home is None or home not in city.places:
        return where
    estate = city.places[home].parent or home
    if city.building(estate, where.building) is None:
        return where
    return Location(
        place=estate,
        building=where.building,
        unit=where.unit,
        room=where.room,
        detail=where.detail,
        text=where.text,
    )


def public_name(city: City, where: Location) -> str:
    """Street level: the estate, road, landmark or hamlet alone; for an unknown place what looks like such a name."""
    if where.place in city.units:
        return city.units[where.place].name
    if where.place in city.places:
        info = city.places[where.place]
        return city.places[info.parent].name if info.parent else info.name
    return _public_part(where)


def work_name(city: City, where: Location) -> str:
    """Building and unit, no door: for property companies and departments."""
    return _name(city, where, door=False)


def exact_name(city: City, where: Location) -> str:
    """Everything that was said, for the reporter and the city's own staff."""
    return _name(city, where, door=True)


def read_again(city: City, place: str | None, exact: str) -> Location:
    """The location that ``exact_name`` has told: for a matter that is back at the same spot."""
    if place is None or place not in city.places:
        return Location(text=exact)
    found = _TOLD.fullmatch(exact.removeprefix(city.full_name(place)))
    parts = found.groupdict() if found else {}
    return Location(
        place=place,
        building=parts.get("building"),
        unit=parts.get("unit"),
        room=parts.get("room"),
        detail=parts.get("detail") or "",
        text=exact,
    )


def _name(city: City, where: Location, *, door: bool) -> str:
    if where.place in city.units:
        parts = [city.units[where.place].name]
    elif where.place in city.places:
        parts = [city.full_name(where.place)]
    else:
        return where.text if door else _public_part(where)
    if where.building:
        parts.append(f"{where.building}号楼" if where.building.isdigit() else f"{where.building}座")
    if where.unit:
        parts.append(f"{where.unit}单元")
    if where.room and door:
        parts.append(f"{where.room}室")
    if where.detail:
        parts.append(where.detail)
    return "".join(parts)


def _public_part(where: Location) -> str:
    """Of the words for an unknown place only what names a road, an estate and the like."""
    found = PUBLIC.search(where.text)
    return found[0] if found else ""
