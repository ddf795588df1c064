"""Every score that a lead ever had."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, insert, select

from leadrank.store.records import ScoreRow
from leadrank.store.rows import many, one, values_of
from leadrank.store.schema import scores


def add_scores(c: Connection, rows: Iterable[ScoreRow]) -> None:
    """Write scores."""
    values = [values_of(row) for row in rows]
    if values:
        c.execute(insert(scores), values)


def history(c: Connection, lead: str) -> list[ScoreRow]:
    """Read the scores of a lead, newest first."""
    return many(c, _newest_first(lead), ScoreRow)


def latest(c: Connection, lead: str) -> ScoreRow | None:
    """Read the last score of a lead."""
    return one(c, _newest_first(lead).limit(1), ScoreRow)


def _newest_first(lead: str) -> Select[Any]:
    return select(scores).where(scores.c.lead == lead).order_by(scores.c.id.desc())
