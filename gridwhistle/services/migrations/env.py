"""How do the migrations reach the store? ``Store.migrate`` hands them its open connection."""

from __future__ import annotations

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, Enum

from gridwhistle.services.schema import Base
from gridwhistle.services.schema.base import UtcTime


def render_item(kind: str, item: object, _autogen: AutogenContext) -> str | Literal[False]:
    """Write columns as the engine's own types: a migration must not change when the models do."""
    if kind == "type" and isinstance(item, UtcTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


def migrate(connection: Connection) -> None:
    """Run the migrations inside the caller's transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite cannot alter a table: Alembic copies it.
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


migrate(context.config.attributes["connection"])
