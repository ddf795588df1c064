"""Contacts: who spoke or wrote to a lead."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, select

from leadrank.store.records import ContactRow
from leadrank.store.rows import add, many
from leadrank.store.schema import contacts


def add_contact(c: Connection, row: ContactRow) -> int:
    """Write one and return its number."""
    return add(c, contacts, row)


def contacts_of(c: Connection, lead: str) -> list[ContactRow]:
    """Read those of a lead, newest first."""
    return many(c, select(contacts).where(contacts.c.lead == lead).order_by(contacts.c.at.desc(), contacts.c.id.desc()), ContactRow)


def take_back(c: Connection, row: ContactRow, at: datetime) -> int:
    """Write down that who wrote a contact takes it back; it stays, and counts no more."""
    return add(c, contacts, ContactRow(lead=row.lead, at=at, by=row.by, channel=row.channel, due_at=row.due_at, tier=row.tier, takes_back=row.id))


def standing(c: Connection, lead: str) -> list[ContactRow]:
    """Read those of a lead that nobody took back, in the order in which they were written down."""
    return many(c, select(contacts).where(contacts.c.lead == lead, *counting()).order_by(contacts.c.id), ContactRow)


def counting() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Say which rows are contacts that count: those that neither take back nor are taken back."""
    back = contacts.alias("back")
    return contacts.c.takes_back.is_(None), ~exists().where(back.c.lead == contacts.c.lead, back.c.takes_back == contacts.c.id)
