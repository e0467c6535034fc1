"""A letter tells what its question asks for that a telephone can give with one press."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this release's form."""
    op.add_column("outbox", sa.Column("wants", sa.String(length=16), nullable=True))


def downgrade() -> None:
    """Go back to the form before."""
    op.drop_column("outbox", "wants")
