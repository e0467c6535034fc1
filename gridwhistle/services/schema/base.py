"""What do all tables share?

Every key starts with the region (county), so that the store can later be spread by region without a change of code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import ClassVar, TypeAlias, Union

from sqlalchemy import JSON, DateTime, Dialect, Enum, MetaData, String, Table, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Json: TypeAlias = Union[bool, int, float, str, Sequence["Json"], Mapping[str, "Json"], None]  # noqa: UP007 (recursive)
JsonObject: TypeAlias = Mapping[str, Json]


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC; a naive one is refused at the door."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """To UTC; SQLite gets it without a zone because its text form has none."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone reached the store")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Always aware, whichever engine answers."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All mapped classes."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: UtcTime(),
        JsonObject: JSON(),
        list[str]: JSON(),
        str: String(),
        # Readable stored values, in a plain text column: a new member needs no migration.
        StrEnum: Enum(
            StrEnum, native_enum=False, length=32, values_callable=lambda kind: [member.value for member in kind]
        ),
    }


def table_of(model: type[Base]) -> Table:
    """The table of a mapped class, for the Core statements of the rows that every turn writes."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is mapped to no table")
    return table


class Regional(Base):
    """A table whose key starts with the region."""

    __abstract__ = True

    region: Mapped[str] = mapped_column(String(32), primary_key=True, sort_order=-2)


class Identified(Regional):
    """A regional row with a UUIDv7 (32 hexadecimal digits, so that both engines compare them alike)."""

    __abstract__ = True

    id: Mapped[str] = mapped_column(String(32), primary_key=True, sort_order=-1)
