"""Several tables become what can be learned from: leads as they were known at past cutoffs, with what happened after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from leadrank import data, features, labels
from leadrank.bundle import Origin
from leadrank.errors import DataError, UsageError
from leadrank.frames import pl
from leadrank.moments import moment_of
from leadrank.observed import observed_until
from leadrank.project import OUTCOMES, Column, Project
from leadrank.project.tables import ColumnType
from leadrank.snapshots import Snapshots, as_declared
from leadrank.types import AT, BoolArray, Finding, FloatArray, IntArray

FEWER_WINDOWS = ((3_000, (30.0, 90.0)), (10_000, (7.0, 30.0, 90.0)))
"""Windows in days where fewer rows than so many are learned from (on the coupons of examples/complete_journey: AUC 0.783, with all 0.761)."""


@dataclass(frozen=True, slots=True)
class History:
    """What the tables tell of leads at past cutoffs.

    Attributes
    ----------
    project
        Speaks of `frame` as of one flat table: the outcome and the cutoff are columns of it.
    frame
        A row for each lead and cutoff; the outcome is blank where it is not known yet.
    known
        From when each row's outcome is final; None where the outcome is a column.
    ahead
        What came after each cutoff; None where the outcome is a column.
    origin
        How such rows are made of tables again; None for a flat table.
    lead
        Whose row each is: the lead's key, or its place in the lead table where leads have none.
    y
        What can be learned from: class numbers, -1 where the outcome is not known.
    """

    project: Project
    frame: pl.DataFrame
    known: pl.Series | None = None
    ahead: labels.Ahead | None = None
    origin: Origin | None = None
    findings: tuple[Finding, ...] = ()
    rejected: tuple[data.RejectedRow, ...] = ()
    lead: pl.Series | None = None
    y: IntArray | None = None

    @property
    def counted(self) -> tuple[str, ...]:
        """The columns that were counted from what was known at each cutoff."""
        kinds = {} if self.origin is None else features.kinds_of(self.origin.featurizer)
        undated = [f"{p.of} {p.name}." for p in self.project.parent if p.known_at is None]
        return tuple(name for name, kind in kinds.items() if kind != "fit" and not name.startswith(tuple(undated)))

    @property
    def things(self) -> dict[str, str]:
        """What each counted column is about."""
        return {} if self.origin is None else self.origin.things

    def known_from(self, rows: IntArray) -> FloatArray | None:
        """Return from when the outcomes of some rows are final, on the scale on which the rows are in order."""
        return None if self.known is None else data.time_order(self.known[rows].alias(AT).to_frame(), AT)


def history_of(
    project: Project, frames: Mapping[str, pl.DataFrame], *, origin: Origin | None = None, until: datetime | None = None,
    delay: float = 0.0, skipped: Mapping[str, Sequence[int]] | None = None,
) -> History:
    """Look at past leads as if they were new, and then at what became of them.

    Parameters
    ----------
    project
        What is declared of the tables.
    frames
        Raw tables by name, `lead` among them.
    origin
        What an earlier training learned of the tables, to judge its model; by default it is learned here.
    until
        Nothing is looked at that was known later; tables that tell more are to be cut by `known_rows` first.
    delay
        Days after its cutoff from which an outcome that is a column is known, which no table tells; it counts beside `until` only.
    skipped
        As in `tidy_tables`.

    Raises
    ------
    UsageError
        Something that was declared does not fit the tables.
    DataError
        Nothing can be made of a table.
    """
    project = project if origin is None else as_declared(project, origin)
    tidied = data.tidy_tables(project, frames, None if origin is None else origin.tidier, skipped=skipped)
    rows = features.cutoff_rows(project, tidied.tables, until=until)
    _need_cutoffs(project, tidied.tables, rows, until)
    if project.target.event is not None:
        return _of_events(project, tidied, rows, origin, until)
    cells = _outcome_cells(project, tidied.tables["lead"])
    read = labels.read_outcomes(cells, project.target, whole=False).codes[rows["lead"].to_numpy()]
    y = read if until is None else np.where(_told_by(rows, delay, until), read, labels.UNLABELLED)
    return _made(project, tidied, rows, y, cells[rows["lead"]], origin, until=until)


def _told_by(rows: pl.DataFrame, delay: float, until: datetime) -> BoolArray:
    """Mark the rows whose outcome, that a column of the lead tells, was known at a moment; not those that are scored only then."""
    at = rows[AT].is_not_null() & (rows[AT] < until) & (rows[AT] + timedelta(days=delay) <= until)
    return at.fill_null(value=False).to_numpy()


def is_open(found: Snapshots) -> BoolArray:
    """Mark the leads whose outcome was not known at the moment of asking: whom there is still a reason to call."""
    project = found.project
    if project.target.event is not None:
        ahead = labels.look_ahead(project, dict(found.tables), found.rows, until=found.at)
        return np.asarray((ahead.y == labels.UNLABELLED) & ~ahead.gone & ~ahead.converted & ~_too_late(project, found))
    lead = found.tables["lead"]
    if project.target.column not in lead.columns:
        return np.ones(found.rows.height, dtype=bool)
    read = labels.read_outcomes(lead[project.target.column], project.target, whole=False).codes
    return np.asarray(read[found.rows["lead"].to_numpy()] == labels.UNLABELLED)


def _too_late(project: Project, found: Snapshots) -> BoolArray:
    """Mark the leads whose horizon is over: nothing that they do now would be what was foretold."""
    if project.target.within is None or found.at is None:
        return np.zeros(found.rows.height, dtype=bool)
    over = found.rows["at"] + timedelta(days=project.target.within) <= found.at
    return over.fill_null(value=False).to_numpy()


def _of_events(
    project: Project, tidied: data.Tidied, rows: pl.DataFrame, origin: Origin | None, until: datetime | None
) -> History:
    _one_outcome(project, tidied.tables["lead"])
    ahead = labels.look_ahead(project, tidied.tables, rows, until=until)
    still = ~ahead.gone
    ahead, rows = ahead.take(still), rows.filter(pl.Series(still))
    # A young lead that converted already is known, those of its age that have not are pending: learned from, it would look typical.
    y = labels.final_labels(ahead)
    words = pl.Series(project.target.column, y).replace_strict([0, 1], OUTCOMES, default=None, return_dtype=pl.String)
    return _made(project, tidied, rows, y, words, origin, ahead, until)


def _one_outcome(project: Project, lead: pl.DataFrame) -> None:
    """Refuse an outcome that is declared twice: as an event, and as a column that is there."""
    target = project.target
    if "column" in target.model_fields_set and target.column in lead.columns:
        said = f"[target] declares the event {target.event!r} and the column {target.column!r} of the lead table: two outcomes."
        raise UsageError(said, "Leave one of them out; where the event is the outcome, `column` only names the column that is made.")


def _need_cutoffs(project: Project, tables: Mapping[str, pl.DataFrame], rows: pl.DataFrame, until: datetime | None) -> None:
    """Say why there is nothing to look at: leads came, and no cutoff lies where they could be looked at."""
    created = project.lead.created_at
    if rows.height or created is None or not tables["lead"][created].count():
        return
    first, end = str(tables["lead"][created].min())[:10], until or moment_of(observed_until(project, tables))
    raise DataError(
        f"No cutoff lies between the first lead ({first}) and the end of observation ({end:%Y-%m-%d}).",
        "Change [cutoff], or [target] observed_until where it is declared.",
    )


def _made(
    project: Project, tidied: data.Tidied, rows: pl.DataFrame, y: IntArray, outcome: pl.Series, origin: Origin | None,
    ahead: labels.Ahead | None = None, until: datetime | None = None,
) -> History:
    learned: tuple[Finding, ...] = ()
    if origin is None:
        counted = _as_many_windows_as_rows_bear(_of_kinds_that_came(project, tidied.tables, until), int((y != labels.UNLABELLED).sum()))
        origin = Origin(tidied.tidier, features.fit_featurizer(counted, tidied.tables, rows, y))
        learned = (*features.half_life_findings(origin.featurizer), *_as_they_stand(project))
    frame = features.featurize(origin.featurizer, tidied.tables, rows).with_columns(outcome.alias(project.target.column))
    found = (*tidied.findings, *learned, *(() if ahead is None else ahead.findings))
    key, lead = project.lead.key, tidied.tables["lead"]
    whose = rows["lead"] if key is None else lead[key].gather(rows["lead"])
    return History(_flat(project, frame), frame, None if ahead is None else _known(ahead), ahead, origin, found, tidied.rejected, whose, y)


def _as_many_windows_as_rows_bear(project: Project, rows: int) -> Project:
    """Count in fewer windows where few leads are learned from, unless windows are declared: columns that say nearly the same teach noise."""
    if "windows" in project.counting.model_fields_set:
        return project
    windows = next((fewer for most, fewer in FEWER_WINDOWS if rows < most), project.counting.windows)
    return project.model_copy(update={"counting": project.counting.model_copy(update={"windows": windows})})


def _of_kinds_that_came(project: Project, tables: Mapping[str, pl.DataFrame], until: datetime | None) -> Project:
    """Leave out half-lives of kinds of events that had not come yet: at an earlier moment none is mistyped for that."""
    if until is None or not project.counting.half_lives:
        return project
    came = {str(kind) for e in project.event if e.type is not None for kind in tables[e.name][e.type].drop_nulls().unique()}
    kinds = came | {e.name for e in project.event}
    half_lives = {kind: days for kind, days in project.counting.half_lives.items() if kind in kinds}
    return project.model_copy(update={"counting": project.counting.model_copy(update={"half_lives": half_lives})})


def _known(ahead: labels.Ahead) -> pl.Series:
    """Return from when each outcome is known for good: a conversion may be written down after its time was up."""
    return pl.select(pl.max_horizontal(ahead.final_at, ahead.known_at)).to_series()


def _as_they_stand(project: Project) -> list[Finding]:
    """Name the parents that tell nothing of when their rows were true: what they say of the past is what they say today."""
    return [
        Finding(
            "D193", "info", None, 0, f"{p.name} has no `known_at`: its columns are taken as they stand today, for cutoffs of the past as well.",
            "If they change over time (a state, a balance, a grade), declare from when each row holds, or exclude them.",
        )
        for p in project.parent if p.known_at is None
    ]


def _outcome_cells(project: Project, lead: pl.DataFrame) -> pl.Series:
    column = project.target.column
    if column not in lead.columns:
        raise UsageError(f"The outcome column {column!r} is not in the lead table.", f"It has: {', '.join(lead.columns[:30])}.")
    return lead[column]


def _flat(project: Project, frame: pl.DataFrame) -> Project:
    """Speak of the wide frame as of one lead table: its types are known, and rows come in the order of their cutoffs."""
    own = {name: column for name, column in _declared(project).items() if name in frame.columns}
    columns = {name: own.get(name, Column()).model_copy(update={"type": kind}) for name, kind in _types(frame).items()}
    dated = AT in frame.columns and frame[AT].null_count() < frame.height
    left_out = tuple(name for name in project.lead.exclude if name in frame.columns)
    when = {"created_at": AT, "order": None} if dated else {}
    lead = project.lead.model_copy(update={"columns": own | columns, "exclude": left_out, **when})
    return project.model_copy(update={"lead": lead})


def _declared(project: Project) -> dict[str, Column]:
    """Return what is declared of columns, by their names in the wide frame."""
    parents = {f"{p.name}.{name}": column for p in project.parent for name, column in p.columns.items()}
    return {**parents, **project.lead.columns}


def _types(frame: pl.DataFrame) -> dict[str, ColumnType]:
    """Hold fast what is a number or a date already: a count of 0, 1 and 2 is no code."""
    numbers: dict[str, ColumnType] = {name: "number" for name, dtype in frame.schema.items() if dtype == pl.Float64}
    return numbers | {name: "date" for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime)}
