"""Leads that come back into the queue: what was put off, and the deadlines that begin anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from leadrank.decisions.deadline import due_at
from leadrank.operations.champion import Active
from leadrank.operations.routing import Move, place, write_moves
from leadrank.store import snoozes
from leadrank.store.leads import put_leads
from leadrank.store.records import LeadRow, SnoozeRow


def woken(c: Connection, active: Active, rows: Sequence[LeadRow], *, by: str, now: datetime) -> list[LeadRow]:
    """Put leads back into the queue: their deadlines begin anew, and where an owner has no room for them any more, they find another.

    Each gets a snooze that ends as it begins, which tells of it.
    """
    moves = place(c, active, [Move(row, _awake(active, row, now)) for row in rows])
    put_leads(c, [move.row for move in moves])
    write_moves(c, moves, by=by, now=now)
    for row in rows:
        snoozes.add_snooze(c, SnoozeRow(lead=row.key, at=now, by=by, until=now, because="Back in the list"))
    return [move.row for move in moves]


def due_again(active: Active, row: LeadRow, now: datetime) -> datetime | None:
    """Return by when to act on a lead whose time begins anew; that of one that was contacted, or is not to be, does not."""
    return row.due_at if row.contacted_at is not None or not row.contact else due_at(row.due_within, now, active.zone)


def _awake(active: Active, row: LeadRow, now: datetime) -> LeadRow:
    due = due_again(active, row, now)
    # One that became worth a contact while it slept has no deadline to be judged by yet.
    first = due if row.first_due_at is None else row.first_due_at
    return replace(row, status="open", snoozed_until=None, due_at=due, first_due_at=first, updated_at=now)
