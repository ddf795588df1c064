"""The rows that are looked at: leads, each at one or several cutoffs."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from leadrank.errors import UsageError, nearest
from leadrank.features.keys import match
from leadrank.features.tables import Tables, table_of
from leadrank.frames import pl
from leadrank.moments import DAY, NEVER, clocks_of, happened_and_known, microseconds, number_of, read_moment, series_of
from leadrank.observed import observed_until
from leadrank.project import EventTable, Project
from leadrank.types import IntArray


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
        Cutoffs after it are left out; by default the last moment that the tables tell of (`observed_until`).

    Returns
    -------
    polars.DataFrame
        `lead` (row number in the lead table) and `at` (null where the lead's creation is not known), sorted.

    Raises
    ------
    UsageError
        There is no such event table.
    DataError
        Leads come with their moments, and nothing is dated.

    Examples
    --------
    >>> from leadrank.project import Cutoffs, LeadTable, Target
    >>> project = Project(lead=LeadTable(key="id", created_at="came"), target=Target(column="won"), cutoff=Cutoffs(ages=(0.5, 2)))
    >>> leads = pl.DataFrame({"id": ["a", "b"], "came": [datetime(2024, 5, 1), datetime(2024, 5, 3)]})
    >>> cutoff_rows(project, {"lead": leads}, until=datetime(2024, 5, 4)).rows()
    [(0, datetime.datetime(2024, 5, 1, 12, 0)), (0, datetime.datetime(2024, 5, 3, 0, 0)), (1, datetime.datetime(2024, 5, 3, 12, 0))]
    """
    created = _created(project, tables)
    end = _end(project, tables, until)
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
    frame = pl.DataFrame({"lead": pl.Series(lead, dtype=pl.Int64), "at": series_of("at", at)})
    return frame.unique().sort("lead", "at", nulls_last=True)


def _end(project: Project, tables: Tables, until: datetime | None) -> int:
    if until is not None:
        return number_of(until)
    return NEVER if project.lead.created_at is None else observed_until(project, tables)


def _created(project: Project, tables: Tables) -> IntArray:
    name = project.lead.created_at
    if name is None:
        return np.full(table_of(tables, "lead").height, NEVER)
    return microseconds(table_of(tables, "lead", (name,))[name])


def _at_moments(project: Project, created: IntArray, end: int) -> tuple[IntArray, IntArray]:
    wanted, known = project.cutoff, np.flatnonzero(created != NEVER)
    if wanted.dates or wanted.every is not None:
        told = np.array([number_of(read_moment(text)) for text in wanted.dates], dtype=np.int64)
        dates = told if wanted.dates else _regular(created[known], wanted.every or 1.0, end)
        lead, at = np.repeat(known, len(dates)), np.tile(dates, len(known))
        there = created[lead] <= at
        return lead[there], at[there]
    ages = np.array([round(age * DAY) for age in wanted.ages or (0.0,)])
    return np.repeat(known, len(ages)), (created[known][:, None] + ages).ravel()


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
    own, other = match(table_of(tables, "lead").select(project.lead_columns(event)), table.select(event.key))
    moments = pl.DataFrame({"owner": other, "at": happened_and_known(table, *clocks_of(event, table))[1]})
    pairs = pl.DataFrame({"owner": own, "lead": np.arange(len(own))}).filter(pl.col("owner") >= 0).join(moments, on="owner")
    lead, at = pairs["lead"].to_numpy(), pairs["at"].to_numpy()
    there = (created[lead] <= at) | (created[lead] == NEVER)
    return lead[there], at[there]


def _event_named(project: Project, name: str) -> EventTable:
    for event in project.event:
        if event.name == name:
            return event
    names = [event.name for event in project.event]
    raise UsageError(f"[cutoff] event = {name!r} is none of the event tables {names}.", nearest(name, names))
