"""The call list: leads in the order in which they are to be worked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from heapq import merge
from itertools import islice, product
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Text, and_, cast, exists, false, func, literal, or_, select

from leadrank.store.moment import Moment
from leadrank.store.records import LeadRow
from leadrank.store.rows import many
from leadrank.store.schema import leads


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Which leads of the queue are wanted; what is None or empty does not filter.

    Parameters
    ----------
    owner, unassigned
        Whose leads, and those that nobody has; both where both are asked for.
    reach
        Of the leads that nobody has only those of these teams; None stands for no team.
    team
        Whose leads.
    tier, status
        Any of these.
    contact
        Worth contacting, not worth it, or both.
    newest_than, oldest_than
        Created after the one moment, before the other.
    search
        What the key or a field's value contains, in any case of letters.
    """

    owner: str | None = None
    unassigned: bool = False
    reach: tuple[str | None, ...] | None = None
    team: str | None = None
    tier: tuple[str, ...] = ()
    status: tuple[str, ...] = ("open",)
    contact: bool | None = None
    newest_than: datetime | None = None
    oldest_than: datetime | None = None
    search: str | None = None


class Urgency(IntEnum):
    """What a lead asks for, in the order of a queue."""

    DUE = 0
    """A contact that is late or due soon."""
    LATER = 1
    """A contact that can wait, or that has no deadline."""
    WAITING = 2
    """Nothing for now: it was contacted, and the next word is its own."""
    REST = 3
    """Nothing: it is not worth a contact, snoozed, or closed."""


NEVER = datetime.fromisoformat("9999-12-31")
"""Where a deadline stands that is none."""
Asks = tuple[Urgency, datetime]
"""An urgency, and the moment before which a contact is due soon."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last lead of a page; the next page begins behind it."""

    worth: float
    key: str
    urgency: Urgency = Urgency.DUE


def urgency_of(row: LeadRow, soon: datetime) -> Urgency:
    """Say what a lead asks for, where all is due whose deadline comes before a moment."""
    if row.status != "open" or not row.contact:
        return Urgency.REST
    if row.contacted_at is not None:
        return Urgency.WAITING
    return Urgency.DUE if row.due_at is not None and row.due_at < soon else Urgency.LATER


def page(c: Connection, wanted: QueueFilter, *, limit: int, after: Cursor | None = None, soon: datetime | None = None) -> list[LeadRow]:
    """Read one page of the queue: the most worth first, equal ones by key.

    Where a moment says what is due soon, the more urgent leads come before; all pages of one queue need the same moment.
    """
    if soon is None:
        return _ranked(c, wanted, None, limit, after)
    found = list[LeadRow]()
    for urgency in Urgency if after is None else tuple(Urgency)[after.urgency :]:
        behind = after if after is not None and after.urgency == urgency else None
        found += _ranked(c, wanted, (urgency, soon), limit - len(found), behind)
        if len(found) == limit:
            break
    return found


def tier_counts(c: Connection, wanted: QueueFilter) -> dict[str, int]:
    """Count the leads that a filter leaves, by tier."""
    # Not the bare column: for the sake of its order SQLite would read the index by tier where the one by owner is far shorter.
    tier = leads.c.tier.concat("")
    counted = Counter[str]()
    for whose in _owners(wanted):
        counted.update({str(name): int(number) for name, number in c.execute(select(tier, func.count()).where(*_conditions(whose)).group_by(tier))})
    return dict(counted)


def _owners(wanted: QueueFilter) -> tuple[QueueFilter, ...]:
    """Ask for somebody's leads and for nobody's one after the other: each is a piece of an index, both together are none."""
    both = wanted.owner is not None and wanted.unassigned
    return (replace(wanted, unassigned=False), replace(wanted, owner=None)) if both else (wanted,)


def _sides(wanted: QueueFilter) -> tuple[bool, ...]:
    return (True, False) if wanted.contact is None else (wanted.contact,)


def _ranked(c: Connection, wanted: QueueFilter, asks: Asks | None, limit: int, after: Cursor | None) -> list[LeadRow]:
    # One index read for each owner, status, side of the cut and tier, each in order already: no queue is ever sorted whole.
    tiers: list[tuple[str, ...]] = [(tier,) for tier in wanted.tier] or [()]
    kinds = [
        replace(whose, status=(status,), contact=side, tier=tier)
        for whose, status, side, tier in product(_owners(wanted), wanted.status, _sides(wanted), tiers)
        if asks is None or (asks[0] == Urgency.REST) == (status != "open" or not side)
    ]
    parts = [_part(c, kind, asks, limit, after) for kind in kinds]
    return list(islice(merge(*parts, key=lambda row: (-row.worth, row.key)), limit))


def _part(c: Connection, wanted: QueueFilter, asks: Asks | None, limit: int, after: Cursor | None) -> list[LeadRow]:
    query = select(leads).where(*_conditions(wanted), *(() if asks is None else _urgent(*asks)))
    if after is not None:
        # The first half is a range of the index, the second decides among equals.
        query = query.where(leads.c.worth <= after.worth, or_(leads.c.worth < after.worth, leads.c.key > after.key))
    return many(c, query.order_by(leads.c.worth.desc(), leads.c.key).limit(limit), LeadRow)


def _conditions(wanted: QueueFilter) -> Iterator[ColumnElement[bool]]:
    yield _any(leads.c.status, wanted.status)
    yield _any(leads.c.contact, _sides(wanted))
    if wanted.tier:
        yield _any(leads.c.tier, wanted.tier)
    if wanted.owner is not None:
        yield leads.c.owner == wanted.owner
    if wanted.team is not None:
        yield leads.c.team == wanted.team
    if wanted.unassigned:
        yield leads.c.owner.is_(None)
        if wanted.reach is not None:
            yield or_(false(), *(leads.c.team.is_(None) if team is None else leads.c.team == team for team in wanted.reach))
    if wanted.newest_than is not None:
        yield leads.c.created_at > wanted.newest_than
    if wanted.oldest_than is not None:
        yield leads.c.created_at < wanted.oldest_than
    if wanted.search:
        yield _contains(wanted.search.lower())


def _urgent(urgency: Urgency, soon: datetime) -> Iterator[ColumnElement[bool]]:
    if urgency == Urgency.WAITING:
        yield leads.c.contacted_at.is_not(None)
    elif urgency != Urgency.REST:
        yield leads.c.contacted_at.is_(None)
        # Not the bare column: by its own index all that is due would be read, and sorted.
        due = func.coalesce(leads.c.due_at, literal(NEVER, Moment))
        yield due < soon if urgency == Urgency.DUE else due >= soon


def _any(column: Column[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """One value is asked for as such: only then is an index known to be in order behind it."""
    return column == values[0] if len(values) == 1 else column.in_(values)


def _contains(said: str) -> ColumnElement[bool]:
    """Look into keys and into the fields' values; the document as a whole is asked first, because taking one apart costs ten times more."""
    written = json.dumps(said, ensure_ascii=False)[1:-1]
    cells = func.json_each(leads.c.fields).table_valued("key", "value")
    value = func.lower(cast(cells.c.value, Text))
    within = exists(select(1).select_from(cells).where(or_(value.contains(said, autoescape=True), value.contains(written, autoescape=True))))
    some = func.lower(cast(leads.c.fields, Text)).contains(written, autoescape=True)
    return or_(func.lower(leads.c.key).contains(said, autoescape=True), and_(some, within))
