"""Numbers for buttons, access tokens and uploaded files of platforms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this release's form."""
    op.add_column("outbox", sa.Column("first_number", sa.Integer(), nullable=True))
    op.create_table(
        "access_token",
        sa.Column("region", sa.String(32), primary_key=True),
        sa.Column("channel", sa.String(32), primary_key=True),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.String(32), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_table(
        "uploaded_file",
        sa.Column("region", sa.String(32), primary_key=True),
        sa.Column("channel", sa.String(32), primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("media_id", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Go back to the form before."""
    op.drop_table("uploaded_file")
    op.drop_table("access_token")
    op.drop_column("outbox", "first_number")
