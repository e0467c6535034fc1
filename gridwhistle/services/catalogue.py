"""What is an entry of the catalogue (诉求清单), and is a row of it well formed?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from gridwhistle.services.calendar import Limit
from gridwhistle.services.schema import Category, HandledBy

T = TypeVar("T")

COLUMNS = (
    "code",
    "name",
    "name_en",
    "category",
    "department",
    "assist",
    "place",
    "photo",
    "photo_reason",
    "respond",
    "solve",
    "respond_urgent",
    "solve_urgent",
    "audit",
    "public",
    "handled_by",
    "about_property",
    "steps",
    "expect",
    "expect_en",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class MatterSpec:
    """A catalogue entry: who, what, which steps, which limits (定人员、定事项、定流程、定机制)."""

    code: str
    name: str
    name_en: str
    category: Category
    department: str
    assist: tuple[str, ...]
    place: str
    """``required``, ``optional`` or ``none``."""
    photo: str
    """``required``, ``useful`` or ``none``."""
    photo_reason: str
    respond: Limit
    solve: Limit
    respond_urgent: Limit
    solve_urgent: Limit
    audit: Limit
    public: bool
    handled_by: HandledBy
    about_property: bool
    steps: tuple[str, ...]
    expect: str
    expect_en: str
    retired: bool = False
    """No longer in the catalogue; its tickets go on, but nobody can choose it any more."""

    def name_in(self, language: str) -> str:
        """The matter's name for a person of this language."""
        return self.name if language == "zh" else self.name_en

    def expect_in(self, language: str) -> str:
        """What a resident of this language may expect."""
        return self.expect if language == "zh" else self.expect_en


def parse_matter(row: Mapping[str, object]) -> MatterSpec:
    """Parse a row of texts; raises ``ValueError`` that names the column."""

    def text(column: str) -> str:
        return str(row.get(column) or "").strip()

    def required(column: str) -> str:
        if not text(column):
            raise ValueError(f"column {column} is empty")
        return text(column)

    def read(column: str, parse: Callable[[str], T]) -> T:
        try:
            return parse(required(column))
        except ValueError as error:
            raise ValueError(f"column {column}: {error}") from None

    def one_of(*allowed: str) -> Callable[[str], str]:
        def parse(value: str) -> str:
            if value not in allowed:
                raise ValueError(f"“{value}” is none of {', '.join(allowed)}")
            return value

        return parse

    return MatterSpec(
        code=required("code"),
        name=required("name"),
        name_en=required("name_en"),
        category=read("category", Category),
        department=required("department"),
        assist=tuple(part for part in text("assist").split(";") if part),
        place=read("place", one_of("required", "optional", "none")),
        photo=read("photo", one_of("required", "useful", "none")),
        photo_reason=text("photo_reason"),
        respond=read("respond", Limit.parse),
        solve=read("solve", Limit.parse),
        respond_urgent=read("respond_urgent", Limit.parse),
        solve_urgent=read("solve_urgent", Limit.parse),
        audit=read("audit", Limit.parse),
        public=read("public", one_of("yes", "no")) == "yes",
        handled_by=read("handled_by", HandledBy),
        about_property=read("about_property", one_of("yes", "no")) == "yes",
        steps=tuple(part.strip() for part in required("steps").split("；") if part.strip()),
        expect=required("expect"),
        expect_en=required("expect_en"),
        retired=text("retired") == "yes",
    )
