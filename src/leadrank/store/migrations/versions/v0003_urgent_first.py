"""The queue's indexes tell by when a lead is to be contacted, whether it was, and when it came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

QUEUES = {"ix_leads_queue": [], "ix_leads_owner_queue": ["owner"], "ix_leads_tier_queue": ["tier"]}


def upgrade() -> None:
    """Make them longer."""
    _make("due_at", "contacted_at", "created_at")


def downgrade() -> None:
    """Make them as they were."""
    _make()


def _make(*more: str) -> None:
    for name, whose in QUEUES.items():
        op.drop_index(name, "leads")
        op.create_index(name, "leads", ["status", "contact", *whose, sa.text("worth DESC"), "key", *more])
