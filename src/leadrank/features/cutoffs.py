"""The rows that are looked at: leads, each at one or several cutoffs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from leadrank.errors import DataError, UsageError, nearest
from leadrank.features.keys import match
from leadrank.features.moments import DAY, NEVER, counted_from, is_by_day, microseconds, number_of
from leadrank.features.tables import table_of
from leadrank.frames import pl
from leadrank.project import EventTable, Project
from leadrank.types import IntArray

Tables = Mapping[str, pl.DataFrame]


def cutoff_rows(project: Project, tables: Tables, *, until: datetime | None = None) -> pl.DataFrame:
    """List leads of the past with the cutoffs at which they are looked at as if they were new.

    A cutoff at creation is the moment as it is written: where only the day is told, its beginning, so that nothing of that day is known yet.

    Parameters
    ----------
    project
        `[cutoff]` says which cutoffs; by default the creation of each lead.
    tables
        Clean tables by name.
    until
        Cutoffs after it are left out; by default the newest moment that the tables tell of.

    Returns
    -------
    polars.DataFrame
        `lead` (row number in the lead table) and `at` (null where the lead's creation is not known), sorted.

    Examples
    --------
    >>> from leadrank.project import Cutoffs, LeadTable, Target
    >>> project = Project(lead=LeadTable(key="id", created_at="came"), target=Target(column="won"), cutoff=Cutoffs(ages=(0.5, 2)))
    >>> leads = pl.DataFrame({"id": ["a", "b"], "came": [datetime(2024, 5, 1), datetime(2024, 5, 3)]})
    >>> cutoff_rows(project, {"lead": leads}, until=datetime(2024, 5, 4)).rows()
    [(0, datetime.datetime(2024, 5, 1, 12, 0)), (0, datetime.datetime(2024, 5, 3, 0, 0)), (1, datetime.datetime(2024, 5, 3, 12, 0))]
    """
    created = _created(project, tables)
    end = number_of(until) if until is not None else _newest(project, tables)
    if project.cutoff.event is not None:
        lead, at = _at_events(project, tables, created)
    else:
        lead, at = _at_moments(project, created, end)
    keep = (at <= end) & (at != NEVER)
    blank = np.flatnonzero(created == NEVER) if project.cutoff.event is None else np.empty(0, dtype=np.int64)
    return _rows(np.append(lead[keep], blank), np.append(at[keep], np.full(len(blank), NEVER)))


def rows_at(project: Project, tables: Tables, at: datetime) -> pl.DataFrame:
    """List every lead that was there at a moment, with that moment as its cutoff; one whose creation is not known counts as there."""
    created = _created(project, tables)
    lead = np.flatnonzero((created <= number_of(at)) | (created == NEVER))
    return _rows(lead, np.full(len(lead), number_of(at)))


def _rows(lead: IntArray, at: IntArray) -> pl.DataFrame:
    moments = pl.Series("at", at, dtype=pl.Int64)
    frame = pl.DataFrame({"lead": pl.Series(lead, dtype=pl.Int64), "at": pl.select(pl.when(moments != NEVER).then(moments)).to_series()})
    return frame.with_columns(pl.col("at").cast(pl.Datetime("us"))).unique().sort("lead", "at", nulls_last=True)


def _created(project: Project, tables: Tables) -> IntArray:
    name = project.lead.created_at
    if name is None:
        return np.full(table_of(tables, "lead").height, NEVER)
    return microseconds(table_of(tables, "lead", (name,))[name])


def _at_moments(project: Project, created: IntArray, end: int) -> tuple[IntArray, IntArray]:
    wanted, known = project.cutoff, np.flatnonzero(created != NEVER)
    if wanted.dates or wanted.every is not None:
        dates = _dates(wanted.dates) if wanted.dates else _regular(created[known], wanted.every or 1.0, end)
        lead, at = np.repeat(known, len(dates)), np.tile(dates, len(known))
        there = created[lead] <= at
        return lead[there], at[there]
    ages = np.array([round(age * DAY) for age in wanted.ages or (0.0,)])
    return np.repeat(known, len(ages)), (created[known][:, None] + ages).ravel()


def _dates(texts: tuple[str, ...]) -> IntArray:
    return np.array([number_of(_naive(datetime.fromisoformat(text))) for text in texts])


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo is not None else moment


def _regular(created: IntArray, every: float, end: int) -> IntArray:
    """Return moments so many days apart, from the first midnight after the first lead to the last lead."""
    if not len(created):
        return created
    first, last = -(-int(created.min()) // DAY) * DAY, min(int(created.max()), end)
    return np.arange(first, max(first, last) + 1, round(every * DAY))


def _at_events(project: Project, tables: Tables, created: IntArray) -> tuple[IntArray, IntArray]:
    """Return the moment at which each event was known, for every lead that it belongs to and that was there."""
    event = _event_named(project, project.cutoff.event or "")
    table = table_of(tables, event.name, event.key)
    own, other = match(table_of(tables, "lead").select(lead_columns(project, event)), table.select(event.key))
    moments = pl.DataFrame({"owner": other, "at": known_moments(event, table)})
    pairs = pl.DataFrame({"owner": own, "lead": np.arange(len(own))}).filter(pl.col("owner") >= 0).join(moments, on="owner")
    lead, at = pairs["lead"].to_numpy(), pairs["at"].to_numpy()
    there = (created[lead] <= at) | (created[lead] == NEVER)
    return lead[there], at[there]


def lead_columns(project: Project, event: EventTable) -> tuple[str, ...]:
    """Return the lead table's columns that the key of an event table matches."""
    return event.lead or (event.key if len(event.key) > 1 else (str(project.lead.key),))


def known_moments(event: EventTable, table: pl.DataFrame) -> IntArray:
    """Return from when each event was known."""
    names = [event.occurred_at, *((event.known_at,) if event.known_at is not None else ())]
    known: IntArray = np.maximum.reduce([_held_from(table[name]) for name in names])
    return known


def _held_from(moments: pl.Series) -> IntArray:
    return counted_from(moments, by_day=is_by_day(moments))


def _event_named(project: Project, name: str) -> EventTable:
    for event in project.event:
        if event.name == name:
            return event
    names = [event.name for event in project.event]
    raise UsageError(f"[cutoff] event = {name!r} is none of the event tables {names}.", nearest(name, names))


def _newest(project: Project, tables: Tables) -> int:
    told = project.target.observed_until
    if told is not None:
        return number_of(_naive(datetime.fromisoformat(told)), by_day=len(told) <= len("2024-06-30"))
    moments = [known_moments(event, table_of(tables, event.name)) for event in project.event]
    moments += [_held_from(table_of(tables, p.name)[p.known_at]) for p in project.parent if p.known_at is not None]
    moments.append(_created(project, tables))
    known = np.concatenate(moments)
    known = known[known != NEVER]
    if not len(known) and project.lead.created_at is not None:
        raise DataError("No table tells of a moment, so leads cannot be looked at as of one.", "Check created_at in [lead].")
    return int(known.max(initial=0))
