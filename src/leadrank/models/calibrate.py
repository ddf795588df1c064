"""A strictly monotone map from margins to honest log-odds, used only where it lowers held-out log loss."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from leadrank.types import FloatArray, IntArray

_RIDGE = 1.0
_LEAST_SLOPE = 0.05
SLOPE_PRIOR = 25.0
"""Precision of the prior of a forward slope: it lies within 0.2 of 1 unless the newest blocks say otherwise."""
RECENT = 3
"""So many of the newest forward blocks decide the calibration."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Beta calibration (Kull, Silva Filho & Flach 2017) in log-odds: shift + a · log p - b · log(1 - p).

    a = b is Platt scaling, a = b = 1 with no shift is the identity. Both slopes are positive, so the ranking is kept and no
    ties are made.
    """

    a: float = 1.0
    b: float = 1.0
    shift: float = 0.0
    kind: str = "none"

    def __call__(self, margin: FloatArray) -> FloatArray:
        """Return calibrated log-odds."""
        if self.a == self.b:
            return self.shift + self.a * margin
        return self.shift + self.a * -np.logaddexp(0.0, -margin) + self.b * np.logaddexp(0.0, margin)

    def one(self, margin: float) -> float:
        """Return the same for one margin, without an array."""
        if self.a == self.b:
            return self.shift + self.a * margin
        away = math.log1p(math.exp(-abs(margin)))
        if margin > 0:
            return self.shift - self.a * away + self.b * (away + margin)
        return self.shift - self.a * (away - margin) + self.b * away

    def moved(self, by: float) -> Calibration:
        """Return the same map with all log-odds moved by a constant."""
        return Calibration(self.a, self.b, self.shift + by, self.kind)


IDENTITY = Calibration()


def sigmoid(log_odds: FloatArray) -> FloatArray:
    """Return probabilities from log-odds without overflow.

    Examples
    --------
    >>> sigmoid(np.array([0.0, 800.0, -800.0])).tolist()
    [0.5, 1.0, 0.0]
    """
    small = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1.0, small) / (1.0 + small)


def sigmoid_of(log_odds: float) -> float:
    """Return one probability as `sigmoid` does, without an array; the last bit may differ, as exponentials do.

    Examples
    --------
    >>> sigmoid_of(0.0), sigmoid_of(800.0), sigmoid_of(-800.0)
    (0.5, 1.0, 0.0)
    """
    small = math.exp(-abs(log_odds))
    return (1.0 if log_odds >= 0 else small) / (1.0 + small)


def row_loss(y: IntArray, log_odds: FloatArray) -> FloatArray:
    """Return each row's log loss."""
    loss: FloatArray = np.logaddexp(0.0, np.where(y == 1, -log_odds, log_odds))
    return loss


def choose_calibration(margin: FloatArray, y: IntArray, *, blocks: IntArray, forward: bool = False) -> tuple[Calibration, FloatArray]:
    """Choose a map by log loss on blocks that it has not seen: identity, Platt or beta; over forward blocks, a slope.

    Over forward blocks only the newest `RECENT` count, since the final model has learned from as many rows as theirs had or more, and the
    map keeps their mean probability: what the newest rate should do is a matter of its own (`Drift`).

    Parameters
    ----------
    margin, y
        Held-out log-odds and outcomes.
    blocks
        Block number of each row; each is predicted by a map fitted on the others, or with `forward` on the earlier ones. A map must lower
        the loss; beta must beat the simpler one by half a standard error of the paired difference.

    Returns
    -------
    calibration
        The chosen map, fitted on all rows that count.
    held_out
        Each row's calibrated log-odds by a map that has not seen its block.
    """
    if forward:
        return _recent_slope(margin, y, blocks)
    best, best_odds = IDENTITY, margin
    for kind in ("platt", "beta"):
        held_out = margin.copy()
        for block in np.unique(blocks):
            held_out[blocks == block] = fit_calibration(margin[blocks != block], y[blocks != block], kind)(margin[blocks == block])
        gain = row_loss(y, best_odds) - row_loss(y, held_out)
        needed = 0.5 * gain.std() / np.sqrt(len(gain)) if kind == "beta" else 0.0
        if gain.mean() > needed:
            best, best_odds = fit_calibration(margin, y, kind), held_out
    return best, best_odds


def _recent_slope(margin: FloatArray, y: IntArray, blocks: IntArray) -> tuple[Calibration, FloatArray]:
    """Fit a slope on the newest blocks, drawn towards 1 by its prior, where one from earlier blocks lowers the loss of later ones."""
    newest = np.unique(blocks)[-RECENT:]
    held_out = margin.copy()
    for block in newest:
        earlier = np.isin(blocks, newest) & (blocks < block)
        held_out[blocks == block] = fit_calibration(margin[earlier], y[earlier], "slope")(margin[blocks == block])
    if row_loss(y, held_out).mean() >= row_loss(y, margin).mean():
        return IDENTITY, margin
    counts = np.isin(blocks, newest)
    return fit_calibration(margin[counts], y[counts], "slope"), held_out


