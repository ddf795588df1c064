"""Several tables become one row for each lead: what was known of it at a moment. Nothing here can look past that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadrank import data, features
from leadrank.bundle import ASKED_AT, Origin
from leadrank.frames import pl
from leadrank.moments import moment_of
from leadrank.observed import observed_until, planned_dates
from leadrank.project import Project
from leadrank.types import Finding


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Leads as they were known at a moment.

    Attributes
    ----------
    project
        As the user declared it.
    frame
        A row for each lead.
    rows, tables
        What it was made of: the number of each lead in the lead table with the cutoff, and the tidy tables.
    rejected
        Rows of tables that could not be used.
    """

    project: Project
    frame: pl.DataFrame
    at: datetime | None
    rows: pl.DataFrame
    tables: Mapping[str, pl.DataFrame]
    findings: tuple[Finding, ...]
    rejected: tuple[data.RejectedRow, ...]


def snapshots(
    project: Project, origin: Origin, frames: Mapping[str, pl.DataFrame], *, at: datetime | None = None,
    skipped: Mapping[str, Sequence[int]] | None = None,
) -> Snapshots:
    """Describe every lead that was there by what was known of it at a moment, as training looked at leads.

    A model that learned from leads at their creation, at certain ages, or at events is asked of the last such cutoff of each lead; one that learned
    from calendar dates, of the moment itself.

    Parameters
    ----------
    project
        As the bundle remembers it.
    origin
        What training learned of the tables.
    frames
        Raw tables by name, `lead` among them.
    at
        The moment of asking, naive UTC; by default the last moment that the tables tell of, as training takes it: `[target] observed_until`
        where that is declared, or the newest one; where a few dates lie far beyond all others (T504), the newest of these. Leads that came later
        are left out (D192).
    skipped
        As in `tidy_tables`.

    Returns
    -------
    Snapshots
        Leads in the order of their table.

    Raises
    ------
    DataError
        A table or column that the model needs is not there.
    """
    project = as_declared(project, origin)
    tidied = data.tidy_tables(project, frames, origin.tidier, skipped=skipped)
    moment = _end(project, tidied.tables) if at is None else at
    later = _later(project, tidied.tables, moment) if at is None else []
    rows = _rows(project, tidied.tables, moment)
    frame = features.featurize(origin.featurizer, tidied.tables, rows)
    if moment is not None and rows["at"].null_count() < rows.height:
        frame = frame.with_columns(pl.lit(moment).cast(pl.Datetime("us")).alias(ASKED_AT))
    return Snapshots(project, frame, moment, rows, tidied.tables, (*tidied.findings, *later), tidied.rejected)


def as_declared(project: Project, origin: Origin) -> Project:
    """Return a project as it spoke of the tables, before it spoke of the one that was made of them: there the creation of a row is its cutoff."""
    created = origin.featurizer.lead.created_at
    lead = project.lead.model_copy(update={} if created is None else {"created_at": created})
    return project.model_copy(update={"lead": lead})


def observed_anew(project: Project) -> Project:
    """Forget until when the tables of training were observed: those of today tell more."""
    return project.model_copy(update={"target": project.target.model_copy(update={"observed_until": None})})


def _rows(project: Project, tables: Mapping[str, pl.DataFrame], at: datetime | None) -> pl.DataFrame:
    wanted = project.cutoff
    if at is not None and (wanted.dates or wanted.every is not None):
        return features.rows_at(project, tables, at)
    return features.cutoff_rows(project, tables, until=at).group_by("lead", maintain_order=True).last()


def _end(project: Project, tables: Mapping[str, pl.DataFrame]) -> datetime | None:
    return None if project.lead.created_at is None else moment_of(observed_until(project, tables))


def _later(project: Project, tables: Mapping[str, pl.DataFrame], end: datetime | None) -> list[Finding]:
    """Report dates and leads after the end of observation: the tables are newer than the declaration, or dates were planned."""
    created, lead = project.lead.created_at, tables["lead"]
    if created is None:
        return []
    planned, late = planned_dates(project, tables, remedy="Ask as of another moment (--at). "), int((lead[created] > end).sum())
    if not late:
        return planned
    declared = "the tables are declared to be observed" if project.target.observed_until is not None else "most dates reach"
    said = f"{late:,} of {lead.height:,} leads came after {end:%Y-%m-%d %H:%M}, until when {declared}; they are left out."
    remedy = "Ask as of a later moment (--at), or declare one in the project file: [target] observed_until."
    return [*planned, Finding("D192", "warning", created, late, said, remedy)]
