"""What happened to leads: stored once each, and the lead scored anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leadrank.operations.desk import Desk
from leadrank.operations.who import Who
from leadrank.store.records import LeadRow


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
    """What became of an event: whether it is new, whether its lead was made for it, and the lead as it stands after the whole call."""

    event: str
    new: bool
    created: bool
    lead: LeadRow


@dataclass(frozen=True, slots=True)
class ParentFields:
    """A row of a parent table: what leads or events belong to."""

    table: str
    key: str
    fields: Mapping[str, object]


def take_events(desk: Desk, who: Who, events: Sequence[NewEvent], *, now: datetime) -> list[Happened]:
    """Take events, and score their leads anew; answers come in the order of the events.

    Raises
    ------
    NotFoundError
        The lead is unknown and `[serving] unknown_events` says "refuse", or it is not the rep's own. Nothing of the call is stored then.
    UsageError
        An event has no name, is of no table that the model knows, or adds what is no number.
    """
    raise NotImplementedError


def take_parents(desk: Desk, who: Who, rows: Sequence[ParentFields], *, now: datetime) -> int:
    """Take rows of parent tables, in place of those with the same keys; return how many. Leads that belong to them are scored anew at the next tick.

    Raises
    ------
    UsageError
        The model knows no such parent table.
    """
    raise NotImplementedError
