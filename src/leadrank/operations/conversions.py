"""The event that a model foretells: when it comes, its lead has converted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from leadrank.bundle import LARGEST_AMOUNT
from leadrank.data import ColumnSchema, clean_cell
from leadrank.operations.who import Who
from leadrank.project import Project
from leadrank.store import outcomes
from leadrank.store.records import LeadRow, OutcomeRow


class Event(Protocol):
    """Something that happened to a lead, as far as it matters here."""

    @property
    def event(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def occurred_at(self) -> datetime: ...  # noqa: D102
    @property
    def fields(self) -> Mapping[str, object]: ...  # noqa: D102


def conversion_among(project: Project, events: Sequence[Event]) -> Event | None:
    """Return the first of a lead's events that is the outcome: of the event table that `[target] event` names, or of that kind in any."""
    wanted = project.target.event
    if wanted is None:
        return None
    tables = {table.name: table.type for table in project.event}
    if wanted in tables:
        return next((event for event in events if event.kind == wanted), None)
    return next((event for event in events if _plain(event.fields.get(tables.get(event.kind) or "")) == _plain(wanted)), None)


def converted_by(c: Connection, project: Project, who: Who, row: LeadRow, event: Event, *, now: datetime) -> LeadRow:
    """Write down that a lead has converted by an event, and return it closed; one that is known to have done so stays as it is."""
    if row.status == "converted":
        return row
    amount = project.economics.value_column
    value = None if amount is None else clean_cell(ColumnSchema(amount, "number"), event.fields.get(amount))
    told = value if isinstance(value, float) and abs(value) <= LARGEST_AMOUNT else None
    note = f"{event.kind} {event.event}"
    outcomes.add_outcome(c, OutcomeRow(lead=row.key, at=min(event.occurred_at, now), by=who.name, converted=True, value=told, note=note))
    return replace(row, status="converted", snoozed_until=None, overridden_until=None, updated_at=now)


def _plain(kind: object) -> str:
    return " ".join(str(kind).casefold().split())
