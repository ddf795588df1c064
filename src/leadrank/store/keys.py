"""Keys: what programs may do in the name of an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from leadrank.store.records import KeyRow
from leadrank.store.rows import many, one, values_of
from leadrank.store.schema import keys


def add_key(c: Connection, row: KeyRow) -> None:
    """Keep a new key."""
    c.execute(insert(keys).values(values_of(row)))


def get_key(c: Connection, id: str) -> KeyRow | None:  # noqa: A002
    """Read a key, also one that has expired or was revoked."""
    return one(c, select(keys).where(keys.c.id == id), KeyRow)


def keys_of(c: Connection, account: str | None = None) -> list[KeyRow]:
    """Read the keys of an account, or all, newest first."""
    query = select(keys).order_by(keys.c.created_at.desc(), keys.c.id)
    return many(c, query if account is None else query.where(keys.c.account == account), KeyRow)


def revoke_key(c: Connection, id: str, at: datetime) -> bool:  # noqa: A002
    """Make a key worthless; False when there is none that is not revoked yet."""
    return c.execute(update(keys).where(keys.c.id == id, keys.c.revoked_at.is_(None)).values(revoked_at=at)).rowcount > 0


def revoke_keys_of(c: Connection, account: str, at: datetime) -> int:
    """Make all keys of an account worthless that are of use at that moment; say how many."""
    of_use = (keys.c.account == account, keys.c.revoked_at.is_(None), keys.c.expires_at > at)
    return c.execute(update(keys).where(*of_use).values(revoked_at=at)).rowcount


def used_key(c: Connection, id: str, at: datetime) -> None:  # noqa: A002
    """Note that a key was used."""
    c.execute(update(keys).where(keys.c.id == id).values(used_at=at))
