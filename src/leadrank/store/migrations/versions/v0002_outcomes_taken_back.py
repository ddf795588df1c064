"""An outcome without a word on how it ended takes those before it back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Let the word be missing."""
    with op.batch_alter_table("outcomes") as table:
        table.alter_column("converted", existing_type=sa.Boolean(), nullable=True)


def downgrade() -> None:
    """Forget what was taken back, and that it was."""
    op.execute(
        "DELETE FROM outcomes WHERE id <= (SELECT max(back.id) FROM outcomes AS back WHERE back.lead = outcomes.lead AND back.converted IS NULL)"
    )
    with op.batch_alter_table("outcomes") as table:
        table.alter_column("converted", existing_type=sa.Boolean(), nullable=False)
