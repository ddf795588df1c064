"""A lead keeps what plans count with: its chance of a conversion, and what a contact costs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

KEPT = ("chance", "cost")


def upgrade() -> None:
    """Leave them empty: open leads without a chance are scored anew."""
    for name in KEPT:
        op.add_column("leads", sa.Column(name, sa.Float()))


def downgrade() -> None:
    """Forget them."""
    for name in reversed(KEPT):
        op.drop_column("leads", name)
