"""How sure a figure is: percentile bootstrap over leads, and paired differences.

A resample is a vector of counts per row (Efron and Tibshirani 1993, chapter 13), drawn without regard to the outcome, so that the base rate
varies too. A lead that has several rows (several cutoffs) comes with all of them. The rows are sorted once. The same seed gives the same
resamples to every model, which makes differences paired.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from leadrank.evaluation.metrics import Metric
from leadrank.resamples import resamples
from leadrank.types import Figure, FloatArray, IntArray


class Measure(Protocol):
    """A function from outcomes and scores, with counts per row, to figures by name."""

    def __call__(self, y: Any, p: Any, /, *, weight: FloatArray | None = None) -> dict[str, float]:
        """Return the figures, nan where undefined."""
        ...


def resampled(
    measure: Measure, y: IntArray, p: Any, *, draws: int, seed: int, groups: IntArray | None = None
) -> dict[str, FloatArray]:
    """Measure on all rows (entry 0) and on each resample (entries 1 to `draws`).

    Parameters
    ----------
    measure
        From (y, p, weight=counts) to figures by name.
    y
        Outcomes, shape (n,).
    p
        What is measured beside the outcomes: scores or calls of shape (n,), or `reach` of shape (n, K − 1).
    draws, seed
        Number of resamples, and where they begin.
    groups
        Whose row each is, where a lead may have several.

    Returns
    -------
    dict of FloatArray
        One array of shape (draws + 1,) per figure; nan where it is undefined.
    """
    order = np.argsort(-p, kind="stable") if p.ndim == 1 and p.dtype != np.bool_ else np.arange(len(y))
    y, p = y[order], p[order]
    found = [measure(y, p)]
    found += [measure(y, p, weight=counts[order]) for counts in resamples(len(y), draws, seed, groups)]
    return {name: np.array([one[name] for one in found]) for name in found[0]}


def resampled_means(each: Mapping[str, FloatArray], *, draws: int, seed: int, groups: IntArray | None = None) -> dict[str, FloatArray]:
    """Average per-row figures over all rows (entry 0) and over each resample: one product per resample for all of them.

    Examples
    --------
    >>> resampled_means({"cost": np.array([2.0, 2.0])}, draws=1, seed=0)
    {'cost': array([2., 2.])}
    """
    columns = np.column_stack(list(each.values()))
    drawn = resamples(len(columns), draws, seed, groups)
    means = np.array([columns.mean(axis=0), *(counts @ columns / counts.sum() for counts in drawn)])
    return dict(zip(each, means.T.copy(), strict=True))


def figure(values: FloatArray, *, level: float = 0.95, recentre: bool = False) -> Figure | None:
    """Turn a value (entry 0) and its resampled values into a figure with its percentile interval.

    Parameters
    ----------
    values
        As `resampled` gives them.
    level
        Share of the resamples inside the interval.
    recentre
        Move the resampled values so that their mean is the value, and hold the interval at 0 or above. For calibration error: resampling
        adds noise to every bin, and distances only grow by it.

    Returns
    -------
    Figure or None
        None where the value is undefined.

    Examples
    --------
    >>> figure(np.array([2.0, 1.0, 2.0, 3.0]), level=1.0)
    Figure(value=2.0, low=1.0, high=3.0)
    """
    value, drawn = float(values[0]), values[1:][np.isfinite(values[1:])]
    if not np.isfinite(value):
        return None
    if len(drawn) == 0:
        return Figure(value, value, value)
    if recentre:
        drawn = np.maximum(drawn - float(drawn.mean()) + value, 0.0)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Figure(value, float(low), float(high))


def interval(
    metric: Metric, y: IntArray, p: Any, *, draws: int = 200, seed: int = 0, level: float = 0.95, recentre: bool = False,
    groups: IntArray | None = None,
) -> Figure | None:
    """Measure one metric with its bootstrap interval.

    Examples
    --------
    >>> from leadrank.evaluation.metrics import brier
    >>> interval(brier, np.array([0, 1, 1, 0]), np.full(4, 0.5))
    Figure(value=0.25, low=0.25, high=0.25)
    """
    return figure(resampled(_alone(metric), y, p, draws=draws, seed=seed, groups=groups)["it"], level=level, recentre=recentre)


def _alone(metric: Metric) -> Measure:
    def measure(y: Any, p: Any, /, *, weight: FloatArray | None = None) -> dict[str, float]:
        return {"it": metric(y, p, weight=weight)}

    return measure
