"""The scorecard that a sales manager would write: points for what leads do, and for what they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadrank import data, evaluation
from leadrank.errors import UsageError, nearest
from leadrank.frames import pl
from leadrank.project import ScoreRule
from leadrank.types import FloatArray, IntArray

NUMBERS = 5
"""Nobody writes rules about more numbers than these."""
LABELS = 5
TELLING = 2.0
"""Standard errors by which a number must tell converted leads from others."""
FAR_MORE = 1.5
"""Times the average that a label must convert to get points."""
SAME = 0.7
"""Rank correlation above which two numbers count the same thing."""
FEWEST = 30
"""Leads that a label needs before anybody has an opinion of it."""


def draft_scorecard(clean: pl.DataFrame, y: IntArray, columns: Sequence[str]) -> tuple[ScoreRule, ...]:
    """Write the rules that somebody would who looked at the past once.

    A number that goes with conversion gives a point from each tertile on: the strongest five, of those that say nearly the same the first. A
    label that converts far better than the average gives two points, the best five.

    Parameters
    ----------
    clean
        Leads of the first training window.
    y
        Their outcomes 0/1.
    columns
        Columns that may be used.

    Examples
    --------
    >>> visits = pl.DataFrame({"visits": [float(k % 9) for k in range(900)]})
    >>> [str(rule) for rule in draft_scorecard(visits, (visits["visits"] > 5).cast(pl.Int64).to_numpy(), ["visits"])]
    ['+1 if visits is at least 3', '+1 if visits is at least 6']
    """
    numbers = [name for name in columns if clean[name].dtype.is_numeric()]
    strength = {name: _strength(clean[name], y) for name in numbers}
    told = _apart(clean, sorted((name for name in numbers if abs(strength[name]) > TELLING), key=lambda name: -abs(strength[name])))
    rules = [rule for name in told for rule in _by_tertile(name, clean[name], rising=strength[name] > 0)]
    labels = [one for name in columns if clean[name].dtype == pl.String for one in _far_better(name, clean[name], y)]
    best = sorted(labels, key=lambda one: -one[0])[:LABELS]
    return (*rules, *(ScoreRule(column=name, equals=(label,), points=2) for _, name, label in best))


def points_of(rules: Sequence[ScoreRule], schema: data.Schema, frame: pl.DataFrame) -> FloatArray:
    """Add up the points of each lead of a raw table.

    Raises
    ------
    UsageError
        A rule names a column that is not there, or asks a label for its size.
    """
    for rule in rules:
        if rule.column not in schema.names:
            raise UsageError(f"The scorecard names the column {rule.column!r}, which is not there.", nearest(rule.column, schema.names))
    clean = data.clean_frame(schema.only(list(dict.fromkeys(rule.column for rule in rules))), frame).frame
    points = np.zeros(frame.height)
    for rule in rules:
        points += rule.points * _fits(rule, clean[rule.column])
    return points


def _fits(rule: ScoreRule, cells: pl.Series) -> IntArray:
    if rule.equals:
        if cells.dtype.is_numeric():
            return np.isin(cells.to_numpy(), [float(one) for one in rule.equals]).astype(np.int64)
        return cells.cast(pl.String).is_in(list(rule.equals)).fill_null(value=False).cast(pl.Int64).to_numpy()
    if not cells.dtype.is_numeric():
        raise UsageError(f"The scorecard asks how large {rule.column!r} is, which holds no numbers.", "Use `equals`, or declare the column's type.")
    fits = cells >= rule.at_least if rule.at_least is not None else cells <= rule.at_most
    return fits.fill_null(value=False).cast(pl.Int64).to_numpy()


def _apart(clean: pl.DataFrame, ranked: Sequence[str]) -> list[str]:
    """Keep the first of numbers that rise and fall together."""
    kept, ranks = list[str](), list[FloatArray]()
    for name in ranked:
        own = clean[name].cast(pl.Float64).rank("average").fill_null(strategy="mean").to_numpy()
        if own.std() > 0 and all(abs(np.corrcoef(own, other)[0, 1]) < SAME for other in ranks):
            kept.append(name)
            ranks.append(own)
        if len(kept) == NUMBERS:
            break
    return kept


def _strength(cells: pl.Series, y: IntArray) -> float:
    """Return by how many standard errors the area under the curve is off one half (Mann & Whitney 1947), blanks left out; 0 where hardly at all."""
    values = cells.cast(pl.Float64).fill_null(np.nan).to_numpy()
    seen = ~np.isnan(values)
    won, lost = int(y[seen].sum()), int((1 - y[seen]).sum())
    if min(won, lost) < FEWEST:
        return 0.0
    area = evaluation.roc_auc(y[seen], values[seen])
    return float((area - 0.5) / np.sqrt((won + lost + 1) / (12 * won * lost)) * seen.mean())


def _by_tertile(name: str, cells: pl.Series, *, rising: bool) -> list[ScoreRule]:
    known = cells.drop_nulls().cast(pl.Float64).to_numpy()
    edges = np.unique(np.quantile(known, [1 / 3, 2 / 3], method="higher" if rising else "lower"))
    edges = edges[edges > known.min()] if rising else edges[edges < known.max()]
    if rising:
        return [ScoreRule(column=name, at_least=float(edge), points=1) for edge in edges]
    return [ScoreRule(column=name, at_most=float(edge), points=1) for edge in edges]


def _far_better(name: str, cells: pl.Series, y: IntArray) -> list[tuple[float, str, str]]:
    table = pl.DataFrame({"label": cells, "hit": y}).drop_nulls("label").group_by("label").agg(pl.len().alias("rows"), pl.col("hit").mean())
    base = float(y.mean())
    good = table.filter((pl.col("rows") >= max(FEWEST, 0.01 * len(y))) & (pl.col("hit") >= FAR_MORE * base)).sort("label")
    return [(float(rate), name, label) for label, rate in good.select("label", "hit").iter_rows()]
