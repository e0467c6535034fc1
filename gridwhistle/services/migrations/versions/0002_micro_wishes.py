"""Micro-wishes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this release's form."""
    op.create_table(
        "wish",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("wisher_id", sa.String(length=32), nullable=False),
        sa.Column("by_worker", sa.Boolean(), nullable=False),
        sa.Column("whose", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("grid", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("wanted_by", sa.Date(), nullable=True),
        sa.Column("cost", sa.Integer(), nullable=True),
        sa.Column("is_minor", sa.Boolean(), nullable=False),
        sa.Column("guardian_consent", sa.Boolean(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fulfilled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["region", "wisher_id"], ["person.region", "person.id"], name=op.f("fk_wish_region_wisher_id")
        ),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_wish")),
    )
    op.create_index("ix_wish_confirmed", "wish", ["region", "confirmed_at"])
    op.create_index("ix_wish_status", "wish", ["region", "status", "told_at"])
    op.create_index("ix_wish_wisher", "wish", ["region", "wisher_id", "status"])
    op.create_index("uq_wish_region_number", "wish", ["region", "number"], unique=True)

    op.create_table(
        "wish_claim",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("wish_id", sa.String(length=32), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("for_unit", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["region", "person_id"], ["person.region", "person.id"], name=op.f("fk_wish_claim_region_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["region", "wish_id"], ["wish.region", "wish.id"], name=op.f("fk_wish_claim_region_wish_id")
        ),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_wish_claim")),
    )
    op.create_index("ix_wish_claim_person", "wish_claim", ["region", "person_id", "state"])
    op.create_index("ix_wish_claim_unit", "wish_claim", ["region", "unit", "state"])
    op.create_index("uq_wish_claim_share", "wish_claim", ["region", "wish_id", "round", "share"], unique=True)


def downgrade() -> None:
    """Go back to the form before."""
    op.drop_table("wish_claim")
    op.drop_table("wish")
