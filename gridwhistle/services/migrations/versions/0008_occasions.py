"""Regular jobs run once over all processes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this release's form."""
    op.create_table(
        "occasion",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("job", sa.String(length=48), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("region", "job", "at", name=op.f("pk_occasion")),
    )


def downgrade() -> None:
    """Go back to the form before."""
    op.drop_table("occasion")
