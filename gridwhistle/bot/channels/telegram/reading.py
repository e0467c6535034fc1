"""How are the fields of an update read, so that an odd one is a missing one and no crash?"""

from __future__ import annotations

from gridwhistle.services.schema import Json, JsonObject

NOTHING: JsonObject = {}


def part(of: JsonObject, *path: str) -> JsonObject:
    """The object at the end of a path; an empty one where there is none."""
    for name in path:
        inner = of.get(name)
        if not isinstance(inner, dict):
            return NOTHING
        of = inner
    return of


def parts(of: JsonObject, name: str) -> list[JsonObject]:
    """The objects of a list; an empty one where there is no list."""
    found = of.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def words(of: JsonObject, name: str) -> str:
    """A text; empty where there is none."""
    found = of.get(name)
    return found if isinstance(found, str) else ""


def number(of: JsonObject, name: str) -> int | None:
    """A whole number."""
    found: Json = of.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def degrees(of: JsonObject, name: str) -> float | None:
    """A latitude or longitude."""
    found = of.get(name)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None
