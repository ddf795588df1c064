"""Several tables as they stood at each boundary: features, half-lives and outcomes from what was known there, and from nothing later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from leadrank import data, labels
from leadrank.backtest.past import NEVER, Past, Rolling, Then, bounds_of, past_of, placed, settled
from leadrank.errors import DataError, UsageError
from leadrank.frames import pl
from leadrank.history import History, history_of
from leadrank.moments import DAY, days_of, microseconds, moment_of
from leadrank.project import OUTCOMES, Project
from leadrank.types import AT, FloatArray, IntArray

UNTOLD = "the outcome is an event, and nothing says after how long it is final: learned from all tables, that would be hindsight."


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
        A delay is given where the project says when outcomes are final, or neither says it.
    DataError
        No outcome is final.
    """
    at = _days(history.frame[AT]) if AT in history.frame.columns else None
    if at is None or not np.isfinite(at).any():
        return past_of(history.project, history.frame, rolling)
    rows = np.flatnonzero(np.isfinite(at))
    rows = rows[np.argsort(at[rows], kind="stable")]
    past = _of_columns(history, rows, at[rows], rolling) if history.ahead is None else _of_events(history, rows, at[rows], rolling)

    told = project.model_copy(update={"target": past.project.target})
    past = replace(past, lead=_names(history)["lead"].gather(rows).rank("dense").to_numpy().astype(np.int64))

    @lru_cache(maxsize=2)
    def rewind(boundary: float) -> Then:
        return _then(told, frames, past, _names(history)[rows], boundary, rolling.delay or 0.0)

    return replace(past, rewind=rewind)


def _of_columns(history: History, rows: IntArray, at: FloatArray, rolling: Rolling) -> Past:
    return placed(history.project, history.frame[rows], at, rolling, dated=True)


def _of_events(history: History, rows: IntArray, at: FloatArray, rolling: Rolling) -> Past:
    ahead = history.ahead
    assert ahead is not None  # noqa: S101 - asked by the caller
    if history.project.target.final_after is None and history.project.target.within is None:
        raise UsageError(UNTOLD, 'Declare it: [target] within = "30 days", or final_after where a conversion counts however late it comes.')
    if rolling.delay is not None:
        raise UsageError("the project says itself when outcomes are final; --delay says it again.", "Leave --delay out, or change `final_after`.")
    y = labels.final_labels(ahead)[rows]
    if not (y >= 0).any():
        raise DataError("No outcome is final by the end of the tables: there is nothing to judge.", "Declare a shorter `within` or `final_after`.")
    # A conversion that was written down after the outcome counted as final is known from then on only.
    late = np.where(y == 1, np.nan_to_num(_days(ahead.known_at)[rows], posinf=0.0), 0.0)
    known = np.where(y < 0, NEVER, np.maximum(_days(ahead.final_at)[rows], late))
    return Past(settled(history.project, OUTCOMES), history.frame[rows], at, known, y, OUTCOMES, bounds_of(at[y >= 0], rolling), dated=True)


def _then(project: Project, frames: Mapping[str, pl.DataFrame], past: Past, names: pl.DataFrame, boundary: float, delay: float) -> Then:
    """Learn from what was known at the boundary how rows are made; make those of before from that alone, and those that come from all tables."""
    until = moment_of(boundary * DAY)
    if project.target.event is not None and not (past.hit[past.known <= boundary] == 1).any():
        raise DataError(f"At the boundary {until:%Y-%m-%d} no conversion was known: nothing can be learned.", "Begin later with --first.")
    known = history_of(project, data.known_rows(project, frames, until), until=until, delay=delay)
    later = history_of(project, frames, origin=known.origin)
    assert known.y is not None  # noqa: S101 - it was made of tables
    made = pl.concat([_names(known), _names(later)]).with_row_index("row")
    found = names.join(made.unique(["lead", AT], keep="first"), on=["lead", AT], how="left", maintain_order="left")["row"]
    if missing := found.null_count():
        said = f"{missing:,} of {len(found):,} leads are not found when the tables are read as of {until:%Y-%m-%d}."
        raise DataError(said, "Mend keys and dates that are written in several ways.")
    # What was there at the boundary and turned out later to be another lead's, or to have converted before, was learned from like the rest.
    gone = made.head(len(known.y)).filter(pl.col(AT) < until).join(names, on=["lead", AT], how="anti", maintain_order="left")["row"]
    order = pl.concat([found, gone])
    y = np.append(known.y, np.full(later.frame.height, labels.UNLABELLED))[order.to_numpy()]
    frame = pl.concat([known.frame, later.frame], how="vertical_relaxed")[order]
    return Then(settled(known.project, past.classes), frame.with_columns(_outcome(past, y)), y)


def _names(history: History) -> pl.DataFrame:
    """Name rows so that they are found in another reading of the tables."""
    assert history.lead is not None  # noqa: S101 - it was made of tables
    return pl.DataFrame({"lead": history.lead, AT: history.frame[AT]})


def _outcome(past: Past, y: IntArray) -> pl.Series:
    """Write outcomes as the project reads them; what is not known stays blank."""
    names = dict(enumerate(past.classes))
    return pl.Series(past.project.target.column, [names.get(code) for code in y.tolist()], dtype=pl.String)


def _days(moments: pl.Series) -> FloatArray:
    """Return days since 1970, infinite where there is no moment."""
    return np.where(moments.is_null(), NEVER, days_of(microseconds(moments)))
