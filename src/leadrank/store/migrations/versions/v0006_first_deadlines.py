"""A lead keeps the deadline that it began with, by which its first contact is judged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from leadrank.store.moment import Moment

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Take the present deadline for it: what there was before was not kept."""
    op.add_column("leads", sa.Column("first_due_at", Moment()))
    op.execute("UPDATE leads SET first_due_at = due_at")


def downgrade() -> None:
    """Forget it."""
    op.drop_column("leads", "first_due_at")
