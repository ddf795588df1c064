"""Until when tables tell of anything: as declared, or where most of their dates end."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from leadrank.errors import DataError
from leadrank.frames import pl
from leadrank.moments import DAY, LONG_AGO, NEVER, clock_of, clocks_of, happened_and_known, held_from, moment_of, number_of, read_moment
from leadrank.project import Project
from leadrank.types import Finding, IntArray

EMPTY = 0.1
"""Where a stretch holds less than this share of what others of its length hold, its moments were written down ahead of time, or mistyped."""
ENOUGH = 20.0
"""Dates that a stretch should hold for that to be judged."""
JUDGED_DAYS = 30.0
"""Length of the last stretch where no horizon is declared, and fewer dates do not ask for a longer one."""
LEAST = 7 * DAY
"""Shorter stretches may be holidays."""
MOST_LIE = 0.05, 0.95
"""How close dates lie is judged between these shares of them: what is planned or mistyped is fewer."""
MANY = 1_000_000
"""Of more dates, every second, third, … is enough to judge that."""
DECLARE = "Declare until when the tables were observed: [target] observed_until = \"2024-06-30\"."


def observed_until(project: Project, tables: Mapping[str, pl.DataFrame]) -> int:
    """Return the last moment that tables tell of: what `[target] observed_until` says, or else the newest at which anything was known.

    A few dates far beyond all others are planned or mistyped (T504); then it is where most dates end.

    Raises
    ------
    DataError
        Nothing is dated.

    Examples
    --------
    >>> from datetime import datetime
    >>> from leadrank.project import LeadTable, Target
    >>> project = Project(lead=LeadTable(created_at="came"), target=Target(column="won"))
    >>> moment_of(observed_until(project, {"lead": pl.DataFrame({"came": [datetime(2024, 5, 1), datetime(2024, 5, 3)]})}))
    datetime.datetime(2024, 5, 4, 0, 0)
    """
    told = project.target.observed_until
    if told is not None:
        return number_of(read_moment(told), by_day=len(told) <= len("2024-06-30"))
    moments = known_moments(project, tables)
    if not len(moments):
        raise DataError("No table holds a date, so it cannot be told until when they were observed.", f"Check created_at in [lead]. {DECLARE}")
    return where_most_end(moments, _stretch(project))


def planned_dates(project: Project, tables: Mapping[str, pl.DataFrame], *, remedy: str = "") -> list[Finding]:
    """Say that a few dates lie far beyond all others, where observation is taken to end, and how to say otherwise (T504)."""
    moments = known_moments(project, tables)
    if project.target.observed_until is not None or not len(moments):
        return []
    end = where_most_end(moments, _stretch(project))
    late = int((moments > end).sum())
    if not late:
        return []
    last, newest = f"{moment_of(end - 1):%Y-%m-%d}", f"{moment_of(int(moments.max()) - 1):%Y-%m-%d}"
    said = (
        f"{late:,} of {len(moments):,} dates lie after {last}, up to {newest}, far fewer than in as long a time before: planned, or mistyped. "
        f"Observation is taken to end where most dates end, on {last}: what is dated later is not counted, and leads whose time is not up by then "
        "are pending, not lost."
    )
    declare = f'Correct the dates, or declare until when the tables were observed: [target] observed_until = "{last}"; "{newest}" if they are right.'
    return [Finding("T504", "warning", None, late, said, f"{remedy}{declare}", {"later": float(late)})]


def where_most_end(moments: IntArray, stretch: int) -> int:
    """Return the newest moment, or the newest before a few that lie far beyond all others.

    Parameters
    ----------
    moments
        In any order.
    stretch
        The last stretch is at least so long; a few in it count as far beyond where it should hold ten times as many, and all from the first
        moments on last more than twice as long.

    Examples
    --------
    >>> days = np.arange(100) * DAY
    >>> where_most_end(days, 30 * DAY) // DAY, where_most_end(np.append(days, 2_000 * DAY), 30 * DAY) // DAY
    (99, 99)
    """
    newest = int(moments.max())
    if len(moments) < ENOUGH:
        return newest
    some = moments[:: len(moments) // MANY + 1]
    first, last = int(np.quantile(some, MOST_LIE[0], method="higher")), int(np.quantile(some, MOST_LIE[1], method="lower"))
    apart = max(last - first, stretch) / (len(moments) * (MOST_LIE[1] - MOST_LIE[0]))
    stretch, step = (max(length, int(ENOUGH * apart)) for length in (stretch, LEAST))
    if newest - first <= 2 * stretch or int((moments > newest - stretch).sum()) >= EMPTY * stretch / apart:
        return newest
    rest = np.sort(moments)
    while len(rest) - (before := int(np.searchsorted(rest, rest[-1] - step, side="right"))) < EMPTY * step / apart:
        rest = rest[:before]
    return int(rest[-1])


def known_moments(project: Project, tables: Mapping[str, pl.DataFrame]) -> IntArray:
    """Return the moments at which each lead, each event and each version of a parent came to be known."""
    clocks = [("lead", project.lead.created_at), *((parent.name, parent.known_at) for parent in project.parent)]
    parts = [held_from(tables[name], clock_of(tables[name], column)) for name, column in clocks if column is not None]
    parts += [happened_and_known(tables[e.name], *clocks_of(e, tables[e.name]))[1] for e in project.event]
    moments: IntArray = np.concatenate([np.empty(0, dtype=np.int64), *parts])
    told: IntArray = moments[(moments != NEVER) & (moments != LONG_AGO)]
    return told


def _stretch(project: Project) -> int:
    return int((project.target.within or JUDGED_DAYS) * DAY)
