"""What happened to leads: stored once each, and the lead scored anew."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from leadrank.data import ColumnSchema, clean_cell
from leadrank.errors import ConflictError, NotFoundError, UsageError, nearest
from leadrank.operations.allowed import check
from leadrank.operations.cells import checked_fields, listed
from leadrank.operations.champion import Active
from leadrank.operations.comeback import acted_again
from leadrank.operations.conversions import conversion_among, converted_by
from leadrank.operations.desk import Desk, writing
from leadrank.operations.intake import LONGEST_KEY, check_key, restless_by
from leadrank.operations.notices import Notice
from leadrank.operations.odd import odd_in_event, refuse, strictness
from leadrank.operations.standing import Restless, newcomer, settle
from leadrank.operations.who import Who
from leadrank.project import ParentTable
from leadrank.store.events import add_events, leads_of_events
from leadrank.store.leads import lock_leads, put_leads
from leadrank.store.parents import put_parents
from leadrank.store.records import EventRow, LeadRow

EXACT = 1 << 53
"""Whole numbers up to here stay whole."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that happened to a lead.

    Attributes
    ----------
    event
        The sender's own name of it; one that came before counts once.
    lead
        The lead's key.
    kind
        The event table where the model learned from several; else any word.
    occurred_at, known_at
        When it happened, and when that was known (by default: now, but not before it happened).
    fields
        The row of the event table.
    set, add
        Where the model learned from one table: fields of the lead to set, and numbers to add to its fields.
    """

    event: str
    lead: str
    kind: str
    occurred_at: datetime
    known_at: datetime | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    set: Mapping[str, object] = field(default_factory=dict)
    add: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Happened:
    """What became of an event: whether it is new, whether its lead was made for it, the lead after the whole call, and what is odd."""

    event: str
    new: bool
    created: bool
    lead: LeadRow
    problems: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class ParentFields:
    """A row of a parent table: what leads or events belong to."""

    table: str
    key: str
    fields: Mapping[str, object]


def take_events(desk: Desk, who: Who, events: Sequence[NewEvent], *, now: datetime, strict: bool | None = None) -> list[Happened]:
    """Take events, and score their leads anew; answers come in the order of the events.

    The event that the model foretells (`[target] event`) closes its lead as converted. A lost lead to which anything else
    happened since is open again.

    Parameters
    ----------
    strict
        Whether events that bring odd fields are refused (None: as the project says); what their leads lack is told and no reason.

    Raises
    ------
    NotFoundError
        The lead is unknown and `[serving] unknown_events` says "refuse", or it is not the rep's own. Nothing of the call is stored then.
    UsageError
        An event has no name, is of no table that the model knows, or adds what is no number.
    ConflictError
        Another lead has an event of the same name: names are unique over all leads. Nothing of the call is stored then.
    OddError
        An event brings odd fields, and this is strict. Nothing of the call is stored then.
    """
    keys = list(dict.fromkeys(event.lead for event in events))
    with writing(desk, who, "take_events", listed(keys), now=now, times=len(events)) as c:
        active = desk.champion.of(c)
        for event in events:
            _check_event(active, event)
        known = lock_leads(c, keys)
        for row in known.values():
            check(who, "take_events", row)
        created = _created(c, active, who, [key for key in keys if key not in known], now)
        new = add_events(c, [_row(event, now) for event in events])
        _refuse_others(c, events)
        # Of two with one name in one call, the first one counts.
        first = {event.event: place for place, event in reversed(list(enumerate(events))) if event.event in new}
        rows = known | created
        happened = _by_lead([events[place] for place in first.values()], created)
        after = rows | {key: replace(rows[key], fields=_after(rows[key].fields, own), updated_at=now) for key, own in happened.items()}
        odd = [odd_in_event(active, (*e.set, *e.add), after[e.lead], e.kind, e.fields) for e in events]
        if strictness(active, strict):
            refuse([(e.lead, odd[place] if first.get(e.event) == place else ()) for place, e in enumerate(events)], in_part=True)
        rows |= _moved(c, active, who, happened, rows, after, now)
        return [Happened(e.event, first.get(e.event) == place, e.lead in created, rows[e.lead], odd[place]) for place, e in enumerate(events)]


def take_parents(desk: Desk, who: Who, rows: Sequence[ParentFields], *, now: datetime) -> int:
    """Take rows of parent tables, in place of those with the same keys; return how many. Leads that belong to them are scored anew at the next tick.

    Raises
    ------
    UsageError
        The model knows no such parent table, or a row lacks a part of its key.
    """
    with writing(desk, who, "take_parents", listed(dict.fromkeys(row.table for row in rows)), now=now, times=len(rows)) as c:
        tables = {parent.name: parent for parent in desk.champion.of(c).project.parent}
        given: dict[str, dict[str, dict[str, Any]]] = {}
        for row in rows:
            if row.table not in tables:
                raise UsageError(f"{row.table!r} is no parent table of this model.", nearest(row.table, tables))
            key, fields = _thing(tables[row.table], row)
            given.setdefault(row.table, {})[key] = fields
        for table, things in given.items():
            put_parents(c, table, things, now)
    return len(rows)


def _check_event(active: Active, event: NewEvent) -> None:
    if not event.event.strip() or len(event.event) > LONGEST_KEY:
        said = f"An event's own name has 1 to {LONGEST_KEY} letters; {event.event[:LONGEST_KEY]!r} came."
        raise UsageError(said, "Send the name that it has in your system.")
    check_key(event.lead)
    if not event.kind.strip() or len(event.kind) > LONGEST_KEY:
        raise UsageError(f"Event {event.event!r} needs a `kind`.", "E.g. visit.")
    tables = [table.name for table in active.project.event]
    if active.bundle.origin is not None and event.kind not in tables:
        raise UsageError(f"{event.kind!r} is no event table of this model; it has {', '.join(tables) or 'none'}.", nearest(event.kind, tables))
    wrong = [name for name, by in event.add.items() if isinstance(by, bool) or not isinstance(by, int | float) or not math.isfinite(by)]
    if wrong:
        raise UsageError(f"Event {event.event!r} adds to {', '.join(map(repr, wrong))} what is no number.", "Send e.g. {\"visits\": 1}.")


def _refuse_others(c: Connection, events: Sequence[NewEvent]) -> None:
    """Refuse a name that an event of another lead has: it would be taken for that event again, and lost without a word.

    Looked at once ours are written: until then somebody else may write the name for another lead.
    """
    leads = leads_of_events(c, (event.event for event in events))
    for event in events:
        held = leads.setdefault(event.event, event.lead)
        if held != event.lead:
            raise ConflictError(
                f"An event {event.event!r} has come with another lead than {event.lead!r}.", "Give each event a name that no other has, of any lead.",
            )


def _row(event: NewEvent, now: datetime) -> EventRow:
    fields = checked_fields(event.fields, event.event)
    changes = {name: told for name, told in (("set", checked_fields(event.set, event.event)), ("add", dict(event.add))) if told}
    known = event.known_at or max(now, event.occurred_at)
    return EventRow(lead=event.lead, event=event.event, kind=event.kind, occurred_at=event.occurred_at, known_at=known, fields=fields | changes)


def _created(c: Connection, active: Active, who: Who, keys: Sequence[str], now: datetime) -> dict[str, LeadRow]:
    """Make the leads that nobody has heard of; events refer to them, so that they are there before their events."""
    if keys and active.project.serving.unknown_events == "refuse":
        raise NotFoundError(f"There is no lead {listed(keys)} here, so its events are refused.", "Send the lead first.")
    made = {key: newcomer(key, {}, source="event", created_at=now, now=now) for key in keys}
    if who.role == "rep":
        made = {key: replace(row, owner=who.own, team=who.team) for key, row in made.items()}
    put_leads(c, made.values())
    return made


def _by_lead(events: Sequence[NewEvent], created: Iterable[str]) -> dict[str, list[NewEvent]]:
    """Return the events of each lead in the order in which they happened; a lead that was made for them is among them in any case."""
    happened: dict[str, list[NewEvent]] = {key: [] for key in created}
    for event in sorted(events, key=lambda event: event.occurred_at):
        happened.setdefault(event.lead, []).append(event)
    return happened


def _moved(
    c: Connection, active: Active, who: Who, happened: Mapping[str, Sequence[NewEvent]], rows: Mapping[str, LeadRow], after: Mapping[str, LeadRow],
    now: datetime,
) -> dict[str, LeadRow]:
    """Let new events change their leads, and score those anew, and leads that are new."""
    restless, quiet = list[Restless](), dict[str, LeadRow]()
    for key, own in happened.items():
        row = after[key]
        won = conversion_among(active.project, own)
        if won is not None:
            row = converted_by(c, active.project, who, row, won, now=now)
        told = [(event, (*event.set, *event.add)) for event in own]
        why = acted_again(c, active, who, rows[key], row, told, now=now) or restless_by(active, rows[key], row, _said(active, own))
        quiet[key] = row
        if why is not None:
            restless.append(why)
    settled = {key: row for key, (row, _) in settle(c, active, restless, by=who.name, now=now).items()}
    put_leads(c, [row for key, row in quiet.items() if key not in settled])
    return quiet | settled


def _after(fields: Mapping[str, Any], events: Sequence[NewEvent]) -> dict[str, Any]:
    """Return a lead's fields after some events; a blank or unreadable field counts as 0 when something is added to it."""
    found = dict(fields)
    for event in events:
        found |= checked_fields(event.set, event.event)
        for name, by in event.add.items():
            before = clean_cell(ColumnSchema(name, "number"), found.get(name))
            total = (before if isinstance(before, float) else 0.0) + by
            found[name] = int(total) if total.is_integer() and abs(total) < EXACT else total
    return found


def _said(active: Active, events: Sequence[NewEvent]) -> str:
    """Name the events, where they count by themselves and not through the fields that they change."""
    if active.bundle.origin is None:
        return ""
    kinds = Counter(event.kind for event in events)
    return "New events: " + ", ".join(f"{number} of {kind}" for kind, number in kinds.items())


def _thing(table: ParentTable, row: ParentFields) -> tuple[str, dict[str, Any]]:
    """Return the key under which a row of a parent table is kept, and its cells."""
    fields = checked_fields(row.fields, row.key)
    if len(table.key) == 1:
        fields.setdefault(table.key[0], row.key)
    parts = [*table.key, *([table.known_at] if table.known_at is not None else [])]
    blank = [name for name in table.key if fields.get(name) in {None, ""}]
    if blank:
        raise UsageError(f"A row of {table.name!r} lacks {', '.join(map(repr, blank))}, which names it.", "Send it among the fields.")
    key = json.dumps([fields.get(name) for name in parts], ensure_ascii=False)
    if len(key) > 2 * LONGEST_KEY:
        raise UsageError(f"The key of a row of {table.name!r} is longer than {2 * LONGEST_KEY} letters.", "Shorten it.")
    return key, fields
