"""Logging in: throttled, with the same work for a name that is not there, and a cookie of which only the hash is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadrank.operations.desk import Desk
from leadrank.operations.who import Who


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody who is logged in, and what a form of theirs must bring along."""

    who: Who
    csrf: str
    expires_at: datetime


def log_in(desk: Desk, name: str, password: str, *, token: str, csrf: str, request: str = "", now: datetime) -> Signed | None:
    """Open a session; None when name and password do not fit, the account is locked or not active: which, is not told.

    Five failures in a row lock an account for a minute, each further one for twice as long, up to an hour.

    Parameters
    ----------
    token, csrf
        Random texts of 256 bits; the token is the cookie.
    """
    raise NotImplementedError


def log_out(desk: Desk, token: str, *, now: datetime) -> None:
    """End a session."""
    raise NotImplementedError


def signed_in(desk: Desk, token: str, *, request: str = "", now: datetime) -> Signed | None:
    """Return who has this cookie, and let the session last another 12 hours (written at most once a minute); None if nobody has."""
    raise NotImplementedError
