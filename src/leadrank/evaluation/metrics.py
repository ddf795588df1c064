"""How good a ranking, a probability and a call are: plain functions, each with its formula.

Every metric takes `weight`, the number of times that a row counts (1 without it): a bootstrap resample is a vector of counts, so it needs
no second sort. A metric that is undefined on the rows given (one class only, nobody called) is nan; records leave such figures out.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from leadrank.types import BoolArray, FloatArray, IntArray

SMALLEST = 1e-6
"""Probabilities are held this far from 0 and 1 in log loss, so that one certain mistake costs 13.8 and not infinity."""


class Metric(Protocol):
    """A function of outcomes and scores (or calls) with counts per row."""

    def __call__(self, y: Any, p: Any, /, *, weight: FloatArray | None = None) -> float:
        """Return the figure, nan where it is undefined."""
        ...


def operating_points(
    y: IntArray | BoolArray, p: FloatArray, *, weight: FloatArray | None = None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Count what is caught and what is wasted at every possible cut, highest first.

    Parameters
    ----------
    y
        Outcomes 0/1, shape (n,).
    p
        Scores, higher is better, shape (n,). Equal scores are one cut.
    weight
        Count of each row, shape (n,).

    Returns
    -------
    tuple of FloatArray
        True positives, false positives and the score of the cut, each of shape (number of distinct scores,).

    Examples
    --------
    >>> caught, wasted, cut = operating_points(np.array([1, 0, 1]), np.array([0.9, 0.5, 0.5]))
    >>> caught.tolist(), wasted.tolist(), cut.tolist()
    ([1.0, 2.0], [0.0, 1.0], [0.9, 0.5])
    """
    # A stable sort takes linear time on rows that are sorted already, as the bootstrap's are.
    order = np.argsort(-p, kind="stable")
    ranked = p[order]
    counts = np.ones(len(p)) if weight is None else weight[order]
    hits = counts * y[order]
    ends = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(p) - 1) if len(p) else np.zeros(0, np.int64)
    caught = np.cumsum(hits)[ends]
    return caught, np.cumsum(counts)[ends] - caught, ranked[ends]


def roc_auc(y: IntArray | BoolArray, p: FloatArray, *, weight: FloatArray | None = None) -> float:
    """Area under the ROC curve: P(a random positive is scored above a random negative), ties counting one half.

    Range 0 to 1, 0.5 is chance. Source: Hanley and McNeil (1982), Radiology 143.

    Examples
    --------
    >>> roc_auc(np.array([0, 1, 1]), np.array([0.2, 0.9, 0.2]))
    0.75
    """
    return _area(*operating_points(y, p, weight=weight)[:2])


def _area(caught: FloatArray, wasted: FloatArray) -> float:
    if len(caught) == 0 or caught[-1] == 0 or wasted[-1] == 0:
        return float("nan")
    before = np.concatenate(([0.0], caught[:-1]))
    area = np.sum(np.diff(wasted, prepend=0.0) * (caught + before)) / 2
    return float(area / (caught[-1] * wasted[-1]))


def average_precision(y: IntArray | BoolArray, p: FloatArray, *, weight: FloatArray | None = None) -> float:
    """Average precision, the sum over cuts of (recall gained at the cut) · (precision at the cut).

    Range 0 to 1; chance is the base rate. Source: Zhu (2004), "Recall, precision and average precision".
    """
    return _steps(*operating_points(y, p, weight=weight)[:2])


def _steps(caught: FloatArray, wasted: FloatArray) -> float:
    if len(caught) == 0 or caught[-1] == 0:
        return float("nan")
    called = caught + wasted
    precision = np.divide(caught, called, out=np.zeros_like(caught), where=called > 0)
    return float(np.sum(np.diff(caught, prepend=0.0) * precision) / caught[-1])


def _gain(caught: FloatArray, wasted: FloatArray, share: float) -> float:
    """Share of all conversions found in the top `share`; of leads tied at the border the expected number, so that a constant has the share."""
    if len(caught) == 0 or caught[-1] == 0:
        return float("nan")
    called = caught + wasted
    top = max(1.0, float(round(share * float(called[-1]))))
    return float(np.interp(top, np.append(0.0, called), np.append(0.0, caught)) / caught[-1])


