"""Answers to requests with an Idempotency-Key: a request that comes again gets the answer it got, and does nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from leadrank.errors import ConflictError, UsageError
from leadrank.operations.allowed import is_theirs, no_lead
from leadrank.operations.desk import Desk
from leadrank.operations.who import Who
from leadrank.store import replies
from leadrank.store.leads import get_lead
from leadrank.store.records import Reply

LONGEST = 200


def claim(desk: Desk, who: Who, key: str, request: str, *, lead: str | None = None, now: datetime) -> Reply | None:
    """Return the answer that was given before; None: the request is new, and the caller's to answer.

    Parameters
    ----------
    key
        The caller's Idempotency-Key.
    request
        SHA-256 of method, path and body, and of the role: what one role was told is not told to another.
    lead
        The lead that the request is about.

    Raises
    ------
    ConflictError
        The key came with another request, or the first one is still being answered.
    NotFoundError
        The request was answered before, and the lead is not the rep's any more.
    """
    if not 1 <= len(key) <= LONGEST or not key.isprintable():
        raise UsageError(f"An Idempotency-Key has 1 to {LONGEST} printable letters.", "Send e.g. a UUID.")
    with desk.store.writing() as connection:
        found = replies.claim(connection, key, who.name, request, now)
        if found is not None and lead is not None:
            _check_still_theirs(connection, who, lead)
    if found is None:
        return None
    if found.request != request:
        raise ConflictError("This Idempotency-Key came with another request, or in another role, before.", "Make a new key for each request.")
    if found.status is None:
        raise ConflictError("The first request with this Idempotency-Key is still being answered.", "Try again in a moment.")
    return found


def answer(desk: Desk, who: Who, key: str, status: int, body: bytes) -> None:
    """Keep an answer for 24 hours."""
    with desk.store.writing() as connection:
        replies.answer(connection, key, who.name, status, body)


def release(desk: Desk, who: Who, key: str) -> None:
    """Forget a claim whose request failed, so that it can come again."""
    with desk.store.writing() as connection:
        replies.release(connection, key, who.name)


def _check_still_theirs(c: Connection, who: Who, key: str) -> None:
    row = get_lead(c, key)
    if row is None or not is_theirs(who, row):
        raise no_lead(key)
