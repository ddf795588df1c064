"""Contacts: who spoke or wrote to a lead."""

from __future__ import annotations

from sqlalchemy import Connection, select

from leadrank.store.records import ContactRow
from leadrank.store.rows import add, many
from leadrank.store.schema import contacts


def add_contact(c: Connection, row: ContactRow) -> int:
    """Write one and return its number."""
    return add(c, contacts, row)


def contacts_of(c: Connection, lead: str) -> list[ContactRow]:
    """Read those of a lead, newest first."""
    return many(c, select(contacts).where(contacts.c.lead == lead).order_by(contacts.c.at.desc(), contacts.c.id.desc()), ContactRow)