def prior_moves(log_odds: FloatArray, y: IntArray, blocks: IntArray) -> tuple[float, ...]:
    """Return by how much each block's base rate lies off its predictions, in log-odds."""
    return tuple(prior_shift(log_odds[blocks == b], y[blocks == b]) for b in np.unique(blocks))


def excess_variance(moves: tuple[float, ...], log_odds: FloatArray, blocks: IntArray, learned: IntArray) -> float:
    """Return the variance of the moves beyond what chance alone makes; 0 where chance explains them.

    The sampling variance of one block's move is 1 / Σ p (1 - p) over its rows, and as much again, row for row, for the rows that its model
    learned from. Chance explains the moves while their squares in units of it stay within the 90 % quantile of χ² (Cochran's Q test;
    DerSimonian & Laird 1986 for the estimate).

    Parameters
    ----------
    moves
        One move for each block.
    log_odds, blocks
        Held-out log-odds and the block of each.
    learned
        How many rows the model of each block learned from.
    """
    p = sigmoid(log_odds)
    inside = [blocks == b for b in np.unique(blocks)]
    noise = np.array([(1 + i.sum() / n) / max(float((p[i] * (1 - p[i])).sum()), 1e-9) for i, n in zip(inside, learned, strict=True)])
    q = float((np.square(moves) / noise).sum())
    return 0.0 if q <= _chi_squared_90(len(moves)) else max(float(np.mean(np.square(moves)) - np.mean(noise)), 0.0)


def _chi_squared_90(freedom: int) -> float:
    """Return the 90 % quantile of χ² (Wilson & Hilferty 1931, within 1 %)."""
    part = 2.0 / (9.0 * freedom)
    return float(freedom * (1.0 - part + 1.2815515655446004 * part**0.5) ** 3)


def hedged(calibration: Calibration, variance: float) -> Calibration:
    """Integrate over a normal move of the base rate: σ(z) becomes about σ(z / √(1 + π v / 8)) (MacKay 1992).

    Where the base rate has moved from block to block it will move again, and certainty would be paid for dearly.
    """
    by = 1.0 / float(np.sqrt(1.0 + np.pi * variance / 8.0))
    return Calibration(calibration.a * by, calibration.b * by, calibration.shift * by, calibration.kind)


def fit_calibration(margin: FloatArray, y: IntArray, kind: str) -> Calibration:
    """Fit one map by penalised maximum likelihood; the penalty pulls it to the identity as if by one outcome."""
    if np.unique(y).size < 2:
        return IDENTITY
    if kind == "beta":
        basis = np.stack([np.ones_like(margin), -np.logaddexp(0.0, -margin), np.logaddexp(0.0, margin)], axis=1)
        shift, a, b = _newton(basis, y, np.array([0.0, 1.0, 1.0]))
        if min(a, b) >= _LEAST_SLOPE:
            return Calibration(float(a), float(b), float(shift), "beta")
        kind = "platt"
    ridge = SLOPE_PRIOR if kind == "slope" else _RIDGE
    shift, slope = _newton(np.stack([np.ones_like(margin), margin], axis=1), y, np.array([0.0, 1.0]), ridge)
    slope = max(float(slope), _LEAST_SLOPE)
    if kind == "slope":
        shift = _shift_to(float(sigmoid(margin).mean()), slope * margin)
    return Calibration(slope, slope, float(shift), kind)


def calibration_covariance(margin: FloatArray) -> tuple[float, float, float]:
    """Return variance of shift, covariance, variance of slope of a Platt map around the given log-odds (Fisher information)."""
    basis = np.stack([np.ones_like(margin), margin], axis=1)
    p = sigmoid(margin)
    information = (basis * (p * (1 - p))[:, None]).T @ basis + np.diag([1e-6, _RIDGE])
    inverse = np.linalg.inv(information)
    return float(inverse[0, 0]), float(inverse[0, 1]), float(inverse[1, 1])


def prior_shift(log_odds: FloatArray, y: IntArray) -> float:
    """Return the constant that makes mean probability equal the observed rate (Saerens, Latinne & Decaestecker 2002, labels known)."""
    return _shift_to((y.sum() + 0.5) / (len(y) + 1.0), log_odds)


def _shift_to(wanted: float, log_odds: FloatArray) -> float:
    low, high = -12.0, 12.0
    for _ in range(60):
        middle = (low + high) / 2
        if sigmoid(log_odds + middle).mean() < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _newton(basis: FloatArray, y: IntArray, start: FloatArray, strength: float = _RIDGE) -> FloatArray:
    weights = start.copy()
    ridge = np.diag([1e-6] + [strength] * (len(start) - 1))
    for _ in range(25):
        p = sigmoid(basis @ weights)
        gradient = basis.T @ (p - y) + ridge @ (weights - start)
        hessian = (basis * (p * (1 - p))[:, None]).T @ basis + ridge
        step = np.linalg.solve(hessian, gradient)
        weights = weights - np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-10:
            break
    return weights
