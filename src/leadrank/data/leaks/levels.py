"""A column as a small set of levels, and how well those levels alone rank leads, judged out of fold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.frames import pl
from leadrank.types import BoolArray, FloatArray, IntArray

BINS = 32
"""Most quantile bins of a number or date."""
SPIKE = 0.02
"""A value held by this share of the rows is a level of its own."""
PLAIN = "cells"
"""Series are renamed before they are worked on, because Polars reads a name such as "^a.*$" as a pattern."""
SMOOTHING = 10.0
"""A level's rate is drawn to the base rate as if this many average leads had been added."""


@dataclass(frozen=True, slots=True)
class Levels:
    """One column cut into levels: `codes[i]` is the level of row i, 0 means blank, `labels[0]` is "(blank)"."""

    codes: IntArray
    labels: tuple[str, ...]
    is_category: bool

    @property
    def blank(self) -> BoolArray:
        """Whether each row's cell is blank."""
        return np.asarray(self.codes == 0)


def to_levels(column: pl.Series) -> Levels:
    """Cut a clean column into levels without looking at the outcome.

    Parameters
    ----------
    column
        String (each value is a level), or a number or date (frequent values are levels of their own, the rest falls into
        quantile bins).

    Examples
    --------
    >>> to_levels(pl.Series(["b", None, "a", "b"])).codes.tolist()
    [2, 0, 1, 2]
    """
    if column.dtype == pl.String:
        return _category_levels(column.alias(PLAIN))
    return _number_levels(as_numbers(column))


def as_numbers(column: pl.Series) -> FloatArray:
    """Return a number or date column as float64, blank = nan; dates count in days since 1970."""
    column = column.alias(PLAIN)
    if column.dtype.is_temporal():
        column = column.cast(pl.Datetime("us")).dt.epoch("us").cast(pl.Float64) / 86_400_000_000.0
    return np.asarray(column.cast(pl.Float64).fill_null(float("nan")).to_numpy(), dtype=np.float64)


def level_numbers(codes: IntArray, wanted: BoolArray, size: int) -> tuple[IntArray, IntArray]:
    """Count rows and wanted rows per level, each of shape (size,)."""
    return np.bincount(codes, minlength=size), np.bincount(codes[wanted], minlength=size)


def deal_folds(y: IntArray, groups: IntArray, folds: int, seed: int) -> IntArray:
    """Give each row a fold number; rows of one group stay together, classes are spread evenly."""
    _, first, member = np.unique(groups, return_index=True, return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(len(first))
    by_class = shuffled[np.argsort(y[first][shuffled], kind="stable")]
    number = np.empty(len(first), dtype=np.int64)
    number[by_class] = np.arange(len(first)) % folds
    return np.asarray(number[member])


def out_of_fold_rates(levels: Levels, positive: BoolArray, fold: IntArray) -> FloatArray:
    """Score each row by its level's smoothed conversion rate in the other folds (Micci-Barreca 2001), shape (rows,)."""
    scores = np.empty(len(positive))
    size = len(levels.labels)
    for k in range(int(fold.max()) + 1):
        test = fold == k
        scores[test] = smoothed_rates(levels.codes[~test], positive[~test], size)[levels.codes[test]]
    return scores


def smoothed_rates(codes: IntArray, positive: BoolArray, size: int) -> FloatArray:
    """Return each level's conversion rate, drawn to the base rate when the level is rare, shape (size,)."""
    count, converted = level_numbers(codes, positive, size)
    base = float(positive.mean()) if len(positive) else 0.5
    return np.asarray((converted + SMOOTHING * base) / (count + SMOOTHING))


def rank_auc(positive: BoolArray, scores: FloatArray) -> float:
    """Return the area under the ROC curve with ties counted half; 0.5 when there is one class only.

    Examples
    --------
    >>> rank_auc(np.array([False, True, True]), np.array([0.1, 0.1, 0.9]))
    0.75
    """
    ones = int(positive.sum())
    zeros = len(positive) - ones
    if not ones or not zeros:
        return 0.5
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count - 1) / 2.0
    return float((middle[place][positive].sum() - ones * (ones + 1) / 2.0) / (ones * zeros))


def auc_error(auc: float, ones: int, zeros: int) -> float:
    """Return the standard error of an AUC (Hanley and McNeil 1982)."""
    if ones < 1 or zeros < 1:
        return 0.5
    q1, q2 = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    spread = auc * (1 - auc) + (ones - 1) * (q1 - auc * auc) + (zeros - 1) * (q2 - auc * auc)
    return float(np.sqrt(max(spread, 0.0) / (ones * zeros)))


def _category_levels(column: pl.Series) -> Levels:
    names = column.drop_nulls().unique().sort().to_list()
    code = {name: k + 1 for k, name in enumerate(names)}
    codes = column.replace_strict(code, default=0, return_dtype=pl.Int64) if code else pl.zeros(len(column), pl.Int64, eager=True)
    return Levels(codes.fill_null(0).to_numpy().astype(np.int64), ("(blank)", *names), True)


def _number_levels(values: FloatArray) -> Levels:
    known = ~np.isnan(values)
    distinct, count = np.unique(values[known], return_counts=True)
    if len(distinct) <= BINS:
        codes = np.where(known, np.searchsorted(distinct, values) + 1, 0)
        return Levels(codes.astype(np.int64), ("(blank)", *(f"{v:g}" for v in distinct)), False)
    spikes = distinct[count >= SPIKE * len(values)]
    loose = known & ~np.isin(values, spikes)
    edges = np.unique(np.quantile(values[loose], np.linspace(0, 1, BINS + 1)[1:-1])) if loose.any() else np.empty(0)
    codes = np.where(loose, np.searchsorted(edges, values, side="right") + 1, 0)
    on_spike = known & ~loose
    codes[on_spike] = len(edges) + 2 + np.searchsorted(spikes, values[on_spike])
    labels = ("(blank)", *(f"bin {k + 1}" for k in range(len(edges) + 1)), *(f"{v:g}" for v in spikes))
    return Levels(codes.astype(np.int64), labels, False)
