"""Whether the end of observation can be believed."""

from __future__ import annotations

from leadrank.frames import pl
from leadrank.labels.silent import ENOUGH as BEYOND_CHANCE
from leadrank.labels.silent import recently
from leadrank.moments import DAY, moment_of
from leadrank.observed import known_moments, observed_until, planned_dates
from leadrank.project import Project
from leadrank.types import Finding, IntArray


def doubtful_end(project: Project, tables: dict[str, pl.DataFrame]) -> list[Finding]:
    """Report planned or mistyped dates beyond the end of observation, or a declared end in the future, that makes young rows look final (T504)."""
    told = project.target.observed_until
    if told is None:
        return planned_dates(project, tables)
    moments = known_moments(project, tables)
    return _declared_late(moments, observed_until(project, tables), told) if len(moments) else []


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
