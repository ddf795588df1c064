"""Answers to requests with an Idempotency-Key: a request that comes again gets the answer it got, and does nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
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
Do = Callable[[Desk], tuple[int, bytes]]


def once(
    desk: Desk, who: Who, key: str, request: str, do: Do, *, about: Callable[[bytes], str | None] = lambda _: None, now: datetime
) -> Reply | None:
    """Do a request once, and keep its answer for 24 hours; return the answer that was given before, None where it was done now.

    What it writes and its answer are one transaction: whoever repeats a request whose process died does it, or gets its answer.

    Parameters
    ----------
    key
        The caller's Idempotency-Key.
    request
        SHA-256 of method, path and body, and of the role: what one role was told is not told to another.
    do
        Does it at the desk that it is given, and returns status and body.
    about
        Says which lead an answer is about.

    Raises
    ------
    ConflictError
        The key came with another request.
    NotFoundError
        The request was answered before, and the lead is not the rep's any more.
    """
    if not 1 <= len(key) <= LONGEST or not key.isprintable():
        raise UsageError(f"An Idempotency-Key has 1 to {LONGEST} printable letters.", "Send e.g. a UUID.")
    with desk.store.writing() as c:
        found = replies.claim(c, key, who.name, request, now)
        if found is not None:
            _check(c, who, found, request, about)
            return found
        try:
            replies.answer(c, key, who.name, *do(replace(desk, store=desk.store.joining(c))))
        except Exception as problem:
            # Its own work is undone already; what stays is the record that it was refused.
            replies.release(c, key, who.name)
            failed = problem
        else:
            return None
    raise failed


def _check(c: Connection, who: Who, found: Reply, request: str, about: Callable[[bytes], str | None]) -> None:
    if found.request != request:
        raise ConflictError("This Idempotency-Key came with another request, or in another role, before.", "Make a new key for each request.")
    lead = about(found.body or b"")
    row = None if lead is None else get_lead(c, lead)
    if lead is not None and (row is None or not is_theirs(who, row)):
        raise no_lead(lead)
