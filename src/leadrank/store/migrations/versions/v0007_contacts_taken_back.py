"""A contact that takes another one back names it in a column of its own; it had no channel, and the name stood in its note."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Move the names out of the notes."""
    op.add_column("contacts", sa.Column("takes_back", NUMBER))
    op.execute("UPDATE contacts SET takes_back = CAST(note AS BIGINT), note = '' WHERE channel = ''")
    op.execute("UPDATE contacts SET channel = 'call' WHERE channel = ''")


def downgrade() -> None:
    """Move them back."""
    op.execute("UPDATE contacts SET channel = '', note = CAST(takes_back AS VARCHAR) WHERE takes_back IS NOT NULL")
    op.drop_column("contacts", "takes_back")
