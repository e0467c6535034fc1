"""What arrives waits in the inbox for its turn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WAITS = sa.text("handled_at IS NULL")


def upgrade() -> None:
    """Go to this release's form."""
    with op.batch_alter_table("inbox") as inbox:
        inbox.add_column(sa.Column("position", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
        inbox.add_column(sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
        inbox.add_column(sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True))
        inbox.add_column(sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False))
        inbox.add_column(sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True))
        inbox.add_column(sa.Column("files", sa.JSON(), nullable=True))
        inbox.add_column(sa.Column("album", sa.String(length=64), nullable=True))
        inbox.add_column(sa.Column("quotes", sa.String(length=64), nullable=True))
        inbox.add_column(sa.Column("problem", sa.String(), nullable=True))
    # Until now whatever was in the inbox had been handled.
    op.execute("UPDATE inbox SET handled_at = received_at")
    op.create_index("ix_inbox_heard", "inbox", ["region", "channel", "address", "received_at"])
    op.create_index("ix_inbox_waiting", "inbox", ["region", "received_at"], sqlite_where=WAITS, postgresql_where=WAITS)
    op.create_index(
        "ix_inbox_line",
        "inbox",
        ["region", "channel", "address", "position", "external_id"],
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )


def downgrade() -> None:
    """Go back to the form before."""
    for index in ("ix_inbox_line", "ix_inbox_waiting", "ix_inbox_heard"):
        op.drop_index(index, table_name="inbox")
    with op.batch_alter_table("inbox") as inbox:
        for column in (
            *("problem", "quotes", "album", "files", "handled_at"),
            *("attempts", "leased_until", "not_before", "position"),
        ):
            inbox.drop_column(column)
