"""Replies: the answer that a repeated request gets again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, select, update

from leadrank.store.records import Reply
from leadrank.store.rows import new_ones, one
from leadrank.store.schema import replies

PATIENCE = timedelta(minutes=1)
"""A request that has no answer after this long died with its process; whoever repeats it may do it."""


def claim(c: Connection, key: str, by: str, request: str, at: datetime) -> Reply | None:
    """Claim an idempotency key: of all who ask at once one gets None, and does the work.

    Returns
    -------
    Reply
        What was answered before (or is at work, without a status); its `request` says whether it was the same one.
    """
    while not new_ones(c, replies, [Reply(key=key, by=by, request=request, at=at)], replies.c.key):
        if _taken_over(c, key, by, request, at):
            return None
        found = one(c, select(replies).where(*_this(key, by)), Reply)
        if found is not None:
            return found
    return None


def answer(c: Connection, key: str, by: str, status: int, body: bytes) -> None:
    """Keep what was answered."""
    c.execute(update(replies).where(*_this(key, by)).values(status=status, body=body))


def release(c: Connection, key: str, by: str) -> None:
    """Give a claim back that was not answered, so that the request may be repeated."""
    c.execute(delete(replies).where(*_this(key, by), replies.c.status.is_(None)))


def _taken_over(c: Connection, key: str, by: str, request: str, at: datetime) -> bool:
    dead = (replies.c.request == request, replies.c.status.is_(None), replies.c.at < at - PATIENCE)
    return c.execute(update(replies).where(*_this(key, by), *dead).values(at=at)).rowcount > 0


def _this(key: str, by: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return replies.c.key == key, replies.c.by == by
