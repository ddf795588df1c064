"""For whom a model is good: any metric by group, against all the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadrank.evaluation.bootstrap import figure, resamples
from leadrank.evaluation.metrics import Metric
from leadrank.types import BoolArray, Figure, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Slice:
    """One group: its figure, and how it stands to all rows outside of it; None where a figure is undefined."""

    group: str
    rows: int
    positives: int
    figure: Figure | None
    difference: Figure | None
    ratio: Figure | None


def by_group(
    metric: Metric, y: IntArray, p: Any, groups: Sequence[str | None], *, draws: int = 200, seed: int = 0, level: float = 0.95
) -> tuple[Slice, ...]:
    """Measure a metric in each group, and its difference and ratio to the rest.

    Parameters
    ----------
    metric
        Takes (y, p, weight=counts).
    y, p
        Outcomes 0/1 and scores or calls, shape (n,).
    groups
        The group of each row; None is told apart as "(blank)".
    draws, seed, level
        As in `bootstrap.interval`. All figures share their resamples.

    Returns
    -------
    tuple of Slice
        The largest group first.

    Examples
    --------
    >>> from leadrank.evaluation.metrics import accuracy
    >>> found = by_group(accuracy, np.array([1, 0, 1, 0]), np.array([True, False, False, False]), ["a", "a", "b", "b"])
    >>> [(s.group, s.figure.value, s.difference.value) for s in found]
    [('a', 1.0, 0.5), ('b', 0.5, -0.5)]
    """
    labels = np.array(["(blank)" if g is None else str(g) for g in groups], dtype=object)
    names, sizes = np.unique(labels.astype(str), return_counts=True)
    weights = [np.ones(len(y)), *resamples(len(y), draws, seed)]
    chosen = [(str(names[k]), labels == names[k]) for k in np.argsort(-sizes, kind="stable")]
    return tuple(_slice(metric, y, p, name, inside, weights, level) for name, inside in chosen)


def _slice(metric: Metric, y: IntArray, p: Any, name: str, inside: BoolArray, weights: list[FloatArray], level: float) -> Slice:
    ours = np.array([metric(y[inside], p[inside], weight=w[inside]) for w in weights])
    rest = np.array([metric(y[~inside], p[~inside], weight=w[~inside]) for w in weights])
    ratio = np.divide(ours, rest, out=np.full(len(ours), np.nan), where=np.isfinite(rest) & (rest != 0))
    return Slice(
        group=name,
        rows=int(inside.sum()),
        positives=int(y[inside].sum()),
        figure=figure(ours, level=level),
        difference=figure(ours - rest, level=level),
        ratio=figure(ratio, level=level),
    )
