"""Outcomes: how it ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from leadrank.store.records import OutcomeRow
from leadrank.store.rows import add, many
from leadrank.store.schema import outcomes


def add_outcome(c: Connection, row: OutcomeRow) -> int:
    """Write one and return its number."""
    return add(c, outcomes, row)


def outcomes_of(c: Connection, lead: str) -> list[OutcomeRow]:
    """Read those of a lead, the last one written first: it is the one that counts, whatever day it tells of."""
    return many(c, select(outcomes).where(outcomes.c.lead == lead).order_by(outcomes.c.id.desc()), OutcomeRow)


def came_back_at(c: Connection, lead: str) -> datetime | None:
    """Read when a lead last came back by itself; None where it never did."""
    found: datetime | None = c.execute(select(func.max(outcomes.c.at)).where(outcomes.c.lead == lead, outcomes.c.came_back)).scalar_one()
    return found
