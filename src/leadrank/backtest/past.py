"""The past as it unfolded: when each lead was scored, from when its outcome was known, and where the periods begin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from leadrank import data, labels
from leadrank.errors import DataError, UsageError
from leadrank.frames import pl
from leadrank.moments import DAY, moment_of
from leadrank.project import Column, Project
from leadrank.types import FloatArray, IntArray

NEVER = np.inf
"""From when an outcome is known that the table does not tell."""


@dataclass(frozen=True, slots=True)
class Rolling:
    """How the cutoff rolls.

    Attributes
    ----------
    periods
        How many periods of about equal size, where `every` is not given.
    every
        Days of a period; needs the moment at which each lead came.
    first
        Share of the leads that came before the first boundary.
    delay
        How long after a lead its outcome is known, in days, or in leads where only their order is known. None: when its period ends.
    """

    periods: int = 5
    every: float | None = None
    first: float = 0.5
    delay: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Then:
    """The rows as they could be made at some boundary, and what was known of their outcomes there: class numbers, -1 not yet.

    Those of the past come first, in its order; after them, those that were learned from then and of which nothing is left by the end.
    `project` speaks of the columns that these rows have: the tables of then may have borne fewer windows, kinds and labels than those of the end.
    """

    project: Project
    frame: pl.DataFrame
    y: IntArray

    @property
    def known(self) -> IntArray:
        """The rows that could be learned from."""
        return np.flatnonzero(self.y >= 0)


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Leads with their moments, oldest first; flat tables and rows made of several tables alike.

    Attributes
    ----------
    project
        What is declared.
    frame
        Raw cells.
    moment
        When each lead is scored: days since 1970, or its place in the order.
    known
        From when its outcome is final and known, on the same scale.
    y
        Class numbers, -1 where the outcome never becomes known.
    classes
        Names of the outcomes, worst first.
    bounds
        Where the periods begin, and where the last one ends.
    dated
        Whether moments are days.
    rewind
        Gives the same rows as they could be made at a moment, where anything was learned to make them or outcomes were known otherwise then.
    lead
        A number for the lead of each row, where one may have several.
    """

    project: Project
    frame: pl.DataFrame
    moment: FloatArray
    known: FloatArray
    y: IntArray
    classes: tuple[str, ...]
    bounds: tuple[float, ...]
    dated: bool
    rewind: Callable[[float], Then] | None = None
    lead: IntArray | None = None

    @property
    def hit(self) -> IntArray:
        """Whether the best class came, -1 where that never becomes known."""
        return self.hits(self.y)

    def hits(self, y: IntArray) -> IntArray:
        """Say whether class numbers are of the best class."""
        return np.where(y < 0, -1, y == len(self.classes) - 1).astype(np.int64)

    def then(self, boundary: float) -> Then:
        """Return the rows as they could be made at a boundary, with the outcomes known there."""
        if self.rewind is not None:
            return self.rewind(boundary)
        return Then(self.project, self.frame, np.where((self.known <= boundary) & (self.moment < boundary), self.y, -1))

    def between(self, begin: float, end: float) -> IntArray:
        """Return the leads that were scored in a period: the row of each, or the first where it has several there, as it is worked once."""
        rows = np.flatnonzero((self.moment >= begin) & (self.moment < end))
        return rows if self.lead is None else rows[np.sort(np.unique(self.lead[rows], return_index=True)[1])]

    def again(self, begin: float, end: float) -> int:
        """Count the rows of a period that are left out there, as they are of leads that had one before."""
        return int(((self.moment >= begin) & (self.moment < end)).sum()) - len(self.between(begin, end))

    def name_of(self, begin: float, end: float) -> str:
        """Name a period."""
        if not self.dated:
            return f"leads {begin + 1:,.0f}–{end:,.0f}"
        first, last = (moment_of(at * DAY) for at in (begin, end))
        return f"{first:%Y-%m-%d} – {last:%Y-%m-%d}"


def past_of(project: Project, frame: pl.DataFrame, rolling: Rolling) -> Past:
    """Put a flat table in order of time.

    Parameters
    ----------
    project
        Names the order, or the moment at which leads came.
    frame
        Raw cells with the outcome.
    rolling
        How the cutoff rolls.

    Raises
    ------
    UsageError
        The project names no order, or days are asked for where only an order is known.
    DataError
        There are too few leads for so many periods.
    """
    moment, dated = _moments(project, frame)
    return placed(project, frame, moment, rolling, dated=dated)


