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
