"""Whether a queue may look different from a moment ago."""

from __future__ import annotations

from sqlalchemy import Connection, ScalarSelect, Table, func, select

from leadrank.store.schema import assignments, contacts, outcomes, overrides, scores, snoozes

_SHOWN = (scores, assignments, outcomes, contacts, snoozes, overrides)
_RECENT = 1000


def version(c: Connection) -> tuple[int, ...]:
    """Return numbers that grow with every change of what a queue shows."""
    return tuple(int(number) for number in c.execute(_VERSION).one())


def _newest(table: Table) -> tuple[ScalarSelect[int], ScalarSelect[int]]:
    # On PostgreSQL a row may appear after one with a higher number, when its transaction took longer; counting the last ones sees it.
    top = select(func.coalesce(func.max(table.c.id), 0)).scalar_subquery()
    return top, select(func.count()).select_from(table).where(table.c.id > top - _RECENT).scalar_subquery()


_VERSION = select(*(part for table in _SHOWN for part in _newest(table)))
"""Made once: it is asked five times a second, and to put it together takes longer than to answer it."""
