"""Move a served model's log-odds by the outcomes that came in since: a shift first, a slope only where the outcomes speak for one.

A base rate that moves is followed by a shift alone, which needs few outcomes; a slope turns the whole scale and must be paid for with evidence.
Old outcomes fade: their weight halves with every `HALF_LIFE` outcomes that came after them. Where nothing moves, forgetting costs next to
nothing (about 1 / (2 n) nats a lead for each number that is estimated from n outcomes, and such weights are worth 2.9 half-lives of them);
where the rate moves, remembering everything costs more with every outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.models.calibrate import row_loss, sigmoid
from leadrank.types import FloatArray, IntArray

HALF_LIFE = 1_000.0
"""Outcomes after which an older one counts half."""
SHIFT_SPREAD = 1.0
"""Standard deviation of the prior of a shift, in log-odds: without outcomes it is 0."""
SLOPE_SPREAD = 0.2
"""Standard deviation of the prior of a slope: without outcomes it is 1."""
EVIDENCE = 1.92
"""Nats by which a slope must raise the penalised likelihood: half the 95 % quantile of χ² with one degree of freedom (Wilks 1938)."""
LEAST_SLOPE = 0.05


@dataclass(frozen=True, slots=True)
class Recalibration:
    """What to make of a model's log-odds: shift + slope · log-odds; `outcomes` says from how many, `weight` how many whole ones they are worth."""

    shift: float = 0.0
    slope: float = 1.0
    outcomes: int = 0
    weight: float = 0.0

    def __call__(self, log_odds: FloatArray) -> FloatArray:
        """Return recalibrated log-odds; the ranking stays as it is."""
        return self.shift + self.slope * log_odds


def recalibrate(log_odds: FloatArray, y: IntArray, *, half_life: float = HALF_LIFE) -> Recalibration:
    """Learn from outcomes how to move the log-odds of the leads that come next.

    Penalised logistic regression of the outcome on the log-odds (Cox 1958; Steyerberg et al. 2004 for updating a model's intercept before its
    slope), with normal priors that hold it to the model as it is.

    Parameters
    ----------
    log_odds
        What the model said of leads that it had not learned from, oldest outcome first, shape (n,).
    y
        Their outcomes 0/1.
    half_life
        Outcomes after which an older one counts half; infinite for equal weights.

    Returns
    -------
    Recalibration
        The identity where there are no outcomes.

    Examples
    --------
    >>> recalibrate(np.zeros(0), np.zeros(0, dtype=np.int64))
    Recalibration(shift=0.0, slope=1.0, outcomes=0, weight=0.0)
    >>> moved = recalibrate(np.full(2_000, -2.0), np.arange(2_000) % 2)
    >>> round(moved.shift, 1), moved.slope
    (2.0, 1.0)
    """
    if not len(y):
        return Recalibration()
    weight = np.exp2(-np.arange(len(y), dtype=np.float64)[::-1] / half_life)
    basis = np.stack([np.ones_like(log_odds), log_odds], axis=1)
    shifted = _fitted(basis[:, :1], log_odds, y, weight)
    turned = _fitted(basis, log_odds, y, weight)
    gain = _penalised(shifted, log_odds, y, weight) - _penalised(turned, log_odds, y, weight)
    shift, extra = turned if gain > EVIDENCE else (float(shifted[0]), 0.0)
    return Recalibration(float(shift), max(1.0 + float(extra), LEAST_SLOPE), len(y), float(weight.sum()))


def _fitted(basis: FloatArray, log_odds: FloatArray, y: IntArray, weight: FloatArray) -> FloatArray:
    """Find what to add to the log-odds, for each column of the basis its coefficient, by Newton's method on the penalised likelihood."""
    precision = np.array([SHIFT_SPREAD**-2, SLOPE_SPREAD**-2])[: basis.shape[1]]
    added = np.zeros(basis.shape[1])
    for _ in range(50):
        p = sigmoid(log_odds + basis @ added)
        gradient = basis.T @ (weight * (p - y)) + precision * added
        hessian = (basis * (weight * p * (1 - p))[:, None]).T @ basis + np.diag(precision)
        step = np.clip(np.linalg.solve(hessian, gradient), -1.0, 1.0)
        added = added - step
        if np.abs(step).max() < 1e-10:
            break
    return added


def _penalised(added: FloatArray, log_odds: FloatArray, y: IntArray, weight: FloatArray) -> float:
    shift, extra = float(added[0]), float(added[1]) if len(added) > 1 else 0.0
    lost = float(np.dot(weight, row_loss(y, shift + (1.0 + extra) * log_odds)))
    return lost + 0.5 * (shift / SHIFT_SPREAD) ** 2 + 0.5 * (extra / SLOPE_SPREAD) ** 2
