"""Keys for programs: `lr_ID_SECRET`, of which only the hash is kept; with scopes and an end, and revocable."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from leadrank.operations.desk import Desk
from leadrank.operations.who import Scope, Who


@dataclass(frozen=True, slots=True)
class Key:
    """A key, without its secret."""

    id: str
    name: str
    account: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


def key_text(identity: str, secret: str) -> str:
    """Return what the holder of a key sends: shown once, when it is made.

    Examples
    --------
    >>> key_text("a1b2", "s3cret")
    'lr_a1b2_s3cret'
    """
    return f"lr_{identity}_{secret}"


def add_key(
    desk: Desk, who: Who, name: str, *, scopes: Collection[Scope], expires_at: datetime, identity: str, secret: str, account: str | None = None,
    now: datetime,
) -> Key:
    """Make a key for an account: one's own, or for an administrator any.

    Parameters
    ----------
    scopes
        None that the caller does not have.
    identity, secret
        16 and 64 hexadecimal digits, as `secrets.token_hex(8)` and `secrets.token_hex(32)` give them.

    Raises
    ------
    UsageError
        The name or the scopes are empty, or the end is not within the next two years.
    ForbiddenError
        It is for another account, or has scopes that the caller lacks.
    """
    raise NotImplementedError


def keys(desk: Desk, who: Who, *, now: datetime) -> list[Key]:
    """List one's own keys; an administrator sees all."""
    raise NotImplementedError


def revoke_key(desk: Desk, who: Who, identity: str, *, now: datetime) -> Key:
    """Make a key of no use from now on."""
    raise NotImplementedError


def key_holder(desk: Desk, text: str, *, request: str = "", now: datetime) -> Who | None:
    """Return who has this key; None if it is no key, expired, revoked, or of an account that is not active. Compared in constant time."""
    raise NotImplementedError
