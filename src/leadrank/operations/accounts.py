"""Accounts: who there is, with which role, and what a password must be. Salts and tokens come in as arguments."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from leadrank.errors import ConflictError, ForbiddenError, NotFoundError, UsageError
from leadrank.operations.champion import Active
from leadrank.operations.desk import Desk, reading, trying, writing
from leadrank.operations.passwords import checked_password, hashed, right_password
from leadrank.operations.routing import without_owner
from leadrank.operations.who import LEADRANK, LOCAL, ROLES, Role, Who
from leadrank.store import access, keys, leads, sessions
from leadrank.store import accounts as store
from leadrank.store.assignments import assign_each
from leadrank.store.records import AccessRow, AccountRow, AssignmentRow
from leadrank.store.rows import chunks

NAME = re.compile(r"[\w.@-]{1,100}")
TRIES = 10
"""Times that all leads of somebody are locked who gets more of them meanwhile."""
RESERVED = frozenset({LOCAL.name, LEADRANK.name})


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

    @property
    def stands(self) -> str:
        """All of it that can be changed, in words; a form sends back what it showed."""
        room = "no limit" if self.capacity is None else f"{self.capacity} leads"
        return f"{self.role}, {f'team {self.team}' if self.team else 'no team'}, {room}, {'active' if self.active else 'not active'}"


def first_admin(desk: Desk, name: str, password: str, *, salt: bytes, now: datetime) -> Account:
    """Make an administrator from the terminal, or give one that is there a new password; its sessions and keys end.

    Raises
    ------
    UsageError
        The password has less than 12 letters, or is the name.
    """
    checked_password(name, password)
    with desk.store.writing() as c:
        row = _new(name, password, "admin", None, None, salt, now)
        if not store.add_account(c, row):
            store.change_account(c, name, password=row.password, role="admin", active=True, failures=0, locked_until=None)
            sessions.end_sessions_of(c, name)
            keys.revoke_keys_of(c, name, now)
        access.add(c, [AccessRow(at=now, by=LEADRANK.name, role=LEADRANK.role, did="first_admin", what=name, result="done")])
        return _shown(_there(c, name))


def any_account(desk: Desk) -> bool:
    """Say whether there is an active account: without one, a service may only run on loopback."""
    with desk.store.reading() as c:
        return any(row.active for row in store.all_accounts(c))


def accounts(desk: Desk, who: Who, *, now: datetime) -> list[Account]:
    """List the accounts."""
    with reading(desk, who, "accounts", now=now) as c:
        return [_shown(row) for row in store.all_accounts(c)]


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
    checked_password(name, password)
    row = _new(name, password, _role(role), team, capacity, salt, now)
    with writing(desk, who, "add_account", name, now=now) as c:
        if not store.add_account(c, row):
            raise ConflictError(f"There is an account {name!r} already.", "Choose another name.")
        return _shown(row)


def change_account(
    desk: Desk, who: Who, name: str, *, role: Role, team: str | None, capacity: int | None, active: bool, seen: str | None = None, now: datetime
) -> Account:
    """Change an account; one that is no longer active, or has another role, is logged out everywhere.

    Parameters
    ----------
    seen
        How the account `stands` to the caller's knowledge; None: whatever it is.

    Raises
    ------
    ConflictError
        Nobody would be left who may administer accounts, or somebody else changed the account meanwhile.
    """
    _checked(name, team, capacity)
    with writing(desk, who, "change_account", name, now=now) as c:
        admins = _locked(c, name, leaves=not active or role != "rep")
        before = _there(c, name)
        if seen not in {None, _shown(before).stands}:
            raise ConflictError(f"Somebody changed {name} meanwhile: {_shown(before).stands}.", "Look at the accounts again before you change it.")
        if admins == {name} and not (active and role == "admin"):
            raise ConflictError(f"{name} is the only administrator.", "Make another one first.")
        store.change_account(c, name, role=_role(role), team=team, capacity=capacity, active=active)
        if (before.active, before.role) != (active, role):
            sessions.end_sessions_of(c, name)
        if not active or role != "rep":
            _let_go(c, desk.champion.of(c), who, name, now)
        return _shown(_there(c, name))


def set_password(
    desk: Desk, who: Who, name: str, *, password: str, old: str | None = None, revoke_keys: bool = False, salt: bytes, now: datetime
) -> int:
    """Set a password, and log the account out everywhere; one's own needs the old one, another's needs an administrator.

    A wrong old password counts as a failed log-in of the caller's own account; who may not set one at all locks nobody out.

    Parameters
    ----------
    revoke_keys
        Whether the account's keys end too; where somebody else sets the password they always do, since whoever had the old one may have made some.

    Returns
    -------
    int
        How many keys ended.

    Raises
    ------
    ForbiddenError
        The key may not do this, the account is another's and the caller no administrator, or the old password is wrong or missing.
    """
    with trying(desk, who, "set_password", name, now=now):
        checked_password(name, password)
        if name != who.own and who.role != "admin":
            raise ForbiddenError("Only an administrator sets the password of another account.", "Ask one.")
        if name == who.own and not (old and right_password(desk, name, old, now=now)):
            raise ForbiddenError("The old password is not right.", "An administrator can set a new one.")
    with writing(desk, who, "set_password", name, now=now) as c:
        _there(c, name)
        store.change_account(c, name, password=hashed(password, salt), failures=0, locked_until=None)
        sessions.end_sessions_of(c, name)
        return keys.revoke_keys_of(c, name, now) if revoke_keys or name != who.own else 0


def _new(name: str, password: str, role: Role, team: str | None, capacity: int | None, salt: bytes, now: datetime) -> AccountRow:
    _checked(name, team, capacity)
    return AccountRow(name=name, role=role, team=team, capacity=capacity, password=hashed(password, salt), created_at=now)


def _locked(c: Connection, name: str, *, leaves: bool) -> set[str]:
    """Lock an account and, where it leaves its leads, all of these before it; name the administrators."""
    for _ in range(TRIES):
        try:
            with c.begin_nested():
                held = leads.lock_leads(c, leads.alive_of(c, name)) if leaves else {}
                # Locked before they are counted: two who demote each other would each see the other one left.
                admins = {row.name for row in store.lock_admins(c)}
                store.lock_account(c, name)
                if leaves and not held.keys() >= set(leads.alive_of(c, name)):
                    raise _GotMoreError
                return admins
        except _GotMoreError:
            continue
    raise ConflictError(f"{name} was given leads again and again meanwhile.", "Try again in a moment.")


class _GotMoreError(Exception):
    """Somebody got a lead while the locks were waited for, which are let go by it."""


def _let_go(c: Connection, active: Active, who: Who, name: str, now: datetime) -> None:
    """Take all leads away from a rep, and leave them to their teams; who takes them next is found at the next tick."""
    for piece in chunks(leads.alive_of(c, name)):
        left = [without_owner(active, row) for row in leads.lock_leads(c, piece).values() if row.owner == name]
        leads.put_leads(c, [replace(row, updated_at=now) for row, _ in left])
        because = f"{name} takes no leads any more"
        assign_each(c, [AssignmentRow(lead=row.key, at=now, by=who.name, team=row.team, because=f"{because}; {why}") for row, why in left])


def _there(c: Connection, name: str) -> AccountRow:
    row = store.get_account(c, name)
    if row is None:
        raise NotFoundError(f"There is no account {name!r}.", "Accounts are listed under /accounts.")
    return row


def _role(role: str) -> Role:
    found = next((known for known in ROLES if known == role), None)
    if found is None:
        raise UsageError(f"{role!r} is no role.", f"One of {', '.join(ROLES)}.")
    return found


def _checked(name: str, team: str | None, capacity: int | None) -> None:
    if not NAME.fullmatch(name) or name in RESERVED:
        raise UsageError(f"An account's name has 1 to 100 letters, digits and . _ @ -; {name[:100]!r} came.", "E.g. ann.lee or ann@example.com.")
    if team is not None and not 1 <= len(team.strip()) <= 100:
        raise UsageError("A team's name has 1 to 100 letters.", "Leave it out where there are no teams.")
    if capacity is not None and not 0 <= capacity <= 1_000_000:
        raise UsageError(f"A capacity is a number of open leads from 0 on; {capacity} came.", "Leave it out where there is no limit.")


def _shown(row: AccountRow) -> Account:
    return Account(row.name, _role(row.role), row.team, row.capacity, row.active, row.created_at, row.locked_until)
