"""A lost lead that came back by itself begins anew, and keeps how it ended before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """So far none came back by itself."""
    op.add_column("outcomes", sa.Column("came_back", sa.Boolean(), nullable=False, server_default=sa.text("false")))


def downgrade() -> None:
    """Take what came back for what somebody took back."""
    op.drop_column("outcomes", "came_back")
