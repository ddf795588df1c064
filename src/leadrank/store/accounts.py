"""Accounts: who may log in, as what, and whose turn it is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select, update

from leadrank.store.records import AccountRow
from leadrank.store.rows import many, new_ones, one
from leadrank.store.schema import accounts


def add_account(c: Connection, row: AccountRow) -> bool:
    """Create an account; False when the name is taken."""
    return bool(new_ones(c, accounts, [row], accounts.c.name))


def get_account(c: Connection, name: str) -> AccountRow | None:
    """Read one account."""
    return one(c, select(accounts).where(accounts.c.name == name), AccountRow)


def lock_account(c: Connection, name: str) -> AccountRow | None:
    """Read one account to change it; until the transaction ends nobody else may."""
    return one(c, select(accounts).where(accounts.c.name == name).with_for_update(), AccountRow)


def all_accounts(c: Connection) -> list[AccountRow]:
    """Read all accounts by name, those that are closed too."""
    return many(c, select(accounts).order_by(accounts.c.name), AccountRow)


def active_reps(c: Connection) -> list[AccountRow]:
    """Read the reps that may get leads, by name."""
    return many(c, select(accounts).where(accounts.c.role == "rep", accounts.c.active == True).order_by(accounts.c.name), AccountRow)  # noqa: E712


def lock_admins(c: Connection) -> list[AccountRow]:
    """Read the active administrators; until the transaction ends nobody else may change who they are."""
    query = select(accounts).where(accounts.c.role == "admin", accounts.c.active == True).order_by(accounts.c.name)  # noqa: E712
    return many(c, query.with_for_update(), AccountRow)


def lock_reps(c: Connection) -> list[AccountRow]:
    """Read the reps that may get leads; until the transaction ends nobody else may give any, so that no capacity is counted twice."""
    query = select(accounts).where(accounts.c.role == "rep", accounts.c.active == True).order_by(accounts.c.name)  # noqa: E712
    return many(c, query.with_for_update(), AccountRow)


def change_account(c: Connection, name: str, **columns: Any) -> bool:
    """Change some columns of an account; say whether it is there."""
    return c.execute(update(accounts).where(accounts.c.name == name).values(**columns)).rowcount > 0


def take_turn(c: Connection, name: str) -> None:
    """Note that a rep got a lead: the one whose turn is longest ago is next."""
    last = select(func.coalesce(func.max(accounts.c.last_assigned), 0) + 1).scalar_subquery()
    c.execute(update(accounts).where(accounts.c.name == name).values(last_assigned=last))
