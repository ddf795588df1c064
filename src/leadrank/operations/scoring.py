"""Stored leads to scores, one or many, always by the same way through the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from leadrank.bundle import Scored
from leadrank.bundle.unfamiliar import unreadable
from leadrank.data import Schema, clean_cell
from leadrank.data.cell import plain_value, read_cell, text_of
from leadrank.errors import nearest
from leadrank.operations.cells import digest
from leadrank.operations.champion import Active
from leadrank.operations.composing import cells_of, tables_of
from leadrank.scored_rows import LEFT
from leadrank.store.events import events_of_each
from leadrank.store.records import LeadRow

ARROWS = {"raises": "▲", "lowers": "▼"}
REASONS = 3
"""Reasons that are kept with each score."""
WEIGHED = 12
"""Reasons among which the one that stands in a list is chosen."""
MOST_ODD = 100
"""Unknown fields that are told of: to look for the nearest name takes its time."""
FEW = 32
"""So many leads are looked at one by one, to tell all that is odd about their fields."""


def scores_of(c: Connection, active: Active, leads: Sequence[LeadRow], *, now: datetime) -> list[Scored]:
    """Score leads; one of which a model of several tables can make nothing scores as one of which nothing is known."""
    if not leads:
        return []
    tables = tables_of(c, active, leads)
    if active.bundle.origin is None:
        return active.scorer.each(tables, reasons=WEIGHED)
    found = {scored.key: scored for scored in active.scorer.each(tables, reasons=WEIGHED, at=now)}
    return [found.get(lead.key) or found.get(lead.key.strip()) or active.scorer.one({})._replace(key=lead.key) for lead in leads]


def inputs_of(c: Connection, active: Active, leads: Sequence[LeadRow]) -> dict[str, str]:
    """Return the SHA-256 of what each lead is scored on: the fields that the model reads, or all fields and events."""
    if active.bundle.origin is None:
        return {lead.key: digest(read_by(active, lead)) for lead in leads}
    events = events_of_each(c, [lead.key for lead in leads])
    told = {key: [(e.event, e.kind, e.occurred_at, e.known_at, e.fields) for e in own] for key, own in events.items()}
    return {lead.key: digest(lead.fields, told.get(lead.key, [])) for lead in leads}


def read_by(active: Active, lead: LeadRow) -> dict[str, object]:
    """Return those of a lead's fields that the model reads."""
    if active.bundle.origin is not None:
        return dict(lead.fields)
    return {name: value for name in active.scorer.needed if (value := lead.fields.get(name)) is not None}


def counted(scored: Scored) -> float:
    """Return the probability that decides: of what is left of the horizon, where a lead is asked about later than it was looked at."""
    return scored.by_day.get(LEFT, scored.probability)


def top_reason(scored: Scored, *, contact: bool) -> str:
    """Return the strongest reason for what is done with a lead: one in favour of a lead to work, one against a lead that is not worth it."""
    direction = "raises" if contact else "lowers"
    told = [reason for reason in scored.reasons if reason.direction == direction] or scored.reasons
    return f"{ARROWS[told[0].direction]} {told[0].sentence}" if told else ""


def amount_of(active: Active, column: str, fields: Mapping[str, object]) -> float | None:
    """Return a lead's own amount of money; None where it is blank."""
    if column not in active.bundle.schema.names:
        return None
    cell = clean_cell(active.bundle.schema.column(column), fields.get(column))
    return cell if isinstance(cell, float) else None


def depends_on_time(active: Active) -> bool:
    """Whether a score changes by itself as time passes."""
    return active.bundle.origin is not None


def scored_on(active: Active) -> frozenset[str] | None:
    """Return the fields that decide about a lead: those that the model reads, and what it agreed to; None: all of them."""
    if active.bundle.origin is not None:
        return None
    serving = active.project.serving
    return frozenset(name for name in (*active.scorer.needed, serving.do_not_call, serving.do_not_email) if name is not None)


def problems_of(active: Active, leads: Sequence[LeadRow], scored: Sequence[Scored | None]) -> list[tuple[str, ...]]:
    """Say what is odd about the fields of each lead; of a few also what is merely new to the model, as a seldom label."""
    if active.bundle.origin is None and len(leads) <= FEW:
        scored = [active.scorer.one(cells_of(active, lead)) for lead in leads]
    if active.bundle.origin is not None or None in scored:
        return [tuple(unfit(active, lead.fields)) for lead in leads]
    foreign = foreign_to(active, (name for lead in leads for name in lead.fields))
    return [(*one.problems, *(foreign[name] for name in lead.fields if name in foreign)) for lead, one in zip(leads, scored, strict=True) if one]


def unfit(active: Active, fields: Mapping[str, object]) -> list[str]:
    """Say which fields nobody knows, each with the nearest name, and which cannot be read."""
    schema, foreign = _lead_schema(active), foreign_to(active, fields)
    columns = {name: schema.column(name) for name in fields if name in schema.names}
    return [*foreign.values(), *(unreadable(column, fields[name]) for name, column in columns.items() if not read_cell(column, fields[name])[1])]


def foreign_to(active: Active, names: Iterable[str]) -> dict[str, str]:
    """Return the names that are none of the model's, the project's or the service's, each with what is to be said about it."""
    project = active.project
    routed = (rule.when.column for rule in project.routing.rule if rule.when is not None)
    named = (project.serving.do_not_call, project.serving.do_not_email, *project.serving.title, *routed)
    told = [*active.scorer.needed, *_lead_schema(active).names, *project.lead.columns, project.lead.key, project.lead.order, active.created_at]
    known = {name for name in (*told, project.target.column, *project.lead.exclude, *named) if name is not None}
    odd = [name for name in dict.fromkeys(names) if name not in known]
    return {name: f"{name} is a field that nobody knows. {nearest(name, known)}".rstrip() for name in odd[:MOST_ODD]}


def cell_as_read(active: Active, name: str, value: object) -> object:
    """Return a field as the model reads it: the text "1" and the number 1 are the same to it."""
    schema = _lead_schema(active)
    return clean_cell(schema.column(name), value) if name in schema.names else text_of(plain_value(value)) or None


def _lead_schema(active: Active) -> Schema:
    origin = active.bundle.origin
    return active.bundle.schema if origin is None else origin.tidier.schemas["lead"]
