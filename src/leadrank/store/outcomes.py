"""Outcomes: how it ended."""

from __future__ import annotations

from sqlalchemy import Connection, select

from leadrank.store.records import OutcomeRow
from leadrank.store.rows import add, many
from leadrank.store.schema import outcomes


def add_outcome(c: Connection, row: OutcomeRow) -> int:
    """Write one and return its number."""
    return add(c, outcomes, row)


def outcomes_of(c: Connection, lead: str) -> list[OutcomeRow]:
    """Read those of a lead, the last one written first: it is the one that counts, whatever day it tells of."""
    return many(c, select(outcomes).where(outcomes.c.lead == lead).order_by(outcomes.c.id.desc()), OutcomeRow)
