"""Corrections of matters are kept as examples."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this release's form."""
    op.create_table(
        "correction",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("understood_as", sa.String(length=64), nullable=False),
        sa.Column("matter", sa.String(length=64), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_correction")),
    )
    op.create_index("ix_correction_at", "correction", ["region", "at"], unique=False)
    op.create_index("uq_correction_ticket", "correction", ["region", "ticket_id"], unique=True)


def downgrade() -> None:
    """Go back to the form before."""
    op.drop_table("correction")
