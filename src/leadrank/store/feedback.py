"""Feedback: what people think of a score."""

from __future__ import annotations

from sqlalchemy import Connection, select

from leadrank.store.records import FeedbackRow
from leadrank.store.rows import add, many
from leadrank.store.schema import feedback


def add_feedback(c: Connection, row: FeedbackRow) -> int:
    """Write one and return its number."""
    return add(c, feedback, row)


def feedback_of(c: Connection, lead: str) -> list[FeedbackRow]:
    """Read those of a lead, newest first."""
    return many(c, select(feedback).where(feedback.c.lead == lead).order_by(feedback.c.at.desc(), feedback.c.id.desc()), FeedbackRow)


def page(c: Connection, *, limit: int, before: int | None = None) -> list[FeedbackRow]:
    """Read one page of all leads' feedback, newest first; `before` is the number of the last one on the page before."""
    query = select(feedback).order_by(feedback.c.id.desc()).limit(limit)
    return many(c, query if before is None else query.where(feedback.c.id < before), FeedbackRow)
