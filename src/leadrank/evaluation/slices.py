"""For whom a model is good: any metric by group, against all the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
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
    labels = np.array(["(blank)" if g is None else str(g) for g in groups], dtype=np.str_)
    if p.ndim == 1 and p.dtype != np.bool_:
        order = np.argsort(-p, kind="stable")
        y, p, labels = y[order], p[order], labels[order]
    names, sizes = np.unique(labels, return_counts=True)
    members = [labels == names[k] for k in np.argsort(-sizes, kind="stable")]
    # A resample has no order of its own, so its counts serve the sorted rows as well as the given ones.
    weights = chain([np.ones(len(y))], resamples(len(y), draws, seed))
    measured = np.array([_in_and_out(metric, y, p, members, weight) for weight in weights])
    return tuple(
        _slice(str(labels[inside][0]), y[inside], measured[:, k, 0], measured[:, k, 1], level) for k, inside in enumerate(members)
    )


def _in_and_out(metric: Metric, y: IntArray, p: Any, members: list[BoolArray], weight: FloatArray) -> list[tuple[float, float]]:
    return [
        (metric(y[inside], p[inside], weight=weight[inside]), metric(y[~inside], p[~inside], weight=weight[~inside])) for inside in members
    ]


def _slice(name: str, y: IntArray, ours: FloatArray, rest: FloatArray, level: float) -> Slice:
    ratio = np.divide(ours, rest, out=np.full(len(ours), np.nan), where=np.isfinite(rest) & (rest != 0))
    return Slice(
        group=name,
        rows=len(y),
        positives=int(y.sum()),
        figure=figure(ours, level=level),
        difference=figure(ours - rest, level=level),
        ratio=figure(ratio, level=level),
    )
