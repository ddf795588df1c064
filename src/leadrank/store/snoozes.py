"""Snoozes: leads that were put aside for a while."""

from __future__ import annotations

from sqlalchemy import Connection, select

from leadrank.store.records import SnoozeRow
from leadrank.store.rows import add, many
from leadrank.store.schema import snoozes


def add_snooze(c: Connection, row: SnoozeRow) -> int:
    """Write one and return its number."""
    return add(c, snoozes, row)


def snoozes_of(c: Connection, lead: str) -> list[SnoozeRow]:
    """Read those of a lead, newest first."""
    return many(c, select(snoozes).where(snoozes.c.lead == lead).order_by(snoozes.c.at.desc(), snoozes.c.id.desc()), SnoozeRow)
