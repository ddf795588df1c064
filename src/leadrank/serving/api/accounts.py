"""Who may call: accounts, keys, and who did what."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BeforeValidator, Field

from leadrank.operations import access, accounts, keys
from leadrank.operations.who import Role, Scope
from leadrank.serving.asking import Asker, At, Guarded, Unkept
from leadrank.serving.payloads import AccessTold, AccountTold, KeyTold, NewKeyTold, PasswordTold
from leadrank.serving.words import Given, Identity, Moment, Name, ShortName, whole

router = APIRouter(route_class=Guarded, tags=["accounts"])
secret = APIRouter(route_class=Unkept, tags=["accounts"])
Password = Annotated[str, Field(min_length=12, max_length=1_000)]
Capacity = Annotated[int, BeforeValidator(whole), Field(ge=0, le=1_000_000)]


class AccountGiven(Given):
    """A new account."""

    name: Name
    password: Password
    role: Role
    team: ShortName | None = None
    capacity: Capacity | None = None


class AccountChanged(Given):
    """An account as it shall be."""

    role: Role
    team: ShortName | None = None
    capacity: Capacity | None = None
    active: bool = True


class PasswordGiven(Given):
    """A new password; one's own needs the old one. `revoke_keys` ends one's own keys too; those of others always end."""

    password: Password
    old: Annotated[str, Field(max_length=1_000)] | None = None
    revoke_keys: bool = False


class KeyGiven(Given):
    """A new key: what it may be used for, and until when."""

    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=6)]
    expires_at: Moment
    account: Name | None = None


@router.get("/accounts")
def listed(asker: Asker, service: At) -> tuple[AccountTold, ...]:
    """List the accounts."""
    return tuple(AccountTold.model_validate(account) for account in accounts.accounts(service.desk, asker.who, now=service.now()))


@secret.post("/accounts", status_code=201, responses={409: {"description": "There is such an account already."}})
def add(given: AccountGiven, asker: Asker, service: At) -> AccountTold:
    """Make an account."""
    made = accounts.add_account(service.desk, asker.who, **given.model_dump(), salt=secrets.token_bytes(16), now=service.now())
    service.keeper.look()
    return AccountTold.model_validate(made)


@router.put("/accounts/{name}")
def change(name: Identity, given: AccountChanged, asker: Asker, service: At) -> AccountTold:
    """Change an account; where the role changes or it is no longer active, it is logged out."""
    changed = accounts.change_account(service.desk, asker.who, name, **given.model_dump(), now=service.now())
    service.keeper.forget_all()
    return AccountTold.model_validate(changed)


@secret.put("/accounts/{name}/password")
def password(name: Identity, given: PasswordGiven, asker: Asker, service: At) -> PasswordTold:
    """Set a password, and log the account out everywhere; where it is somebody else's, its keys end too."""
    ended = accounts.set_password(service.desk, asker.who, name, **given.model_dump(), salt=secrets.token_bytes(16), now=service.now())
    service.keeper.forget_all()
    return PasswordTold(keys_revoked=ended)


@router.get("/keys")
def keys_listed(asker: Asker, service: At) -> tuple[KeyTold, ...]:
    """List one's own keys; an administrator sees all."""
    return tuple(KeyTold.model_validate(key) for key in keys.keys(service.desk, asker.who, now=service.now()))


@secret.post("/keys", status_code=201, responses={404: {"description": "There is no such account."}})
def add_key(given: KeyGiven, asker: Asker, service: At) -> NewKeyTold:
    """Make a key; its secret is told this once."""
    identity, hidden = secrets.token_hex(8), secrets.token_hex(32)
    made = keys.add_key(service.desk, asker.who, identity=identity, secret=hidden, **given.model_dump(), now=service.now())
    return NewKeyTold.model_validate(asdict(made) | {"key": keys.key_text(identity, hidden)})


@router.delete("/keys/{identity}")
def revoke(identity: Identity, asker: Asker, service: At) -> KeyTold:
    """Make a key of no use."""
    revoked = keys.revoke_key(service.desk, asker.who, identity, now=service.now())
    service.keeper.forget_all()
    return KeyTold.model_validate(revoked)


@router.get("/access")
def log(
    asker: Asker, service: At, by: Annotated[Name | None, Query()] = None, what: Annotated[ShortName | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100, before: Annotated[int | None, Query(ge=0, le=1 << 60)] = None,
) -> tuple[AccessTold, ...]:
    """Return access records, the newest first; with `what` those that name it, also among others.

    A record of many leads names those for which 300 letters are room, and how many more there were; one of a list or an export says what was asked
    for, and names no lead.
    """
    found = access.access_log(service.desk, asker.who, by=by, what=what, limit=limit, before=before, now=service.now())
    return tuple(AccessTold.model_validate(row) for row in found)
