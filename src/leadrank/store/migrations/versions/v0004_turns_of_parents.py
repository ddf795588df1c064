"""Each row of a parent table counts how often it said something new, so that who keeps them in memory sees at once whether they are others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Begin to count."""
    op.add_column("parents", sa.Column("turn", sa.Integer, nullable=False, server_default="1"))


def downgrade() -> None:
    """Count no more."""
    op.drop_column("parents", "turn")
