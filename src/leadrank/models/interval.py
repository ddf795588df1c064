"""How far a probability might be off: uncertainty of the calibration and of the model itself, in log-odds.

Two parts add up. The calibration's: the Fisher information of a logistic recalibration on held-out rows, (1, z) C (1, z)'. The
model's: how far two models lie apart that have seen neither the row nor quite the same rows (`halves`), kept as a table over the margin.

A sum over many leads needs one thing more: how much of the model's error its neighbours share. Errors that differ from lead to lead
cancel in a tier, an error of a whole bin of the margin does not. The mean difference of two models over a bin, squared, less what
chance leaves in such a mean, measures the shared part alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.models.calibrate import sigmoid
from leadrank.types import FloatArray, IntArray

NORMAL_90 = 1.6448536269514722
"""Half width of a central 90 % interval in standard errors."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Standard errors as a function of the calibrated log-odds.

    `model_variance` holds the model's part for a single lead, bin by bin between the `edges`; `shared_variance` what all leads of a bin
    share.
    """

    shift_variance: float = 0.0
    covariance: float = 0.0
    slope_variance: float = 0.0
    edges: tuple[float, ...] = ()
    model_variance: tuple[float, ...] = (0.0,)
    shared_variance: tuple[float, ...] = (0.0,)

    def standard_error(self, log_odds: FloatArray) -> FloatArray:
        """Return the standard error of each log-odds."""
        return self.errors(log_odds)[0]

    def shared_error(self, log_odds: FloatArray) -> FloatArray:
        """Return the part that leads share with their neighbours: an error that moves a whole tier."""
        return self.errors(log_odds)[1]

    def errors(self, log_odds: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the standard error of each log-odds, and the part of it that leads share with their neighbours."""
        calibration = self.shift_variance + 2 * self.covariance * log_odds + self.slope_variance * log_odds**2
        at = np.zeros(log_odds.shape, dtype=np.min_scalar_type(len(self.edges)))
        for edge in self.edges:  # a few comparisons of all rows take a fifth of a search for each row
            at += log_odds > edge
        place = at.astype(np.intp)
        own, shared = (np.sqrt(np.maximum(calibration + np.asarray(table).take(place), 0.0)) for table in (self.model_variance, self.shared_variance))
        return own, shared


def interval_around(log_odds: FloatArray, error: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the 90 % interval of each probability.

    Examples
    --------
    >>> low, high = interval_around(np.zeros(1), np.ones(1))
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([0.16], [0.84])
    """
    half = NORMAL_90 * error
    return sigmoid(log_odds - half), sigmoid(log_odds + half)


def variance_tables(
    log_odds: FloatArray, first: FloatArray, second: FloatArray, pair: IntArray, *, bins: int = 8
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Turn pairs of models' predictions into tables of mean squared differences by bins of the log-odds.

    Parameters
    ----------
    log_odds
        Where each row stands, shape (rows,).
    first, second
        Log-odds of the same rows by two models that have not seen them.
    pair
        Which pair of models predicted each row, shape (rows,).

    Returns
    -------
    tuple
        Edges of the bins; mean squared differences of a single lead; of what all leads of a bin share.
    """
    edges = np.unique(np.quantile(log_odds, np.linspace(0, 1, bins + 1)[1:-1])) if len(log_odds) else np.array([])
    at = np.searchsorted(edges, log_odds)
    apart = first - second
    own = _filled(_means(apart**2, at, len(edges) + 1))
    pairs = np.array([_squared_means(apart[pair == k], at[pair == k], len(edges) + 1) for k in np.unique(pair)] or [np.full(len(edges) + 1, np.nan)])
    told = (~np.isnan(pairs)).sum(axis=0)
    shared = _filled(np.where(told > 0, np.nansum(pairs, axis=0) / np.maximum(told, 1), np.nan))
    # A few pairs of models tell little about one bin: half of the weight goes to what all bins tell.
    shared = (shared + shared.mean()) / 2
    return tuple(float(e) for e in edges), tuple(float(v) for v in own), tuple(float(v) for v in shared)


def mean_squares_at(log_odds: FloatArray, squares: FloatArray, edges: tuple[float, ...]) -> tuple[float, ...]:
    """Return the mean of squared values by the same bins of the log-odds."""
    return tuple(float(v) for v in _filled(_means(squares, np.searchsorted(np.asarray(edges), log_odds), len(edges) + 1)))


def _means(values: FloatArray, at: IntArray, bins: int) -> FloatArray:
    counts = np.bincount(at, minlength=bins)
    return np.where(counts > 0, np.bincount(at, weights=values, minlength=bins) / np.maximum(counts, 1), np.nan)


def _squared_means(values: FloatArray, at: IntArray, bins: int) -> FloatArray:
    """Return each bin's squared mean without the part that chance leaves in it; nan where a bin holds fewer than two rows."""
    counts = np.bincount(at, minlength=bins)
    means = _means(values, at, bins)
    chance = (_means(values**2, at, bins) - means**2) / np.maximum(counts - 1, 1)
    return np.where(counts > 1, np.maximum(means**2 - chance, 0.0), np.nan)


def _filled(values: FloatArray) -> FloatArray:
    """Give an empty bin the mean of the others, or 0 where all are empty."""
    known = values[~np.isnan(values)]
    return np.where(np.isnan(values), known.mean() if len(known) else 0.0, values)
