"""Stored leads to scores, one or many, always by the same way through the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from leadrank.bundle import Scored
from leadrank.data import clean_cell
from leadrank.data.cell import plain_value, text_of
from leadrank.operations.cells import digest
from leadrank.operations.champion import Active
from leadrank.operations.composing import tables_of
from leadrank.operations.lead_fields import lead_schema
from leadrank.scored_rows import LEFT
from leadrank.store.events import events_of_each
from leadrank.store.records import LeadRow

ARROWS = {"raises": "▲", "lowers": "▼"}
REASONS = 3
"""Reasons that are kept with each score."""
WEIGHED = 12
"""Reasons among which the one that stands in a list is chosen."""


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


def chance_of(active: Active, scored: Scored) -> float:
    """Return the chance of a conversion that money and plans count with; for learned tiers by the declared rates where there are any."""
    rates = active.bundle.policy.rates
    if active.bundle.policy.tiers_on != "class" or not any(rates):
        return counted(scored)
    return sum(p * rate for p, rate in zip(scored.classes.values(), rates, strict=True))


def cost_of(active: Active, fields: Mapping[str, object]) -> float:
    """Return what a contact with a lead costs: its own amount, or what is declared where that is blank."""
    column = active.bundle.terms.contact_cost_column
    own = None if column is None else amount_of(active, column, fields)
    return active.bundle.policy.cost if own is None else own


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


def cell_as_read(active: Active, name: str, value: object) -> object:
    """Return a field as the model reads it: the text "1" and the number 1 are the same to it."""
    schema = lead_schema(active.bundle)
    return clean_cell(schema.column(name), value) if name in schema.names else text_of(plain_value(value)) or None
