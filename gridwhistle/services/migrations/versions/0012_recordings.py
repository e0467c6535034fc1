"""What an attachment holds, and whose it is before it has a ticket."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this release's form."""
    op.add_column(
        "attachment", sa.Column("media_type", sa.String(32), nullable=False, server_default=sa.text("'image/jpeg'"))
    )
    op.create_index("ix_attachment_person", "attachment", ["region", "person_id", "ticket_id"])


def downgrade() -> None:
    """Go back to the form before."""
    op.drop_index("ix_attachment_person", "attachment")
    op.drop_column("attachment", "media_type")
