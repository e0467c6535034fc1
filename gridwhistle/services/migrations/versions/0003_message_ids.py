"""Sent letters keep the platform's id of their message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this release's form."""
    op.add_column("outbox", sa.Column("message_id", sa.String(length=128), nullable=True))


def downgrade() -> None:
    """Go back to the form before."""
    op.drop_column("outbox", "message_id")
