"""Whether the end of observation can be believed."""

from __future__ import annotations

import numpy as np

from leadrank.frames import pl
from leadrank.labels.silent import ENOUGH as BEYOND_CHANCE
from leadrank.labels.silent import recently
from leadrank.moments import DAY, known_moments, moment_of, observed_until
from leadrank.project import Project
from leadrank.types import Finding, IntArray

EMPTY = 0.1
"""Where the last stretch holds less than this share of what the others hold, its moments were written down ahead of time."""
ENOUGH = 20.0
"""Dates that the last stretch should hold for that to be judged."""
JUDGED_DAYS = 30.0
"""Length of that stretch where no horizon is declared."""


def lonely_end(project: Project, tables: dict[str, pl.DataFrame]) -> list[Finding]:
    """Report an end of observation that few moments reach: planned dates, or a declared end in the future, make young rows look final."""
    moments = known_moments(project, tables)
    if not len(moments):
        return []
    if project.target.observed_until is not None:
        return _declared_late(moments, observed_until(project, tables), project.target.observed_until)
    stretch = int((project.target.within or JUDGED_DAYS) * DAY)
    late, expected = _lonely(moments, stretch)
    if not late:
        return []
    newest, rest = int(moments.max()), moments
    while _lonely(rest, stretch)[0]:
        rest = rest[rest <= rest.max() - stretch]
    last = f"{moment_of(int(rest.max()) - 1):%Y-%m-%d}"
    said = (
        f"Only {late:,} of {len(moments):,} dates lie in the last {stretch / DAY:g} days before the newest one, {moment_of(newest - 1):%Y-%m-%d}; "
        f"evenly spread it would be {expected:,.0f}. Dates that are planned and have not happened, or mistyped, would make young leads look final."
    )
    remedy = f'Most dates end at {last}. Declare until when the tables were observed: [target] observed_until = "{last}".'
    return [Finding("T504", "warning", None, late, said, remedy)]


def _lonely(moments: IntArray, stretch: int) -> tuple[int, float]:
    """Count the moments in the last stretch where they are far fewer than evenly spread, and how many that would be; 0 where they are not."""
    start, end = int(np.quantile(moments, 0.01)), int(moments.max())
    expected = len(moments) * stretch / max(end - start, 1)
    late = int((moments > end - stretch).sum())
    few = end - start > 2 * stretch and expected >= ENOUGH and late < EMPTY * expected
    return (late if few else 0), expected


def _declared_late(moments: IntArray, end: int, told: str) -> list[Finding]:
    """Report a declared end that lies further behind the newest date than chance makes."""
    newest = int(moments.max())
    expected = recently(moments, end) if end > newest else 0.0
    if expected < BEYOND_CHANCE:
        return []
    last = f"{moment_of(newest - 1):%Y-%m-%d}"
    said = (
        f"The tables are declared to be observed until {told}, and their newest date is {last}, {(end - newest) / DAY:,.0f} days earlier; "
        f"{expected:,.0f} came in as many days before it. Leads of which nothing could be told yet look final, as lost."
    )
    return [Finding("T504", "warning", None, 0, said, f'Declare until when the tables tell: [target] observed_until = "{last}".')]
