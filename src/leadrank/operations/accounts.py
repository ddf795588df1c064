"""Accounts: who there is, with which role, and what a password must be. Salts and tokens come in as arguments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadrank.operations.desk import Desk
from leadrank.operations.who import Role, Who


@dataclass(frozen=True, slots=True)
class Account:
    """An account, without its password."""

    name: str
    role: Role
    team: str | None
    capacity: int | None
    active: bool
    created_at: datetime
    locked_until: datetime | None = None


def first_admin(desk: Desk, name: str, password: str, *, salt: bytes, now: datetime) -> Account:
    """Make an administrator from the terminal, or give one that is there a new password.

    Raises
    ------
    UsageError
        The password has less than 12 letters, or is the name.
    """
    raise NotImplementedError


def any_account(desk: Desk) -> bool:
    """Say whether there is an active account: without one, a service may only run on loopback."""
    raise NotImplementedError


def accounts(desk: Desk, who: Who, *, now: datetime) -> list[Account]:
    """List the accounts."""
    raise NotImplementedError


def add_account(
    desk: Desk, who: Who, name: str, *, password: str, role: Role, team: str | None = None, capacity: int | None = None, salt: bytes, now: datetime
) -> Account:
    """Make an account.

    Parameters
    ----------
    salt
        16 random bytes.

    Raises
    ------
    UsageError
        The name, role, capacity or password will not do.
    ConflictError
        There is one of that name.
    """
    raise NotImplementedError


def change_account(
    desk: Desk, who: Who, name: str, *, role: Role, team: str | None, capacity: int | None, active: bool, now: datetime
) -> Account:
    """Change an account; one that is no longer active, or has another role, is logged out everywhere.

    Raises
    ------
    ConflictError
        Nobody would be left who may administer accounts.
    """
    raise NotImplementedError


def set_password(desk: Desk, who: Who, name: str, *, password: str, old: str | None = None, salt: bytes, now: datetime) -> None:
    """Set a password, and log the account out everywhere; one's own needs the old one, another's needs an administrator."""
    raise NotImplementedError
