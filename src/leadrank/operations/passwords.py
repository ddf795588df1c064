"""Passwords: argon2id, and the same work whether or not there is such an account."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from leadrank.errors import UsageError
from leadrank.operations.desk import Desk
from leadrank.store import accounts

if TYPE_CHECKING:
    from argon2 import PasswordHasher

    from leadrank.store.records import AccountRow

SHORTEST, LONGEST = 12, 1_000
ALLOWED_FAILURES = 5
FIRST_LOCK, LONGEST_LOCK = timedelta(minutes=1), timedelta(hours=1)


def checked_password(name: str, password: str) -> None:
    """Refuse a password that is soon guessed.

    Raises
    ------
    UsageError
        It has less than 12 letters, or more than 1,000, is the name, or repeats one or two letters.

    Examples
    --------
    >>> checked_password("ann", "correct horse battery")
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"A password has {SHORTEST} to {LONGEST:,} letters; {len(password):,} came.", "Take e.g. four words.")
    if password.casefold().strip() == name.casefold() or len(set(password)) < 3:
        raise UsageError("This password is soon guessed.", "Take e.g. four words.")


def hashed(password: str, salt: bytes) -> str:
    """Return what is kept of a password."""
    return _hasher().hash(password.encode(), salt=salt)


def right_password(desk: Desk, name: str, password: str, *, now: datetime) -> AccountRow | None:
    """Return the account if it is active, not locked, and has this password.

    The try is counted before the password is looked at, so that many tries at once cannot outrun the lock; a right one takes the count back.
    """
    with desk.store.writing() as c:
        account = accounts.lock_account(c, name)
        free = account is not None and account.active and (account.locked_until is None or account.locked_until <= now)
        if free and account is not None:
            accounts.change_account(c, name, failures=account.failures + 1, locked_until=_lock(account.failures + 1, now))
    # A name that is not there, or is locked, costs the same time.
    right = _fits(account.password if free and account is not None else _nobodys(), password)
    if not (free and right):
        return None
    with desk.store.writing() as c:
        accounts.change_account(c, name, failures=0, locked_until=None)
    return account


def _lock(failures: int, now: datetime) -> datetime | None:
    if failures < ALLOWED_FAILURES:
        return None
    # Beyond ten doublings it is the longest one anyway.
    doublings = min(failures - ALLOWED_FAILURES, 10)
    return now + min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def _fits(kept: str, password: str) -> bool:
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        return _hasher().verify(kept, password[: LONGEST + 1].encode(errors="replace"))
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobodys() -> str:
    return hashed("nobody has this password", bytes(16))
