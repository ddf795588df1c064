"""What is thrown away because its time is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete

from leadrank.store.schema import files, replies, sessions

REPEATABLE = timedelta(hours=24)
"""For this long a repeated request gets the same answer."""


@dataclass(frozen=True, slots=True)
class Purged:
    """How many were thrown away."""

    sessions: int
    replies: int
    files: int


def purge(c: Connection, now: datetime) -> Purged:
    """Throw away expired sessions and files, and replies older than a day."""
    return Purged(
        sessions=c.execute(delete(sessions).where(sessions.c.expires_at <= now)).rowcount,
        replies=c.execute(delete(replies).where(replies.c.at < now - REPEATABLE)).rowcount,
        files=c.execute(delete(files).where(files.c.expires_at <= now)).rowcount,
    )
