"""Which rows of a large city are still to be written, and how do they get into the store quickly?"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from gridwhistle.services.big_city.names import person_name
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.schema import (
    Account,
    Base,
    Contact,
    Person,
    Place,
    PlaceKind,
    Post,
    PostKind,
    Role,
    RoleGrant,
    Unit,
    UnitKind,
)
from gridwhistle.services.store import new_id

SINCE = date(2024, 3, 1)

# What refers comes after what it refers to.
_ORDER: tuple[type[Base], ...] = (Unit, Place, Person, Contact, RoleGrant, Post, Account)


@dataclass(kw_only=True)
class Draft:
    """Rows by table; ``write`` empties it."""

    region: str
    now: datetime
    dice: random.Random
    rows: dict[type[Base], list[dict[str, object]]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def unit(self, kind: UnitKind, code: str, name: str, parent: str, *, tree: str = "", party: str = "") -> str:
        """Add a unit; gives its code."""
        self._add(
            Unit,
            code=code,
            kind=kind,
            name=name,
            parent=parent,
            tree=tree,
            party_name=party,
            aliases=[],
            phone="",
            jurisdiction="local",
        )
        return code

    def place(self, kind: PlaceKind, code: str, name: str, grid: str, *, parent: str | None = None) -> str:
        """Add a place; gives its code."""
        self._add(Place, code=code, kind=kind, name=name, parent=parent, grid=grid, aliases=[], property_company=None)
        return code

    def person(self, *roles: tuple[Role, str], unit: str | None = None, place: str | None = None) -> str:
        """Add somebody with these roles, a number and a web chat; gives the id.

        The chat's address is ``c`` and a running number; it is the code too, which residents have not.
        """
        person_id, number = new_id(), next(self.numbers)
        is_resident = roles[0][0] is Role.RESIDENT
        self._add(
            Person,
            id=person_id,
            code=None if is_resident else f"c{number}",
            name=person_name(self.dice),
            language="zh",
            unit=unit,
            grid=roles[0][1] if unit is None else None,
            place=place,
            reachable=True,
            created_at=self.now,
        )
        # 139 and a running number: no number that demo/people.csv uses.
        self._add(Contact, person_id=person_id, phone=f"139{number:08d}")
        for role, held_for in roles:
            self._add(RoleGrant, person_id=person_id, role=role, unit=held_for)
        self._add(
            Account,
            channel=DEMO_CHANNEL,
            address=f"c{number}",
            person_id=person_id,
            blocked=False,
            last_heard_at=self.now,
        )
        return person_id

    def post(self, grid: str, post: PostKind, a: str, b: str | None) -> None:
        """Add a grid's post."""
        self._add(Post, grid=grid, post=post, a=a, b=b, mentor=None, since=SINCE)

    def write(self, session: Session) -> None:
        """Insert all rows with one statement a table, and forget them."""
        for kind in _ORDER:
            if rows := self.rows.pop(kind, []):
                session.connection().execute(insert(kind), rows)

    def _add(self, table: type[Base], /, **values: object) -> None:
        self.rows.setdefault(table, []).append({"region": self.region, **values})
