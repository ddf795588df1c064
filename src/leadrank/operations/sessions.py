"""Logging in: throttled, with the same work for a name that is not there, and a cookie of which only the hash is kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadrank.operations.allowed import sees_teamless
from leadrank.operations.desk import Desk
from leadrank.operations.passwords import right_password
from leadrank.operations.who import ROLES, Who
from leadrank.store import access, sessions
from leadrank.store.accounts import get_account
from leadrank.store.records import AccessRow, AccountRow, SessionRow

LASTS, LONGEST, SELDOM = timedelta(hours=12), timedelta(days=7), timedelta(minutes=1)
"""How long a session lasts after its last use, and in all; and between two notes that it was used."""


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
    account = right_password(desk, name, password, now=now)
    role, result = ("unknown", "refused") if account is None else (account.role, "done")
    row = AccessRow(at=now, by=name[:200], role=role, did="log_in", what=name[:300], result=result, request=request[:64])
    with desk.store.writing() as c:
        if account is not None:
            kept = SessionRow(token=_hashed(token), account=name, csrf=csrf, created_at=now, seen_at=now, expires_at=now + LASTS)
            sessions.add_session(c, kept)
        access.add(c, [row])
    return None if account is None else Signed(_who(desk, account, request), csrf, now + LASTS)


def log_out(desk: Desk, token: str, *, now: datetime) -> None:
    """End a session."""
    with desk.store.writing() as c:
        found = sessions.get_session(c, _hashed(token), now)
        sessions.end_session(c, _hashed(token))
        if found is not None:
            access.add(c, [AccessRow(at=now, by=found.account, role="unknown", did="log_out", what=found.account, result="done")])


def signed_in(desk: Desk, token: str, *, request: str = "", attended: bool = True, now: datetime) -> Signed | None:
    """Return who has this cookie, and let the session last another 12 hours, up to seven days in all; None if nobody has it.

    That it was used is written at most once a minute; what an open page asks for by itself, without anybody attending, is no use of it.
    """
    with desk.store.reading() as c:
        found = sessions.get_session(c, _hashed(token), now)
        account = None if found is None else get_account(c, found.account)
    if found is None or account is None or not account.active or found.created_at + LONGEST <= now:
        return None
    if not attended or now - found.seen_at < SELDOM:
        return Signed(_who(desk, account, request), found.csrf, found.expires_at)
    until = min(now + LASTS, found.created_at + LONGEST)
    with desk.store.writing() as c:
        sessions.touch_session(c, found.token, now, until)
    return Signed(_who(desk, account, request), found.csrf, until)


def _who(desk: Desk, account: AccountRow, request: str) -> Who:
    role = next(role for role in ROLES if role == account.role)
    teamless = sees_teamless(desk.champion.current().project.routing, role, account.team)
    return Who(account.name, role, account.team, request=request, teamless=teamless)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
