"""Letters go out by lanes, at their platforms' pace, and remember doubtful sends."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UNSENT = sa.text("state IN ('waiting', 'sending')")
STRANDED = sa.text("state IN ('dead', 'doubtful')")


def upgrade() -> None:
    """Go to this release's form; letters that wait go on waiting, in lanes."""
    op.create_table(
        "lane",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=128), nullable=False),
        sa.Column("priority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("head_id", sa.String(length=32), nullable=False),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("region", "channel", "address", "priority", name=op.f("pk_lane")),
    )
    op.create_index("ix_lane_due", "lane", ["region", "channel", "priority", "due_at"])
    op.create_table(
        "pace",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=128), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sends", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("region", "channel", "address", name=op.f("pk_pace")),
    )
    op.drop_index("ix_outbox_due", "outbox")
    with op.batch_alter_table("outbox") as outbox:
        # Defaults for the rows that are there; the models write every column themselves.
        outbox.add_column(sa.Column("once", sa.Boolean(), nullable=False, server_default=sa.false()))
        outbox.add_column(sa.Column("matters", sa.Boolean(), nullable=False, server_default=sa.false()))
        outbox.add_column(sa.Column("called_at", sa.DateTime(timezone=True), nullable=True))
        outbox.add_column(sa.Column("doubts", sa.Integer(), nullable=False, server_default=sa.text("0")))
        outbox.drop_column("leased_until")
    op.create_index(
        "ix_outbox_unsent",
        "outbox",
        ["region", "channel", "address", "priority", "id"],
        sqlite_where=UNSENT,
        postgresql_where=UNSENT,
    )
    op.create_index("ix_outbox_stranded", "outbox", ["region", "id"], sqlite_where=STRANDED, postgresql_where=STRANDED)
    op.execute(
        "INSERT INTO lane (region, channel, address, priority, due_at, head_id, lease)"
        " SELECT region, channel, address, priority, min(not_before), min(id), NULL FROM outbox"
        " WHERE state IN ('waiting', 'sending') GROUP BY region, channel, address, priority"
    )


def downgrade() -> None:
    """Go back to the form before."""
    op.drop_index("ix_outbox_stranded", "outbox")
    op.drop_index("ix_outbox_unsent", "outbox")
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True))
        for name in ("doubts", "called_at", "matters", "once"):
            outbox.drop_column(name)
    op.create_index("ix_outbox_due", "outbox", ["state", "not_before"])
    op.drop_table("pace")
    op.drop_table("lane")