def placed(project: Project, frame: pl.DataFrame, moment: FloatArray, rolling: Rolling, *, dated: bool) -> Past:
    """Put rows in the order of their moments (of equal ones, in the order given); what is said of `past_of` holds."""
    _check(project, rolling, dated=dated)
    oldest = np.argsort(moment, kind="stable")
    outcomes = labels.read_outcomes(frame[project.target.column], project.target)
    moment = moment[oldest] if dated else np.arange(frame.height, dtype=np.float64)
    y = outcomes.codes[oldest]
    bounds = bounds_of(moment[y >= 0], rolling)
    known = np.where(y < 0, NEVER, _known(moment, bounds, rolling))
    return Past(settled(project, outcomes.classes), frame[oldest], moment, known, y, outcomes.classes, bounds, dated)


def bounds_of(moment: FloatArray, rolling: Rolling) -> tuple[float, ...]:
    """Place the boundaries: of equal counts, or equally long.

    Parameters
    ----------
    moment
        Of each row, rising.

    Examples
    --------
    >>> bounds_of(np.arange(10.0), Rolling(periods=2, first=0.6))
    (6.0, 8.0, 10.0)
    >>> bounds_of(np.arange(10.0), Rolling(every=3, first=0.5))
    (5.0, 8.0, 11.0)
    """
    end = float(np.nextafter(moment[-1], np.inf)) if moment[-1] % 1 else float(moment[-1]) + 1.0
    start = round(rolling.first * len(moment))
    if rolling.every is not None:
        begin = float(moment[min(start, len(moment) - 1)])
        count = max(int(np.ceil((end - begin) / rolling.every)), 1)
        return tuple(begin + k * rolling.every for k in range(count + 1))
    places = np.linspace(start, len(moment), rolling.periods + 1).round().astype(np.int64)[:-1]
    bounds = tuple(dict.fromkeys(float(moment[place]) for place in places if place < len(moment)))
    if len(bounds) < rolling.periods or bounds[0] <= moment[0]:
        raise DataError(f"{len(moment):,} leads do not split into a past and {rolling.periods} periods.", "Ask for fewer periods with --periods.")
    return (*bounds, end)


def _moments(project: Project, frame: pl.DataFrame) -> tuple[FloatArray, bool]:
    name = project.lead.created_at or project.lead.order
    if name is None:
        said = "a backtest needs to know in which order leads came."
        raise UsageError(said, "Name the column with --order COL or --created-at COL; #row: the file's own.")
    if name == data.FILE_ORDER:
        return np.arange(frame.height, dtype=np.float64), False
    lead = project.lead
    declared = {name: lead.columns.get(name, Column())}
    reading = lead.model_copy(update={"exclude": (), "columns": {**lead.columns, **declared}})
    schema, _ = data.infer_schema(frame, reading, target=project.target.column)
    clean = data.clean_frame(schema.only([name]), frame).frame
    order = data.time_order(clean, name)
    assert order is not None  # noqa: S101 - it was named
    dated = clean[name].dtype.is_temporal()
    return np.nan_to_num(order / 86_400_000 if dated else order, nan=-np.inf), dated


def _check(project: Project, rolling: Rolling, *, dated: bool) -> None:
    if rolling.every is not None and not dated:
        name = project.lead.created_at or project.lead.order
        said = f"periods of days were asked for, and {name!r} holds no dates."
        raise UsageError(said, "Give --created-at COL, or a number of periods with --periods.")
    if not 0 < rolling.first < 1 or rolling.periods < 1:
        said = "a backtest begins after a share of the leads between 0 and 1, and has 1 period or more."
        raise UsageError(said, "E.g. --first 0.5 --periods 5.")


def _known(moment: FloatArray, bounds: tuple[float, ...], rolling: Rolling) -> FloatArray:
    """Say from when outcomes are known: after the delay, or when the period ends; what came before the first boundary is known there."""
    if rolling.delay is not None:
        return moment + rolling.delay
    edges = np.asarray(bounds)
    known: FloatArray = edges[np.minimum(np.searchsorted(edges, moment, side="right"), len(edges) - 1)]
    return known


def settled(project: Project, classes: tuple[str, ...]) -> Project:
    """Read the outcome alike at every boundary; nothing is set aside, since the next period is what is unseen."""
    changed: dict[str, object] = {"validation": project.validation.model_copy(update={"share": 0.0})}
    if project.target.event is None:
        declared = {"classes": classes, "positive": None} if len(classes) > 2 else {"positive": classes[-1], "classes": None}
        changed["target"] = project.target.model_copy(update=declared)
    return project.model_copy(update=changed)
