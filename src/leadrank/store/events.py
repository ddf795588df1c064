"""What happened to leads."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from leadrank.store.records import EventRow
from leadrank.store.rows import chunks, many, new_ones
from leadrank.store.schema import events


def add_events(c: Connection, rows: Iterable[EventRow]) -> set[str]:
    """Write events; one whose name is known already is left out.

    Returns
    -------
    set
        The names of the new ones.
    """
    return new_ones(c, events, sorted(rows, key=lambda row: row.event), events.c.event)


def leads_of_events(c: Connection, names: Iterable[str]) -> dict[str, str]:
    """Name the lead of each event that is known."""
    found: dict[str, str] = {}
    for piece in chunks(dict.fromkeys(names)):
        found.update({row.event: row.lead for row in c.execute(select(events.c.event, events.c.lead).where(events.c.event.in_(piece)))})
    return found


def events_of(c: Connection, lead: str, limit: int | None = None) -> list[EventRow]:
    """Read the events of a lead, newest first."""
    return many(c, select(events).where(events.c.lead == lead).order_by(events.c.occurred_at.desc(), events.c.id.desc()).limit(limit), EventRow)


def events_of_each(c: Connection, leads: Iterable[str]) -> dict[str, list[EventRow]]:
    """Read the events of several leads, oldest first."""
    found: dict[str, list[EventRow]] = {}
    for piece in chunks(leads):
        for row in many(c, select(events).where(events.c.lead.in_(piece)).order_by(events.c.occurred_at, events.c.id), EventRow):
            found.setdefault(row.lead, []).append(row)
    return found
