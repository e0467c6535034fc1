"""Claimed timers are held by their transaction, and found by their time alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this release's form; what was claimed at that moment is free again."""
    op.drop_index("ix_timer_due", "timer")
    with op.batch_alter_table("timer") as timer:
        timer.drop_column("leased_until")
        timer.add_column(sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE timer SET attempts = 0")
    op.create_index("ix_timer_due", "timer", ["region", "due_at", "id"])
    op.create_index("ix_timer_retry", "timer", ["region", "retry_at"])


def downgrade() -> None:
    """Go back to the form before."""
    op.drop_index("ix_timer_retry", "timer")
    op.drop_index("ix_timer_due", "timer")
    with op.batch_alter_table("timer") as timer:
        timer.drop_column("retry_at")
        timer.add_column(sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_timer_due", "timer", ["due_at"])
