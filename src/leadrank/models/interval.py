"""How far a probability might be off: uncertainty of the calibration and of the model itself, in log-odds.

Two parts add up. The calibration's: the Fisher information of a logistic recalibration on held-out rows, (1, z) C (1, z)'. The
model's: three models, each fitted on a third of the rows, predict the third that neither of two has seen; half their squared
difference estimates the variance at a third of the sample, and a third of that the variance at the whole (variance of a fit falls
as 1/n). The second part is kept as a table over the margin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.types import FloatArray

NORMAL_90 = 1.6448536269514722
"""Half width of a central 90 % interval in standard errors."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Standard errors as a function of the calibrated log-odds."""

    shift_variance: float = 0.0
    covariance: float = 0.0
    slope_variance: float = 0.0
    edges: tuple[float, ...] = ()
    model_variance: tuple[float, ...] = (0.0,)

    def standard_error(self, log_odds: FloatArray) -> FloatArray:
        """Return the standard error of each log-odds."""
        own = np.asarray(self.model_variance)[np.searchsorted(np.asarray(self.edges), log_odds)]
        shared = self.shift_variance + 2 * self.covariance * log_odds + self.slope_variance * log_odds**2
        error: FloatArray = np.sqrt(np.maximum(own + shared, 0.0))
        return error

    def shared_error(self, log_odds: FloatArray) -> FloatArray:
        """Return the part that all leads share: an error of the calibration moves a whole tier."""
        shared = self.shift_variance + 2 * self.covariance * log_odds + self.slope_variance * log_odds**2
        error: FloatArray = np.sqrt(np.maximum(shared, 0.0))
        return error


def thirds(rows: int, seed: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]:
    """Deal row numbers into three random parts."""
    shuffled = np.random.default_rng(seed).permutation(rows).astype(np.int64)
    return tuple(np.array_split(shuffled, 3))


def variance_table(
    log_odds: FloatArray, first: FloatArray, second: FloatArray, *, bins: int = 8
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Turn two models' predictions into (edges, variances) by bins of the log-odds, for a model fitted on all rows.

    Parameters
    ----------
    log_odds
        Where each row stands, shape (rows,).
    first, second
        Log-odds of the same rows by two models, each fitted on another third.
    """
    edges = np.unique(np.quantile(log_odds, np.linspace(0, 1, bins + 1)[1:-1])) if len(log_odds) else np.array([])
    at = np.searchsorted(edges, log_odds)
    half_squares = (first - second) ** 2 / 2 / 3
    sums = np.bincount(at, weights=half_squares, minlength=len(edges) + 1)
    counts = np.bincount(at, minlength=len(edges) + 1)
    overall = float(half_squares.mean()) if len(half_squares) else 0.0
    table = np.where(counts > 0, sums / np.maximum(counts, 1), overall)
    return tuple(float(e) for e in edges), tuple(float(v) for v in table)
