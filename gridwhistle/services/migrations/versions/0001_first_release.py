"""All tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: PLR0915 (a list of tables)
    """Create all tables."""
    op.create_table(
        "absence",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_person", "absence", ["region", "person_id", "until"])

    op.create_table(
        "attachment",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=True),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_attachment")),
    )
    op.create_index("ix_attachment_ticket", "attachment", ["region", "ticket_id"])

    op.create_table(
        "conversation",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=128), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("region", "channel", "address", name=op.f("pk_conversation")),
    )
    op.create_table(
        "counter",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=96), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("region", "key", name=op.f("pk_counter")),
    )
    op.create_table(
        "event",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(length=32), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("region", "subject_id", "seq", name=op.f("pk_event")),
    )
    op.create_index("ix_event_at", "event", ["region", "at"])

    op.create_table(
        "human_talk",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("coordinator_id", sa.String(length=32), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_human_talk")),
    )
    op.create_index("ix_human_talk_coordinator", "human_talk", ["region", "coordinator_id", "ended_at"])
    op.create_index("ix_human_talk_resident", "human_talk", ["region", "resident_id", "ended_at"])

    op.create_table(
        "inbox",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=128), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("region", "channel", "address", "external_id", name=op.f("pk_inbox")),
    )
    op.create_table(
        "matter",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("region", "code", name=op.f("pk_matter")),
    )
    op.create_table(
        "outbox",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=128), nullable=False),
        sa.Column("text_key", sa.String(length=96), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("buttons", sa.JSON(), nullable=True),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("card", sa.String(length=96), nullable=True),
        sa.Column("reply", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_address", "outbox", ["region", "channel", "address", "id"])
    op.create_index("ix_outbox_card", "outbox", ["region", "person_id", "card"])
    op.create_index("ix_outbox_due", "outbox", ["state", "not_before"])
    op.create_index("uq_outbox_region_key", "outbox", ["region", "key"], unique=True)

    op.create_table(
        "person",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=True),
        sa.Column("grid", sa.String(length=64), nullable=True),
        sa.Column("place", sa.String(length=64), nullable=True),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_person")),
    )
    op.create_index("ix_person_grid", "person", ["grid"])
    op.create_index("uq_person_region_code", "person", ["region", "code"], unique=True)

    op.create_table(
        "region",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    op.create_table(
        "reveal",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("viewer_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_reveal")),
    )
    op.create_index("ix_reveal_person_id", "reveal", ["person_id"])

    op.create_table(
        "setting",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("region", "key", name=op.f("pk_setting")),
    )
    op.create_table(
        "timer",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("job", sa.String(length=48), nullable=False),
        sa.Column("subject_id", sa.String(length=160), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_timer")),
    )
    op.create_index("ix_timer_due", "timer", ["due_at"])
    op.create_index("ix_timer_subject", "timer", ["region", "subject_id"])
    op.create_index("uq_timer_region_key", "timer", ["region", "key"], unique=True)

    op.create_table(
        "unit",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=True),
        sa.Column("tree", sa.String(), nullable=False),
        sa.Column("party_name", sa.String(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("jurisdiction", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region", "parent"],
            ["unit.region", "unit.code"],
            name=op.f("fk_unit_region_parent"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("region", "code", name=op.f("pk_unit")),
    )
    op.create_index("ix_unit_parent", "unit", ["parent"])

    op.create_table(
        "account",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=128), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("last_heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["region", "person_id"], ["person.region", "person.id"], name=op.f("fk_account_region_person_id")
        ),
        sa.PrimaryKeyConstraint("region", "channel", "address", name=op.f("pk_account")),
    )
    op.create_index("ix_account_person", "account", ["region", "person_id"])

    op.create_table(
        "contact",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region", "person_id"], ["person.region", "person.id"], name=op.f("fk_contact_region_person_id")
        ),
        sa.PrimaryKeyConstraint("region", "person_id", name=op.f("pk_contact")),
    )
    op.create_table(
        "invite",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["region", "person_id"], ["person.region", "person.id"], name=op.f("fk_invite_region_person_id")
        ),
        sa.PrimaryKeyConstraint("region", "code", name=op.f("pk_invite")),
    )
    op.create_table(
        "place",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=True),
        sa.Column("grid", sa.String(length=64), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("property_company", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["region", "grid"], ["unit.region", "unit.code"], name=op.f("fk_place_region_grid")),
        sa.ForeignKeyConstraint(
            ["region", "parent"],
            ["place.region", "place.code"],
            name=op.f("fk_place_region_parent"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("region", "code", name=op.f("pk_place")),
    )
    op.create_index("ix_place_grid", "place", ["grid"])
    op.create_index("ix_place_parent", "place", ["parent"])

    op.create_table(
        "post",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("grid", sa.String(length=64), nullable=False),
        sa.Column("post", sa.String(length=32), nullable=False),
        sa.Column("a", sa.String(length=32), nullable=False),
        sa.Column("b", sa.String(length=32), nullable=True),
        sa.Column("mentor", sa.String(length=32), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["region", "grid"], ["unit.region", "unit.code"], name=op.f("fk_post_region_grid")),
        sa.PrimaryKeyConstraint("region", "grid", "post", name=op.f("pk_post")),
    )
    op.create_index("ix_post_a", "post", ["a"])
    op.create_index("ix_post_b", "post", ["b"])

    op.create_table(
        "role_grant",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["region", "person_id"], ["person.region", "person.id"], name=op.f("fk_role_grant_region_person_id")
        ),
        sa.PrimaryKeyConstraint("region", "person_id", "role", "unit", name=op.f("pk_role_grant")),
    )
    op.create_index("ix_role_grant_unit", "role_grant", ["region", "unit", "role"])

    op.create_table(
        "ticket",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("matter", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("grid", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=True),
        sa.Column("place_public", sa.String(), nullable=False),
        sa.Column("place_work", sa.String(), nullable=False),
        sa.Column("place_exact", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("reporter_id", sa.String(length=32), nullable=False),
        sa.Column("from_patrol", sa.Boolean(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("about_property", sa.Boolean(), nullable=False),
        sa.Column("handler_id", sa.String(length=32), nullable=False),
        sa.Column("ladder", sa.Integer(), nullable=False),
        sa.Column("rework", sa.Integer(), nullable=False),
        sa.Column("urges", sa.Integer(), nullable=False),
        sa.Column("escalation", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("respond_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("solve_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolver_id", sa.String(length=32), nullable=True),
        sa.Column("audited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("merged_into", sa.String(length=32), nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["region", "reporter_id"], ["person.region", "person.id"], name=op.f("fk_ticket_region_reporter_id")
        ),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_ticket")),
    )
    op.create_index("ix_ticket_grid_matter", "ticket", ["region", "grid", "matter", "status"])
    op.create_index("ix_ticket_handler", "ticket", ["region", "handler_id", "status"])
    op.create_index("ix_ticket_reporter", "ticket", ["region", "reporter_id", "status"])
    op.create_index("ix_ticket_status", "ticket", ["region", "status", "opened_at"])
    op.create_index("uq_ticket_region_number", "ticket", ["region", "number"], unique=True)

    op.create_table(
        "audit",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("auditor_id", sa.String(length=32), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["region", "ticket_id"], ["ticket.region", "ticket.id"], name=op.f("fk_audit_region_ticket_id")
        ),
        sa.PrimaryKeyConstraint("region", "ticket_id", "round", name=op.f("pk_audit")),
    )
    op.create_table(
        "follow_up",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        sa.Column("arrival", sa.String(length=32), nullable=True),
        sa.Column("solved", sa.String(length=16), nullable=True),
        sa.Column("satisfaction", sa.String(length=16), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("may_contact", sa.Boolean(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region", "ticket_id"], ["ticket.region", "ticket.id"], name=op.f("fk_follow_up_region_ticket_id")
        ),
        sa.PrimaryKeyConstraint("region", "ticket_id", "person_id", "round", name=op.f("pk_follow_up")),
    )
    op.create_index("ix_follow_up_state", "follow_up", ["region", "state", "asked_at"])

    op.create_table(
        "voice",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["region", "ticket_id"], ["ticket.region", "ticket.id"], name=op.f("fk_voice_region_ticket_id")
        ),
        sa.PrimaryKeyConstraint("region", "ticket_id", "person_id", name=op.f("pk_voice")),
    )
    op.create_index("ix_voice_person", "voice", ["region", "person_id"])

    op.create_table(
        "whistle",
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("department", sa.String(length=64), nullable=False),
        sa.Column("assisting", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("blown_by", sa.String(length=32), nullable=True),
        sa.Column("blown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clerk_id", sa.String(length=32), nullable=True),
        sa.Column("sign_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrive_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("witness_id", sa.String(length=32), nullable=True),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disputes", sa.Integer(), nullable=False),
        sa.Column("proposed", sa.String(length=64), nullable=True),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region", "ticket_id"], ["ticket.region", "ticket.id"], name=op.f("fk_whistle_region_ticket_id")
        ),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_whistle")),
    )
    op.create_index("ix_whistle_department", "whistle", ["region", "department", "state"])
    op.create_index("ix_whistle_ticket", "whistle", ["region", "ticket_id"])


def downgrade() -> None:
    """Go back to an empty store."""
    for table in (
        "whistle",
        "voice",
        "follow_up",
        "audit",
        "ticket",
        "role_grant",
        "post",
        "place",
        "invite",
        "contact",
        "account",
        "unit",
        "timer",
        "setting",
        "reveal",
        "region",
        "person",
        "outbox",
        "matter",
        "inbox",
        "human_talk",
        "event",
        "counter",
        "conversation",
        "attachment",
        "absence",
    ):
        op.drop_table(table)
