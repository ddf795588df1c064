"""The end of observation: until when the tables tell what happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from leadrank.errors import DataError
from leadrank.frames import pl
from leadrank.labels.conversions import moments_of
from leadrank.labels.moments import DAY, NEVER, number_of, over_at
from leadrank.project import Project
from leadrank.types import Finding, IntArray

EMPTY = 0.1
"""Where the last stretch holds less than this share of what the others hold, its moments were written down ahead of time."""
ENOUGH = 20.0
"""Dates that the last stretch should hold for that to be judged."""
JUDGED_DAYS = 30.0
"""Length of that stretch where no horizon is declared."""
DECLARE = "Declare until when the tables were observed: [target] observed_until = \"2024-06-30\"."


def observed_until(project: Project, tables: dict[str, pl.DataFrame]) -> int:
    """Return the end of observation in microseconds: `observed_until`, or the newest moment known in any table.

    A date without a time of day is over at its next midnight.

    Raises
    ------
    DataError
        Nothing is dated.
    """
    if project.target.observed_until is not None:
        return number_of(_declared(project.target.observed_until))
    moments = known_moments(project, tables)
    if not len(moments):
        raise DataError("No table holds a date, so it cannot be told until when they were observed.", DECLARE)
    return int(moments.max())


def known_moments(project: Project, tables: dict[str, pl.DataFrame]) -> IntArray:
    """Return the moments at which each lead, each event and each version of a parent came to be known."""
    parts = [over_at(tables["lead"][project.lead.created_at])] if project.lead.created_at is not None else []
    parts += [moments_of(event, tables[event.name])[1] for event in project.event]
    parts += [over_at(tables[parent.name][parent.known_at]) for parent in project.parent if parent.known_at is not None]
    moments: IntArray = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
    dated: IntArray = moments[moments != NEVER]
    return dated


def _declared(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        return moment.astimezone(UTC).replace(tzinfo=None)
    return moment + timedelta(days=1) if len(text) <= len("2024-06-30") else moment


def lonely_end(project: Project, tables: dict[str, pl.DataFrame]) -> list[Finding]:
    """Report an end of observation that few moments reach: planned dates would make young rows look final."""
    moments = known_moments(project, tables)
    if project.target.observed_until is not None or not len(moments):
        return []
    stretch = int((project.target.within or JUDGED_DAYS) * DAY)
    start, end = int(np.quantile(moments, 0.01)), int(moments.max())
    expected = len(moments) * stretch / max(end - start, 1)
    late = int((moments > end - stretch).sum())
    if end - start <= 2 * stretch or expected < ENOUGH or late >= EMPTY * expected:
        return []
    said = (
        f"Only {late:,} of {len(moments):,} dates lie in the last {stretch / DAY:g} days before the newest one; evenly spread it would be "
        f"{expected:,.0f}. Dates that are planned and have not happened would make young leads look final."
    )
    return [Finding("T504", "warning", None, late, said, DECLARE)]
