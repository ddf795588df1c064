"""Sessions: who is logged in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from leadrank.store.records import SessionRow
from leadrank.store.rows import one, values_of
from leadrank.store.schema import sessions


def add_session(c: Connection, row: SessionRow) -> None:
    """Begin a session."""
    c.execute(insert(sessions).values(values_of(row)))


def get_session(c: Connection, token: str, now: datetime) -> SessionRow | None:
    """Read a session that has not expired."""
    return one(c, select(sessions).where(sessions.c.token == token, sessions.c.expires_at > now), SessionRow)


def touch_session(c: Connection, token: str, seen_at: datetime, expires_at: datetime) -> None:
    """Note that a session was used."""
    c.execute(update(sessions).where(sessions.c.token == token).values(seen_at=seen_at, expires_at=expires_at))


def end_session(c: Connection, token: str) -> None:
    """End one session."""
    c.execute(delete(sessions).where(sessions.c.token == token))


def end_sessions_of(c: Connection, account: str) -> int:
    """End all sessions of an account; return how many there were."""
    return c.execute(delete(sessions).where(sessions.c.account == account)).rowcount
