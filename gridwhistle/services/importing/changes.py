"""What did an import change, and how are the rows of a table brought to what a file says?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from gridwhistle.services.schema import Base

Mapped = TypeVar("Mapped", bound=Base)


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """The outcome of one file; ``notes`` are sentences for the administrator."""

    file: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    kept: int = 0
    """Rows that vanished from the file but are still needed."""
    notes: tuple[str, ...] = ()


class Changes:
    """Counts while rows are inserted and updated; reads all rows once, so that a city needs few statements."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.added = self.changed = self.unchanged = 0

    def put(self, row: Mapped | None, kind: type[Mapped], key: Mapping[str, str], values: Mapping[str, object]) -> None:
        """Insert a row of this key with these values, or give the row that is there the values that differ."""
        if row is None:
            self._session.add(kind(**key, **values))
            self.added += 1
            return
        different = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in different.items():
            setattr(row, name, value)
        if different:
            self.changed += 1
        else:
            self.unchanged += 1


def referred(session: Session, *columns: Select[str] | Select[str | None]) -> set[str]:
    """Collect all codes that these one-column queries name."""
    return {code for query in columns for code in session.scalars(query.distinct()) if code}


def rows_of(session: Session, kind: type[Mapped], region: str, *narrowed: ColumnElement[bool]) -> Iterable[Mapped]:
    """Give all rows of a region's table, or those that the conditions leave."""
    return session.scalars(select(kind).filter_by(region=region).where(*narrowed))
