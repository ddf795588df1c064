"""Models on halves of the rows tell how far the model on all of them may be off.

The rows are dealt into four quarters, and four models learn from two quarters each, so that every quarter is unseen by two models which
share one quarter and differ in the other. Where a fit is a mean over its rows, the squared difference of two such models holds twice the
variance of a fit on all rows: Var(n/4 differing rows over n/2) = 2 σ²/n (random subsampling; Politis & Romano 1994). Halves are nearer to
the whole than smaller parts would be: a penalised model shrinks the more, and so varies the less, the fewer rows it has.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadrank.models.interval import Spread, mean_squares_at, variance_tables
from leadrank.types import FloatArray, IntArray

HALVES = ((0, 1), (0, 2), (1, 3), (2, 3))
"""The quarters that each of the four models learns from."""
UNSEEN = ((2, 3), (1, 3), (0, 2), (0, 1))
"""For each quarter the two models that have not seen it."""
ENOUGH = 20_000
"""With more rows than this, a random part of so many tells the variance, which falls as 1/n."""
_FITS = 2.0
"""A squared difference of two models holds the variances of two fits."""
UNKNOWN = 1.0
"""Variance in log-odds where the rows are too few to tell."""


def quarters(rows: int, seed: int) -> tuple[IntArray, ...]:
    """Deal row numbers, `ENOUGH` at most, into four random parts."""
    dealt: IntArray = np.random.default_rng(seed).permutation(rows)[:ENOUGH].astype(np.int64)
    return tuple(np.array_split(dealt, 4))


def halves(parts: Sequence[IntArray]) -> tuple[IntArray, ...]:
    """Return the rows that each of the four models learns from."""
    return tuple(np.concatenate([parts[a], parts[b]]) for a, b in HALVES)


def spread_of(
    pairs: Sequence[tuple[FloatArray, FloatArray]], rows: int, covariance: tuple[float, float, float],
    *, disagreement: tuple[FloatArray, FloatArray] | None = None,
) -> Spread:
    """Build the table of standard errors from what the models say of the quarters that they have not seen.

    Parameters
    ----------
    pairs
        For each quarter the calibrated log-odds by the two models of `UNSEEN`.
    rows
        How many rows the model on all rows learned from.
    covariance
        Variance of the calibration's shift, covariance, variance of its slope.
    disagreement
        Held-out log-odds of a blend and its members' mean squared distance from them, which is added to a single lead's variance: where good
        learners of different kinds disagree, at least one is wrong in a way that more of the same rows would not mend.
    """
    first, second = (np.concatenate([pair[k] for pair in pairs]) for k in (0, 1))
    quarter = np.repeat(np.arange(len(pairs)), [len(pair[0]) for pair in pairs])
    edges, own, shared = variance_tables((first + second) / 2, first, second, quarter)
    each = len(first) / max(rows, 1) / _FITS
    apart = mean_squares_at(*disagreement, edges) if disagreement is not None else (0.0,) * len(own)
    return Spread(*covariance, edges, tuple(v * each + d for v, d in zip(own, apart, strict=True)), tuple(v * each for v in shared))
