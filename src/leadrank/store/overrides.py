"""Overrides: tiers that people set, until they expire."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from leadrank.store.records import OverrideRow
from leadrank.store.rows import add, many, one
from leadrank.store.schema import overrides


def start(c: Connection, row: OverrideRow) -> int:
    """Begin an override, which ends the former one; return its number."""
    end(c, row.lead, row.at)
    return add(c, overrides, row)


def current(c: Connection, lead: str, now: datetime) -> OverrideRow | None:
    """Read the override that holds now."""
    holds = (overrides.c.lead == lead, overrides.c.ended_at.is_(None), overrides.c.expires_at > now)
    return one(c, select(overrides).where(*holds).order_by(overrides.c.id.desc()).limit(1), OverrideRow)


def end(c: Connection, lead: str, at: datetime) -> bool:
    """End what holds, also where it has expired; say whether there was any."""
    holds = (overrides.c.lead == lead, overrides.c.ended_at.is_(None))
    return c.execute(update(overrides).where(*holds).values(ended_at=at)).rowcount > 0


def overrides_of(c: Connection, lead: str) -> list[OverrideRow]:
    """Read the overrides of a lead, newest first."""
    return many(c, select(overrides).where(overrides.c.lead == lead).order_by(overrides.c.id.desc()), OverrideRow)
