"""Whether a probability keeps its promise: calibration error, its noise, and the calibration line."""

from __future__ import annotations

import numpy as np

from leadrank.evaluation.metrics import SMALLEST
from leadrank.types import BoolArray, FloatArray, IntArray


def expected_calibration_error(
    y: IntArray | BoolArray, p: FloatArray, *, weight: FloatArray | None = None, bins: int = 10, seed: int = 0
) -> float:
    """Mean distance of promised and observed rate over bins of equal count, each bin weighted by its rows.

    Σ_b (n_b / n) · |mean(y) − mean(p)| over `bins` groups of neighbouring probabilities. Leads with equal probabilities are put in random
    order first (`seed`): the order of the file often knows the outcome. Range 0 to 1. Source: Naeini et al. (2015), with equal-count bins.

    Examples
    --------
    >>> expected_calibration_error(np.array([0, 1]), np.array([0.5, 0.5]), bins=1)
    0.0
    """
    order = _shuffled_order(p, seed)
    gap = (y - p)[order]
    if weight is None:
        gaps = np.add.reduceat(gap, _starts(len(p), bins)) if len(p) else np.array([np.nan])
        return float(np.abs(gaps).sum() / max(len(p), 1))
    counts = weight[order]
    filled = np.cumsum(counts)
    # A row belongs to the bin that holds its middle copy, so that bins stay of equal count under resampling.
    of_bin = np.minimum(((filled - counts / 2) * (bins / filled[-1])).astype(np.int64), bins - 1)
    return float(np.abs(np.bincount(of_bin, weights=gap * counts, minlength=bins)).sum() / filled[-1])


def calibration_noise(p: FloatArray, *, draws: int = 200, seed: int = 1, bins: int = 10) -> float:
    """Calibration error that a perfectly calibrated model with these probabilities exceeds once in twenty times.

    Outcomes are drawn from `p` itself `draws` times; the 95th percentile of their calibration errors. An error below it is no evidence of
    miscalibration.

    Examples
    --------
    >>> calibration_noise(np.full(100, 0.5)) > calibration_noise(np.full(10_000, 0.5))
    True
    """
    rng = np.random.default_rng(seed)
    promised = p[_shuffled_order(p, 0)]
    starts = _starts(len(p), bins)
    errors = [np.abs(np.add.reduceat((rng.random(len(p)) < promised) - promised, starts)).sum() / len(p) for _ in range(draws)]
    return float(np.quantile(errors, 0.95))


def calibration_line(y: IntArray | BoolArray, p: FloatArray, *, weight: FloatArray | None = None) -> tuple[float, float]:
    """Intercept and slope of the logistic regression of the outcome on the log-odds of `p`.

    (0, 1) is perfect; a slope below 1 means that the probabilities are too extreme. Fitted by Newton's method; (nan, nan) where there is no
    finite answer (one class, a constant `p`, outcomes told apart perfectly). Source: Cox (1958), Biometrika 45.
    """
    safe = np.clip(p, SMALLEST, 1 - SMALLEST)
    odds = np.log(safe / (1 - safe))
    counts = np.ones(len(p)) if weight is None else weight
    line = np.array([0.0, 1.0])
    for _ in range(25):
        step = _newton_step(y, odds, counts, line)
        line += step
        if not np.isfinite(line).all() or abs(line[1]) > 1e3:
            break
        if np.abs(step).max() < 1e-8:
            return float(line[0]), float(line[1])
    return float("nan"), float("nan")


def calibration_slope(y: IntArray | BoolArray, p: FloatArray, *, weight: FloatArray | None = None) -> float:
    """Slope of `calibration_line`; 1 is perfect, below 1 is overconfident."""
    return calibration_line(y, p, weight=weight)[1]


def slope_influence(y: IntArray | BoolArray, p: FloatArray) -> FloatArray:
    """Calibration slope plus n times each row's pull on it, shape (n,): its mean over a resample is the slope there, to first order.

    The infinitesimal jackknife (Efron 1982): no refit per resample, and none that fails to converge. All nan where there is no slope.
    """
    level, slope = calibration_line(y, p)
    safe = np.clip(p, SMALLEST, 1 - SMALLEST)
    odds = np.log(safe / (1 - safe))
    fitted = 1 / (1 + np.exp(-np.clip(level + slope * odds, -40, 40)))
    bend = fitted * (1 - fitted)
    centre = np.dot(bend, odds) / bend.sum()
    influence: FloatArray = slope + len(p) * (odds - centre) * (y - fitted) / np.dot(bend, (odds - centre) ** 2)
    return influence


def _newton_step(y: IntArray | BoolArray, odds: FloatArray, counts: FloatArray, line: FloatArray) -> FloatArray:
    fitted = 1 / (1 + np.exp(-np.clip(line[0] + line[1] * odds, -40, 40)))
    miss = counts * (y - fitted)
    bend = counts * fitted * (1 - fitted)
    level, first, second = float(bend.sum()), float(np.dot(bend, odds)), float(np.dot(bend, odds * odds))
    determinant = level * second - first * first
    if determinant <= 1e-9 * max(level * second, 1e-300):
        return np.array([np.nan, np.nan])
    pull, turn = float(miss.sum()), float(np.dot(miss, odds))
    return np.array([second * pull - first * turn, level * turn - first * pull]) / determinant


def _shuffled_order(p: FloatArray, seed: int) -> IntArray:
    order = np.argsort(p, kind="stable")
    ranked = p[order]
    if not (ranked[1:] == ranked[:-1]).any():
        return order
    shuffled = np.random.default_rng(seed).permutation(len(p))
    return shuffled[np.argsort(p[shuffled], kind="stable")]


def _starts(n: int, bins: int) -> IntArray:
    parts = min(bins, n)
    sizes = np.full(parts, n // parts if parts else 0)
    sizes[: n % parts if parts else 0] += 1
    return np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)
