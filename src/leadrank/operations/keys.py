"""Keys for programs: `lr_ID_SECRET`, of which only the hash is kept; with scopes and an end, and revocable."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leadrank.errors import ForbiddenError, NotFoundError, UsageError
from leadrank.operations.allowed import sees_teamless
from leadrank.operations.desk import Desk, reading, writing
from leadrank.operations.who import ROLES, SCOPES, Scope, Who
from leadrank.store import keys as store
from leadrank.store.accounts import get_account
from leadrank.store.records import KeyRow

KEY = re.compile(r"lr_(?P<id>[0-9a-f]{8,32})_(?P<secret>[0-9a-f]{64})", re.ASCII)
LONGEST, SELDOM = timedelta(days=731), timedelta(minutes=1)


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
    identity, secret
        16 and 64 hexadecimal digits, as `secrets.token_hex(8)` and `secrets.token_hex(32)` give them.

    Raises
    ------
    UsageError
        The name or the scopes are empty, or the end is not within the next two years.
    ForbiddenError
        It is for another account, or a key asks for it.
    """
    holder = account or who.own
    _checked(name, scopes, identity, secret, expires_at, now)
    with writing(desk, who, "add_key", identity, now=now) as c:
        if holder != who.own and who.role != "admin":
            raise ForbiddenError("Only an administrator makes keys for another account.", "Ask one.")
        if get_account(c, holder) is None:
            raise NotFoundError(f"There is no account {holder!r}.", "A key belongs to an account; make one first.")
        told = sorted(set(scopes))
        row = KeyRow(id=identity, name=name, secret=_hashed(secret), account=holder, scopes=told, created_at=now, expires_at=expires_at)
        store.add_key(c, row)
        return _shown(row)


def keys(desk: Desk, who: Who, *, now: datetime) -> list[Key]:
    """List one's own keys; an administrator sees all."""
    with reading(desk, who, "keys", now=now) as c:
        return [_shown(row) for row in store.keys_of(c, None if who.role == "admin" else who.own)]


def revoke_key(desk: Desk, who: Who, identity: str, *, now: datetime) -> Key:
    """Make a key of no use from now on.

    Raises
    ------
    NotFoundError
        There is none, or it is another account's and the caller no administrator.
    """
    with writing(desk, who, "revoke_key", identity, now=now) as c:
        row = store.get_key(c, identity)
        if row is None or (who.role != "admin" and row.account != who.own):
            raise NotFoundError(f"There is no key {identity!r} here.", "Keys are listed under /keys.")
        store.revoke_key(c, identity, now)
        return _shown(row if row.revoked_at is not None else replace(row, revoked_at=now))


def key_holder(desk: Desk, text: str, *, request: str = "", now: datetime) -> Who | None:
    """Return who has this key; None if it is no key, expired, revoked, or of an account that is not active. Compared in constant time."""
    parts = KEY.fullmatch(text)
    if parts is None:
        return None
    with desk.store.reading() as c:
        row = store.get_key(c, parts["id"])
        account = None if row is None else get_account(c, row.account)
    same = hmac.compare_digest(_hashed(parts["secret"]), "" if row is None else row.secret)
    if row is None or account is None or not same or not account.active or row.revoked_at is not None or row.expires_at <= now:
        return None
    if row.used_at is None or now - row.used_at >= SELDOM:
        with desk.store.writing() as c:
            store.used_key(c, row.id, now)
    role = next(role for role in ROLES if role == account.role)
    # A key's name is its maker's choice, so it tells no two callers apart.
    teamless = sees_teamless(desk.champion.current().project.routing, role, account.team)
    return Who(f"key:{row.id}/{account.name}", role, account.team, frozenset(_scopes(row)), request, account.name, teamless)


def _checked(name: str, scopes: Collection[Scope], identity: str, secret: str, expires_at: datetime, now: datetime) -> None:
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if not 1 <= len(name.strip()) <= 100 or not name.isprintable():
        raise UsageError("A key's name has 1 to 100 letters.", "E.g. the program that uses it.")
    if not scopes or unknown:
        raise UsageError(f"{unknown[0]!r} is no scope." if unknown else "A key needs a scope.", f"Some of {', '.join(sorted(SCOPES))}.")
    if not now < expires_at <= now + LONGEST:
        raise UsageError(f"A key ends within two years; {expires_at} came.", "Choose a moment after now.")
    if KEY.fullmatch(key_text(identity, secret)) is None:
        raise UsageError("A key is made of 8 to 32 and of 64 hexadecimal digits.", "Make them with secrets.token_hex.")


def _scopes(row: KeyRow) -> tuple[Scope, ...]:
    return tuple(scope for scope in sorted(SCOPES) if scope in row.scopes)


def _shown(row: KeyRow) -> Key:
    return Key(row.id, row.name, row.account, _scopes(row), row.created_at, row.expires_at, row.revoked_at, row.used_at)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
