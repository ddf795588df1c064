"""How far a probability might be off: uncertainty of the calibration and of the model itself, in log-odds.

Two parts add up. The calibration's: the Fisher information of a logistic recalibration on held-out rows, (1, z) C (1, z)'. The
model's: three models, each fitted on a third of the rows, predict the third that neither of two has seen; half their squared
difference estimates the variance at a third of the sample, and a third of that the variance at the whole (variance of a fit falls
as 1/n). The second part is kept as a table over the margin.

A sum over many leads needs one thing more: how much of the model's error its neighbours share. Errors that differ from lead to lead
cancel in a tier, an error of a whole bin of the margin does not. The mean difference of two models over a bin, squared, less what
chance leaves in such a mean, measures the shared part alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.types import FloatArray, IntArray

NORMAL_90 = 1.6448536269514722
"""Half width of a central 90 % interval in standard errors."""

_PAIR = 2 * 3
"""A squared difference of two fits holds two variances, each of a third of the rows."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Standard errors as a function of the calibrated log-odds.

    `model_variance` holds the model's part bin by bin: one variance per bin for a single lead, then, where it was measured, one per bin
    for what all leads of the bin share.
    """

    shift_variance: float = 0.0
    covariance: float = 0.0
    slope_variance: float = 0.0
    edges: tuple[float, ...] = ()
    model_variance: tuple[float, ...] = (0.0,)

    def standard_error(self, log_odds: FloatArray) -> FloatArray:
        """Return the standard error of each log-odds."""
        return self._error(self.model_variance[: len(self.edges) + 1], log_odds)

    def shared_error(self, log_odds: FloatArray) -> FloatArray:
        """Return the part that leads share with their neighbours: an error that moves a whole tier."""
        return self._error(self.model_variance[len(self.edges) + 1 :] or (0.0,) * (len(self.edges) + 1), log_odds)

    def _error(self, table: tuple[float, ...], log_odds: FloatArray) -> FloatArray:
        calibration = self.shift_variance + 2 * self.covariance * log_odds + self.slope_variance * log_odds**2
        model = np.asarray(table)[np.searchsorted(np.asarray(self.edges), log_odds)]
        error: FloatArray = np.sqrt(np.maximum(calibration + model, 0.0))
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
        Where each row stands, shape (rows,); the rows come third after third, as `thirds` deals them.
    first, second
        Log-odds of the same rows by two models, each fitted on another third.

    Returns
    -------
    tuple
        Edges of the bins; their variances for a single lead, then for what all leads of a bin share.
    """
    edges = np.unique(np.quantile(log_odds, np.linspace(0, 1, bins + 1)[1:-1])) if len(log_odds) else np.array([])
    at = np.searchsorted(edges, log_odds)
    apart = first - second
    own = _filled(_mean_squares(apart, at, len(edges) + 1))
    pairs = np.array([_squared_means(apart[rows], at[rows], len(edges) + 1) for rows in np.array_split(np.arange(len(at)), 3)])
    told = (~np.isnan(pairs)).sum(axis=0)
    shared = _filled(np.where(told > 0, np.nansum(pairs, axis=0) / np.maximum(told, 1), np.nan))
    # Three pairs of models tell little about one bin: half of the weight goes to what all bins tell.
    shared = (shared + shared.mean()) / 2
    return tuple(float(e) for e in edges), tuple(float(v) / _PAIR for v in (*own, *shared))


def _mean_squares(values: FloatArray, at: IntArray, bins: int) -> FloatArray:
    counts = np.bincount(at, minlength=bins)
    squares = np.bincount(at, weights=values**2, minlength=bins)
    return np.where(counts > 0, squares / np.maximum(counts, 1), np.nan)


def _squared_means(values: FloatArray, at: IntArray, bins: int) -> FloatArray:
    """Return each bin's squared mean without the part that chance leaves in it; nan where a bin holds fewer than two rows."""
    counts = np.bincount(at, minlength=bins)
    means = np.bincount(at, weights=values, minlength=bins) / np.maximum(counts, 1)
    chance = (_mean_squares(values, at, bins) - means**2) / np.maximum(counts - 1, 1)
    return np.where(counts > 1, np.maximum(means**2 - chance, 0.0), np.nan)


def _filled(values: FloatArray) -> FloatArray:
    """Give an empty bin the mean of the others, or 0 where all are empty."""
    known = values[~np.isnan(values)]
    return np.where(np.isnan(values), known.mean() if len(known) else 0.0, values)
