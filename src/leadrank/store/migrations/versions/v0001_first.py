"""The first shape of the tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from leadrank.store.moment import Moment

revision = "0001"
down_revision = None

KEY = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TABLES = (
    "access", "accounts", "files", "leads", "models", "parents", "replies", "activations", "assignments", "contacts",
    "events", "feedback", "keys", "outcomes", "overrides", "scores", "sessions", "snoozes",
)


def _number() -> sa.Column[int]:
    return sa.Column("id", NUMBER, primary_key=True, autoincrement=True)


def _lead() -> sa.Column[str]:
    return sa.Column("lead", KEY, sa.ForeignKey("leads.key", ondelete="CASCADE"), nullable=False)


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "access",
        _number(), sa.Column("at", Moment(), nullable=False), sa.Column("by", sa.String(200), nullable=False),
        sa.Column("role", sa.String(20), nullable=False), sa.Column("did", sa.String(100), nullable=False),
        sa.Column("what", sa.String(300), nullable=False, server_default=""),
        sa.Column("times", sa.Integer(), nullable=False, server_default="1"), sa.Column("result", sa.String(20), nullable=False),
        sa.Column("request", sa.String(64), nullable=False, server_default=""),
    )
    op.create_index("ix_access_at", "access", ["at"])
    op.create_index("ix_access_by", "access", ["by", "at"])
    op.create_index("ix_access_what", "access", ["what", "at"])
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(200), primary_key=True), sa.Column("role", sa.String(20), nullable=False),
        sa.Column("team", sa.String(100)), sa.Column("capacity", sa.Integer()),
        sa.Column("password", sa.String(200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"), sa.Column("locked_until", Moment()),
        sa.Column("last_assigned", NUMBER, nullable=False, server_default="0"),
    )
    op.create_table(
        "files",
        sa.Column("id", sa.String(64), primary_key=True), sa.Column("by", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False), sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False), sa.Column("at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
    )
    op.create_index("ix_files_expires_at", "files", ["expires_at"])
    op.create_table(
        "leads",
        sa.Column("key", KEY, primary_key=True), sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False), sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("source", sa.String(100), nullable=False, server_default=""),
        sa.Column("do_not_call", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("do_not_email", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("status", sa.String(20), nullable=False), sa.Column("snoozed_until", Moment()),
        sa.Column("owner", sa.String(200)), sa.Column("team", sa.String(100)), sa.Column("due_at", Moment()),
        sa.Column("contacted_at", Moment()), sa.Column("model", sa.String(200), nullable=False),
        sa.Column("scored_at", Moment(), nullable=False), sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("probability_low", sa.Float(), nullable=False), sa.Column("probability_high", sa.Float(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False), sa.Column("tier", sa.String(100), nullable=False),
        sa.Column("contact", sa.Boolean(), nullable=False), sa.Column("expected_profit", sa.Float()),
        sa.Column("worth", sa.Float(), nullable=False), sa.Column("action", sa.Text(), nullable=False),
        sa.Column("due_within", sa.String(100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""), sa.Column("overridden_until", Moment()),
    )
    op.create_index("ix_leads_due_at", "leads", ["status", "due_at"])
    op.create_index("ix_leads_overridden_until", "leads", ["overridden_until"])
    op.create_index("ix_leads_owner_queue", "leads", ["status", "contact", "owner", sa.text("worth DESC"), "key"])
    op.create_index("ix_leads_queue", "leads", ["status", "contact", sa.text("worth DESC"), "key"])
    op.create_index("ix_leads_scored_at", "leads", ["status", "scored_at"])
    op.create_index("ix_leads_snoozed_until", "leads", ["snoozed_until"])
    op.create_index("ix_leads_tier_queue", "leads", ["status", "contact", "tier", sa.text("worth DESC"), "key"])
    op.create_table(
        "models",
        sa.Column("id", sa.String(200), primary_key=True), sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False), sa.Column("bundle", sa.LargeBinary(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False), sa.Column("trained_at", Moment()),
        sa.Column("added_at", Moment(), nullable=False), sa.Column("by", sa.String(200), nullable=False),
    )
    op.create_table(
        "parents",
        sa.Column("table", sa.String(200), primary_key=True), sa.Column("key", sa.String(400), primary_key=True),
        sa.Column("fields", sa.JSON(), nullable=False), sa.Column("at", Moment(), nullable=False),
    )
    op.create_table(
        "replies",
        sa.Column("key", sa.String(200), primary_key=True), sa.Column("by", sa.String(200), primary_key=True),
        sa.Column("request", sa.String(64), nullable=False), sa.Column("status", sa.Integer()),
        sa.Column("body", sa.LargeBinary()), sa.Column("at", Moment(), nullable=False),
    )
    op.create_index("ix_replies_at", "replies", ["at"])
    op.create_table(
        "activations",
        _number(), sa.Column("model", sa.String(200), sa.ForeignKey("models.id"), nullable=False),
        sa.Column("at", Moment(), nullable=False), sa.Column("by", sa.String(200), nullable=False),
        sa.Column("because", sa.Text(), nullable=False, server_default=""),
    )
    op.create_table(
        "assignments",
        _number(), _lead(), sa.Column("at", Moment(), nullable=False), sa.Column("by", sa.String(200), nullable=False),
        sa.Column("owner", sa.String(200)), sa.Column("team", sa.String(100)), sa.Column("because", sa.Text(), nullable=False),
        sa.Column("ended_at", Moment()),
    )
    op.create_index("ix_assignments_lead", "assignments", ["lead", "id"])
    op.create_index("ix_assignments_owner", "assignments", ["owner", "ended_at"])
    op.create_table(
        "contacts",
        _number(), _lead(), sa.Column("at", Moment(), nullable=False), sa.Column("by", sa.String(200), nullable=False),
        sa.Column("channel", sa.String(50), nullable=False), sa.Column("note", sa.Text(), nullable=False, server_default=""),
        sa.Column("cost", sa.Float()), sa.Column("due_at", Moment()), sa.Column("tier", sa.String(100), nullable=False),
    )
    op.create_index("ix_contacts_at", "contacts", ["at"])
    op.create_index("ix_contacts_lead", "contacts", ["lead", "at"])
    op.create_table(
        "events",
        _number(), _lead(), sa.Column("event", sa.String(200), nullable=False, unique=True),
        sa.Column("kind", sa.String(200), nullable=False), sa.Column("occurred_at", Moment(), nullable=False),
        sa.Column("known_at", Moment(), nullable=False), sa.Column("fields", sa.JSON(), nullable=False),
    )
    op.create_index("ix_events_lead", "events", ["lead", "occurred_at"])
    op.create_table(
        "feedback",
        _number(), _lead(), sa.Column("at", Moment(), nullable=False), sa.Column("by", sa.String(200), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False), sa.Column("because", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False), sa.Column("model", sa.String(200), nullable=False),
    )
    op.create_index("ix_feedback_lead", "feedback", ["lead", "at"])
    op.create_table(
        "keys",
        sa.Column("id", sa.String(32), primary_key=True), sa.Column("name", sa.String(200), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("account", sa.String(200), sa.ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False), sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False), sa.Column("revoked_at", Moment()), sa.Column("used_at", Moment()),
    )
    op.create_index("ix_keys_account", "keys", ["account"])
    op.create_table(
        "outcomes",
        _number(), _lead(), sa.Column("at", Moment(), nullable=False), sa.Column("by", sa.String(200), nullable=False),
        sa.Column("converted", sa.Boolean(), nullable=False), sa.Column("value", sa.Float()),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
    )
    op.create_index("ix_outcomes_at", "outcomes", ["at"])
    op.create_index("ix_outcomes_lead", "outcomes", ["lead", "at"])
    op.create_table(
        "overrides",
        _number(), _lead(), sa.Column("at", Moment(), nullable=False), sa.Column("by", sa.String(200), nullable=False),
        sa.Column("tier", sa.String(100), nullable=False), sa.Column("because", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False), sa.Column("ended_at", Moment()),
    )
    op.create_index("ix_overrides_expires_at", "overrides", ["ended_at", "expires_at"])
    op.create_index("ix_overrides_lead", "overrides", ["lead", "ended_at"])
    op.create_table(
        "scores",
        _number(), _lead(), sa.Column("at", Moment(), nullable=False), sa.Column("model", sa.String(200), nullable=False),
        sa.Column("inputs", sa.String(64), nullable=False), sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("probability_low", sa.Float(), nullable=False), sa.Column("probability_high", sa.Float(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False), sa.Column("tier", sa.String(100), nullable=False),
        sa.Column("contact", sa.Boolean(), nullable=False), sa.Column("expected_profit", sa.Float()),
        sa.Column("reasons", sa.JSON(), nullable=False), sa.Column("cause", sa.String(20), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
    )
    op.create_index("ix_scores_at", "scores", ["at"])
    op.create_index("ix_scores_lead", "scores", ["lead", "id"])
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(200), sa.ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False), sa.Column("created_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False), sa.Column("expires_at", Moment(), nullable=False),
    )
    op.create_index("ix_sessions_account", "sessions", ["account"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "snoozes",
        _number(), _lead(), sa.Column("at", Moment(), nullable=False), sa.Column("by", sa.String(200), nullable=False),
        sa.Column("until", Moment(), nullable=False), sa.Column("because", sa.Text(), nullable=False, server_default=""),
    )
    op.create_index("ix_snoozes_lead", "snoozes", ["lead", "at"])


def downgrade() -> None:
    """Take them away."""
    for table in reversed(TABLES):
        op.drop_table(table)