def ranking_figures(y: IntArray | BoolArray, p: FloatArray, *, weight: FloatArray | None = None) -> dict[str, float]:
    """Return all figures of a ranking from one sort: auc, average_precision, lift_10, gain_10, gain_20, gain_30 (top 10, 20, 30 %).

    A gain is the share of all conversions found there, 0 to 1; a lift the conversion rate there over the base rate, 1 is chance.

    Examples
    --------
    >>> ranking_figures(np.array([1] + [0] * 9), np.arange(10.0, 0.0, -1.0))["lift_10"]
    10.0
    """
    caught, wasted, _ = operating_points(y, p, weight=weight)
    total = float(caught[-1] + wasted[-1])
    gains = {percent: _gain(caught, wasted, percent / 100) for percent in (10, 20, 30)}
    return {
        "auc": _area(caught, wasted),
        "average_precision": _steps(caught, wasted),
        "lift_10": gains[10] * total / max(1.0, float(round(0.1 * total))),
        **{f"gain_{percent}": gain for percent, gain in gains.items()},
    }


def log_loss(y: IntArray | BoolArray, p: FloatArray, *, weight: FloatArray | None = None) -> float:
    """Mean of −log(probability given to what happened), in nats; 0 is perfect. p is held within [1e-6, 1 − 1e-6].

    Source: Good (1952), "Rational decisions".
    """
    return mean(surprise(y, p), weight)


def surprise(y: IntArray | BoolArray, p: FloatArray) -> FloatArray:
    """Log loss of each row, shape (n,)."""
    safe = np.clip(p, SMALLEST, 1 - SMALLEST)
    lost: FloatArray = -np.log(np.where(np.asarray(y) == 1, safe, 1 - safe))
    return lost


def brier(y: IntArray | BoolArray, p: FloatArray, *, weight: FloatArray | None = None) -> float:
    """Mean squared difference of probability and outcome; 0 is perfect, base · (1 − base) is a constant's. Source: Brier (1950)."""
    return mean((p - y) ** 2, weight)


def accuracy(y: IntArray | BoolArray, called: BoolArray, *, weight: FloatArray | None = None) -> float:
    """Share of leads called rightly or left rightly, 0 to 1; a footnote for a ranking."""
    return mean((np.asarray(y) == 1) == called, weight)


def precision(y: IntArray | BoolArray, called: BoolArray, *, weight: FloatArray | None = None) -> float:
    """Share of the called that converted, 0 to 1; nan when nobody is called."""
    counts: FloatArray = np.multiply(called, 1.0 if weight is None else weight, dtype=np.float64)
    return _ratio(float(np.dot(counts, y)), float(counts.sum()))


def recall(y: IntArray | BoolArray, called: BoolArray, *, weight: FloatArray | None = None) -> float:
    """Share of the conversions that were called, 0 to 1; nan when nothing converted."""
    counts: FloatArray = np.multiply(y, 1.0 if weight is None else weight, dtype=np.float64)
    return _ratio(float(np.dot(counts, called)), float(counts.sum()))


def f1(y: IntArray | BoolArray, called: BoolArray, *, weight: FloatArray | None = None) -> float:
    """Harmonic mean of precision and recall: 2·TP / (called + converted), 0 to 1."""
    counts = np.ones(len(y)) if weight is None else weight
    hits = float(np.dot(counts * called, y))
    return _ratio(2 * hits, float(np.dot(counts, called) + np.dot(counts, y)))


def expected_profit(
    y: IntArray | BoolArray, called: BoolArray, value: FloatArray | float, cost: FloatArray | float, *, weight: FloatArray | None = None
) -> float:
    """Profit of a call list on these rows: Σ over the called of (value if it converted) − cost, in the user's currency.

    A missed sale costs nothing here: against calling nobody it is a profit not made, and is counted once, by being absent.

    Examples
    --------
    >>> expected_profit(np.array([1, 0, 1]), np.array([True, True, False]), 49.99, 3.25)
    43.49
    """
    each: FloatArray = np.where(called, np.asarray(y, dtype=np.float64) * value - cost, 0.0)
    return float(each.sum() if weight is None else np.dot(each, weight))


def mean(each: FloatArray | BoolArray, weight: FloatArray | None = None) -> float:
    """Average a per-row figure, each row counted `weight` times; nan without rows."""
    if weight is None:
        return float(np.mean(each)) if len(each) else float("nan")
    return _ratio(float(np.dot(each, weight)), float(weight.sum()))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
