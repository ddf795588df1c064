"""Several tables as they stood at each boundary: features, half-lives and outcomes from what was known there, and from nothing later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from leadrank import labels
from leadrank.backtest.past import NEVER, Past, Rolling, Then, bounds_of, past_of, placed, settled
from leadrank.errors import DataError, UsageError
from leadrank.frames import pl
from leadrank.history import History, history_of
from leadrank.moments import DAY, days_of, microseconds, moment_of
from leadrank.project import OUTCOMES, Project
from leadrank.types import AT, FloatArray, IntArray


def past_of_tables(project: Project, frames: Mapping[str, pl.DataFrame], history: History, rolling: Rolling) -> Past:
    """Put leads at their past cutoffs in order of time.

    Parameters
    ----------
    project
        What is declared of the tables.
    frames
        Raw tables by name.
    history
        What the tables tell by their end.
    rolling
        How the cutoff rolls; outcomes that are events have a delay of their own.

    Raises
    ------
    UsageError
        A delay is given where the project says when outcomes are final.
    DataError
        No outcome is final.
    """
    at = _days(history.frame[AT]) if AT in history.frame.columns else None
    if at is None or not np.isfinite(at).any():
        return past_of(history.project, history.frame, rolling)
    rows = np.flatnonzero(np.isfinite(at))
    rows = rows[np.argsort(at[rows], kind="stable")]
    past = _of_columns(history, rows, at[rows], rolling) if history.ahead is None else _of_events(history, rows, at[rows], rolling)

    @lru_cache(maxsize=2)
    def rewind(boundary: float) -> Then:
        y = past.then(boundary).y if history.ahead is None else labels.final_labels(history.ahead, moment_of(boundary * DAY))[rows]
        return Then(_made_then(project, frames, history, boundary)[rows].with_columns(_outcome(past, y)), y)

    return replace(past, rewind=rewind)


def _of_columns(history: History, rows: IntArray, at: FloatArray, rolling: Rolling) -> Past:
    return placed(history.project, history.frame[rows], at, rolling, dated=True)


def _of_events(history: History, rows: IntArray, at: FloatArray, rolling: Rolling) -> Past:
    ahead = history.ahead
    assert ahead is not None  # noqa: S101 - asked by the caller
    if rolling.delay is not None:
        raise UsageError("the project says itself when outcomes are final; --delay says it again.", "Leave --delay out, or change `final_after`.")
    y = labels.final_labels(ahead)[rows]
    if not (y >= 0).any():
        raise DataError("No outcome is final by the end of the tables: there is nothing to judge.", "Declare a shorter `within` or `final_after`.")
    # A conversion that was written down after the outcome counted as final is known from then on only.
    late = np.where(y == 1, np.nan_to_num(_days(ahead.known_at)[rows], posinf=0.0), 0.0)
    known = np.where(y < 0, NEVER, np.maximum(_days(ahead.final_at)[rows], late))
    return Past(settled(history.project, OUTCOMES), history.frame[rows], at, known, y, OUTCOMES, bounds_of(at[y >= 0], rolling), dated=True)


def _made_then(project: Project, frames: Mapping[str, pl.DataFrame], history: History, boundary: float) -> pl.DataFrame:
    """Learn from tables that end at the boundary how rows are made, and make all rows so."""
    origin = history_of(project, frames, until=moment_of(boundary * DAY)).origin
    frame = history_of(project, frames, origin=origin).frame
    if frame.height != history.frame.height:
        raise DataError("The tables give other leads when read as of an earlier moment.", "Mend keys that are written in several ways.")
    return frame


def _outcome(past: Past, y: IntArray) -> pl.Series:
    """Write outcomes as the project reads them; what is not known stays blank."""
    names = dict(enumerate(past.classes))
    return pl.Series(past.project.target.column, [names.get(code) for code in y.tolist()], dtype=pl.String)


def _days(moments: pl.Series) -> FloatArray:
    """Return days since 1970, infinite where there is no moment."""
    return np.where(moments.is_null(), NEVER, days_of(microseconds(moments)))
