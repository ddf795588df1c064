"""What happens at every cut, as small records that a page can draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.evaluation.metrics import operating_points
from leadrank.types import BoolArray, FloatArray, IntArray

POINTS = 200
"""A curve is thinned to this many points at most; its ends are kept."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (x, y), and the cut that each belongs to (None at an end that no cut reaches)."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    cut: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Leads with like probabilities: how many, what was promised, what came, and the Wilson interval (95 %) of what came."""

    rows: int
    promised: float
    came: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curves:
    """All curves of one model; `profit` is None where the value of a conversion is unknown."""

    roc: Curve
    precision_recall: Curve
    gains: Curve
    lift: Curve
    precision: Curve
    f1: Curve
    reliability: tuple[ReliabilityBin, ...]
    profit: Curve | None = None


def draw_curves(y: IntArray | BoolArray, p: FloatArray, value: FloatArray | float | None = None, cost: FloatArray | float = 0.0) -> Curves:
    """Draw every curve of a probability.

    Parameters
    ----------
    y
        Outcomes 0/1, shape (n,), both present.
    p
        Probabilities, shape (n,).
    value, cost
        What a conversion is worth and a contact costs, one number or per lead; without a value there is no profit curve.
    """
    caught, wasted, cuts = operating_points(y, p)
    called, converted, n = caught + wasted, float(caught[-1]), float(len(p))
    recall, precision, share = caught / converted, caught / called, called / n
    f1 = 2 * caught / (called + converted)
    return Curves(
        roc=_curve(wasted / wasted[-1], recall, cuts, start=(0.0, 0.0)),
        precision_recall=_curve(recall, precision, cuts),
        gains=_curve(share, recall, cuts, start=(0.0, 0.0)),
        lift=_curve(share, precision / (converted / n), cuts),
        precision=_curve(cuts, precision, cuts),
        f1=_curve(cuts, f1, cuts),
        reliability=reliability(y, p),
        profit=None if value is None else profit_curve(y, p, value, cost),
    )


def profit_curve(y: IntArray | BoolArray, p: FloatArray, value: FloatArray | float, cost: FloatArray | float) -> Curve:
    """Profit of calling everyone at or above a cut, over the share of leads called; it begins at nobody and 0."""
    order = np.argsort(-p, kind="stable")
    ranked = p[order]
    ends = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(p) - 1)
    profit = np.cumsum(np.broadcast_to(y * value - cost, p.shape)[order])[ends]
    return _curve((ends + 1) / len(p), profit, ranked[ends], start=(0.0, 0.0))


def reliability(y: IntArray | BoolArray, p: FloatArray, *, bins: int = 10) -> tuple[ReliabilityBin, ...]:
    """Compare promise and outcome in bins of about equal count; equal probabilities stay in one bin.

    Examples
    --------
    >>> [(b.rows, b.promised, b.came) for b in reliability(np.array([0, 1, 1]), np.array([0.1, 0.8, 0.8]), bins=2)]
    [(1, 0.1, 0.0), (2, 0.8, 1.0)]
    """
    caught, wasted, cuts = operating_points(y, p)
    rows = np.diff(caught + wasted, prepend=0.0)[::-1]
    hits, promised = np.diff(caught, prepend=0.0)[::-1], cuts[::-1]
    middle = (np.cumsum(rows) - rows / 2) / max(rows.sum(), 1.0)
    of_bin = np.minimum((middle * bins).astype(np.int64), bins - 1)
    made = []
    for k in np.unique(of_bin):
        inside = of_bin == k
        count, came = float(rows[inside].sum()), float(hits[inside].sum())
        low, high = wilson(came, count)
        made.append(ReliabilityBin(int(count), float(np.dot(promised[inside], rows[inside]) / count), came / count, low, high))
    return tuple(made)


def wilson(hits: float, rows: float, *, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's interval for a share (95 % by default), within 0 and 1. Source: Wilson (1927), JASA 22.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(9, 10)]
    [0.596, 0.982]
    """
    if rows <= 0:
        return 0.0, 1.0
    share, spread = hits / rows, z * z / rows
    centre = (share + spread / 2) / (1 + spread)
    reach = float(np.sqrt(share * (1 - share) * spread + spread * spread / 4)) / (1 + spread)
    return max(0.0, centre - reach), min(1.0, centre + reach)


def _curve(x: FloatArray, y: FloatArray, cut: FloatArray, *, start: tuple[float, float] | None = None) -> Curve:
    kept = np.unique(np.linspace(0, len(x) - 1, min(len(x), POINTS - (start is not None))).round().astype(np.int64))
    xs, ys, cuts = x[kept].tolist(), y[kept].tolist(), cut[kept].tolist()
    if start is not None:
        xs, ys, cuts = [start[0], *xs], [start[1], *ys], [None, *cuts]
    return Curve(tuple(xs), tuple(ys), tuple(cuts))
