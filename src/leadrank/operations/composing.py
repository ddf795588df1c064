"""Stored leads as the tables that a model reads: one of leads, and where it learned from several, their events and what they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from leadrank.frames import pl
from leadrank.operations.champion import Active
from leadrank.operations.texts import texts_of
from leadrank.project import EventTable
from leadrank.store.events import events_of_each
from leadrank.store.records import EventRow, LeadRow

Cells = dict[str, Any]
Tables = dict[str, pl.DataFrame]


def cells_of(active: Active, lead: LeadRow) -> Cells:
    """Return a lead's fields with its key and the moment it began, in the columns where the model looks for them."""
    told, cells = active.project.lead, dict(lead.fields)
    if told.key is not None:
        cells[told.key] = lead.key
    if active.created_at is not None and cells.get(active.created_at) in {None, ""}:
        cells[active.created_at] = lead.created_at.isoformat(sep=" ")
    return cells


def tables_of(c: Connection, active: Active, leads: Sequence[LeadRow]) -> pl.DataFrame | Tables:
    """Return what the champion reads of some leads: one table, or several by name."""
    rows = [cells_of(active, lead) for lead in leads]
    origin = active.bundle.origin
    if origin is None:
        return texts_of(rows, (*active.scorer.needed, *([active.scorer.key] if active.scorer.key is not None else [])), only=True)
    project, schemas = active.project, origin.tidier.schemas
    created = active.created_at
    if created is not None:
        # Leads that begin after the moment of asking would be left out; intake saw to it that none does.
        rows = [row | {created: lead.created_at.isoformat(sep=" ")} for row, lead in zip(rows, leads, strict=True)]
    events = events_of_each(c, [lead.key for lead in leads])
    tables = {"lead": texts_of(rows, schemas["lead"].names)}
    for table in project.event:
        links = list(zip(table.key, project.lead_columns(table), strict=True))
        own = [_event(table, links, row, event) for row, lead in zip(rows, leads, strict=True) for event in events.get(lead.key, ())]
        tables[table.name] = texts_of([cells for cells in own if cells is not None], schemas[table.name].names)
    return tables | active.belongings.tables(c, {parent.name: schemas[parent.name].names for parent in project.parent})


def tables_around(active: Active, frame: pl.DataFrame) -> pl.DataFrame | Tables:
    """Return a table of leads of which nothing has happened as the champion reads it."""
    origin = active.bundle.origin
    if origin is None:
        return frame
    others = (*(table.name for table in active.project.event), *(parent.name for parent in active.project.parent))
    return {"lead": frame} | {name: texts_of([], origin.tidier.schemas[name].names) for name in others}


def _event(table: EventTable, links: Iterable[tuple[str, str]], lead: Mapping[str, Any], event: EventRow) -> Cells | None:
    if event.kind != table.name:
        return None
    cells = {key: lead.get(column) for key, column in links} | event.fields | {table.occurred_at: event.occurred_at.isoformat(sep=" ")}
    if table.known_at is not None:
        cells[table.known_at] = event.known_at.isoformat(sep=" ")
    return cells if table.id is None else {table.id: event.event} | cells
