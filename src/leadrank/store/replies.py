"""Replies: the answer that a repeated request gets again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, update

from leadrank.store.records import Reply
from leadrank.store.rows import new_ones, one
from leadrank.store.schema import replies


def claim(c: Connection, key: str, by: str, request: str, at: datetime) -> Reply | None:
    """Claim an idempotency key: of all who ask at once one gets None, and does the work in the same transaction; the others wait for its end.

    Returns
    -------
    Reply
        What was answered before; its `request` says whether it was the same one.
    """
    while not new_ones(c, replies, [Reply(key=key, by=by, request=request, at=at)], replies.c.key):
        found = one(c, select(replies).where(*_this(key, by)), Reply)
        # Without a status it is of a Leadrank that kept claims and answers apart, and died in between.
        if found is not None:
            return None if found.status is None else found
    return None


def answer(c: Connection, key: str, by: str, status: int, body: bytes) -> None:
    """Keep what was answered."""
    c.execute(update(replies).where(*_this(key, by)).values(status=status, body=body))


def release(c: Connection, key: str, by: str) -> None:
    """Give a claim back that was not answered, so that the request may be repeated."""
    c.execute(delete(replies).where(*_this(key, by), replies.c.status.is_(None)))


def _this(key: str, by: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return replies.c.key == key, replies.c.by == by
