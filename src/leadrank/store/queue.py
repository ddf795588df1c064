"""The call list: leads in the order in which they are worth working."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, cast, exists, func, or_, select

from leadrank.store.records import LeadRow
from leadrank.store.rows import many
from leadrank.store.schema import leads


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Which leads of the queue are wanted; what is None or empty does not filter.

    Parameters
    ----------
    owner, team
        Whose leads.
    unassigned
        Only leads without an owner.
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
    team: str | None = None
    tier: tuple[str, ...] = ()
    status: tuple[str, ...] = ("open",)
    contact: bool | None = None
    newest_than: datetime | None = None
    oldest_than: datetime | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last lead of a page; the next page begins behind it."""

    worth: float
    key: str


def page(c: Connection, wanted: QueueFilter, *, limit: int, after: Cursor | None = None) -> list[LeadRow]:
    """Read one page of the queue: the most worth first, equal ones by key."""
    # One index read for each status and side of the cut, each in order already: a list of several statuses is never sorted whole.
    parts = [_part(c, wanted, status, contact, limit, after) for status in wanted.status for contact in _sides(wanted)]
    return list(islice(merge(*parts, key=lambda row: (-row.worth, row.key)), limit))


def count(c: Connection, wanted: QueueFilter) -> int:
    """Count the leads that a filter leaves."""
    return int(c.execute(select(func.count()).select_from(leads).where(*_all_conditions(wanted))).scalar_one())


def tier_counts(c: Connection, wanted: QueueFilter) -> dict[str, int]:
    """Count the leads that a filter leaves, by tier."""
    query = select(leads.c.tier, func.count()).where(*_all_conditions(wanted)).group_by(leads.c.tier)
    return {str(tier): int(number) for tier, number in c.execute(query)}


def _sides(wanted: QueueFilter) -> tuple[bool, ...]:
    return (True, False) if wanted.contact is None else (wanted.contact,)


def _part(c: Connection, wanted: QueueFilter, status: str, contact: bool, limit: int, after: Cursor | None) -> list[LeadRow]:
    query = select(leads).where(leads.c.status == status, leads.c.contact == contact, *_conditions(wanted))
    if after is not None:
        # The first half is a range of the index, the second decides among equals.
        query = query.where(leads.c.worth <= after.worth, or_(leads.c.worth < after.worth, leads.c.key > after.key))
    return many(c, query.order_by(leads.c.worth.desc(), leads.c.key).limit(limit), LeadRow)


def _all_conditions(wanted: QueueFilter) -> Iterator[ColumnElement[bool]]:
    yield leads.c.status.in_(wanted.status)
    yield leads.c.contact.in_(_sides(wanted))
    yield from _conditions(wanted)


def _conditions(wanted: QueueFilter) -> Iterator[ColumnElement[bool]]:
    same: dict[Any, Any] = {leads.c.owner: wanted.owner, leads.c.team: wanted.team}
    yield from (column == value for column, value in same.items() if value is not None)
    if wanted.unassigned:
        yield leads.c.owner.is_(None)
    if wanted.tier:
        yield leads.c.tier.in_(wanted.tier)
    if wanted.newest_than is not None:
        yield leads.c.created_at > wanted.newest_than
    if wanted.oldest_than is not None:
        yield leads.c.created_at < wanted.oldest_than
    if wanted.search:
        yield _contains(wanted.search.lower())


def _contains(said: str) -> ColumnElement[bool]:
    cells = func.json_each(leads.c.fields).table_valued("key", "value")
    within = exists(select(1).select_from(cells).where(func.lower(cast(cells.c.value, Text)).contains(said, autoescape=True)))
    return or_(func.lower(leads.c.key).contains(said, autoescape=True), within)
