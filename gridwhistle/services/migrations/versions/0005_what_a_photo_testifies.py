"""What a photo testifies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this release's form."""
    with op.batch_alter_table("attachment") as table:
        table.add_column(sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("latitude", sa.Double(), nullable=True))
        table.add_column(sa.Column("longitude", sa.Double(), nullable=True))


def downgrade() -> None:
    """Go back to the form before."""
    with op.batch_alter_table("attachment") as table:
        table.drop_column("longitude")
        table.drop_column("latitude")
        table.drop_column("taken_at")
