"""Answers to requests with an Idempotency-Key: a request that comes again gets the answer it got, and does nothing."""

from __future__ import annotations

from datetime import datetime

from leadrank.operations.desk import Desk
from leadrank.operations.who import Who
from leadrank.store.replies import Reply


def claim(desk: Desk, who: Who, key: str, request: str, *, now: datetime) -> Reply | None:
    """Return the answer that was given before; None: the request is new, and the caller's to answer.

    Parameters
    ----------
    key
        The caller's Idempotency-Key.
    request
        SHA-256 of method, path and body.

    Raises
    ------
    ConflictError
        The key came with another request, or the first one is still being answered.
    """
    raise NotImplementedError


def answer(desk: Desk, who: Who, key: str, status: int, body: bytes) -> None:
    """Keep an answer for 24 hours."""
    raise NotImplementedError


def release(desk: Desk, who: Who, key: str) -> None:
    """Forget a claim whose request failed, so that it can come again."""
    raise NotImplementedError
