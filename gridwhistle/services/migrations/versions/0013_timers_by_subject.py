"""A timer is kept under what it is about, and a letter's card only where there is one: fewer indexes to write."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FAILED = sa.text("retry_at IS NOT NULL")
HAS_CARD = sa.text("card IS NOT NULL")


def upgrade() -> None:
    """Go to this release's form."""
    for index in ("uq_timer_region_key", "ix_timer_due", "ix_timer_retry", "ix_timer_subject"):
        op.drop_index(index, "timer")
    op.add_column("timer", sa.Column("part", sa.String(length=64), nullable=True))
    # The key was job:subject:part.
    op.execute("UPDATE timer SET part = substr(key, length(job) + length(subject_id) + 3)")
    with op.batch_alter_table("timer") as timer:
        timer.alter_column("part", existing_type=sa.String(length=64), nullable=False)
        timer.drop_constraint("pk_timer", type_="primary")
        timer.drop_column("id")
        timer.drop_column("key")
        timer.create_primary_key("pk_timer", ["region", "subject_id", "job", "part"])
    op.create_index("ix_timer_due", "timer", ["region", "due_at"])
    op.create_index("ix_timer_retry", "timer", ["region", "retry_at"], sqlite_where=FAILED, postgresql_where=FAILED)
    op.drop_index("ix_outbox_card", "outbox")
    op.create_index(
        "ix_outbox_card", "outbox", ["region", "person_id", "card"], sqlite_where=HAS_CARD, postgresql_where=HAS_CARD
    )


def downgrade() -> None:
    """Go back to the form before; the ids of timers are new ones."""
    op.drop_index("ix_outbox_card", "outbox")
    op.create_index("ix_outbox_card", "outbox", ["region", "person_id", "card"])
    for index in ("ix_timer_retry", "ix_timer_due"):
        op.drop_index(index, "timer")
    op.add_column("timer", sa.Column("id", sa.String(length=32), nullable=True))
    op.add_column("timer", sa.Column("key", sa.String(length=160), nullable=True))
    hexadecimal = "lower(hex(randomblob(16)))" if op.get_bind().dialect.name == "sqlite" else "md5(random()::text)"
    op.execute(f"UPDATE timer SET id = {hexadecimal}, key = job || ':' || subject_id || ':' || part")  # noqa: S608 (our own words)
    with op.batch_alter_table("timer") as timer:
        timer.alter_column("id", existing_type=sa.String(length=32), nullable=False)
        timer.alter_column("key", existing_type=sa.String(length=160), nullable=False)
        timer.drop_constraint("pk_timer", type_="primary")
        timer.drop_column("part")
        timer.create_primary_key("pk_timer", ["region", "id"])
    op.create_index("uq_timer_region_key", "timer", ["region", "key"], unique=True)
    op.create_index("ix_timer_due", "timer", ["region", "due_at", "id"])
    op.create_index("ix_timer_retry", "timer", ["region", "retry_at"])
    op.create_index("ix_timer_subject", "timer", ["region", "subject_id"])
