"""By how much each cohort lies above what the model says, drawn towards its neighbours: the newest have shown least."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from leadrank.types import FloatArray

_STEPS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4)
"""Standard deviations of the level's move within one unit of time that are tried, in log-odds."""
_TURNS = (0.0, 0.005, 0.015, 0.05)
"""Standard deviations of the move of its slope within one unit of time that are tried."""
_START = 0.5
"""Standard deviation of the level that all cohorts share."""
_ROUNDS = 8
_SETTLED = 0.003
"""Moves in log-odds below which the levels are taken for found."""
_H = 1e-3


def smooth_levels(
    log_likelihood: Callable[[FloatArray], FloatArray], place: FloatArray, start: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Estimate the level of each cohort with its standard error.

    The level is a random walk whose slope walks as well (a local linear trend, Harvey 1989), seen through what each cohort has shown so far.
    How far both walk is not known: all ways are averaged, each weighted by how likely it makes the data (Laplace approximation, Rasmussen &
    Williams 2006, section 5.4; Bayesian model averaging, Hoeting et al. 1999). The likeliest alone would take chance for a move too often.

    Parameters
    ----------
    log_likelihood
        Of each cohort, at a level for each.
    place
        When each cohort began, in units in which a level may move, oldest first.
    start
        Levels to begin the search at; by default 0.

    Examples
    --------
    >>> seen, error = np.array([0.0, 0.0, 0.9]), np.array([0.1, 0.1, 3.0])
    >>> levels, _ = smooth_levels(lambda x: -0.5 * ((x - seen) / error) ** 2, np.arange(3.0))
    >>> abs(levels[2]) < 0.1
    np.True_
    """
    levels, errors = np.zeros(len(place)) if start is None else start, np.zeros(len(place))
    priors = [_prior(place - place[0], step, turn) for step in _STEPS for turn in _TURNS]
    for _ in range(_ROUNDS):
        up, here, down = (log_likelihood(levels + h) for h in (_H, 0.0, -_H))
        slope, told = (up - down) / (2 * _H), np.maximum(-(up - 2 * here + down) / _H**2, 1e-6)
        seen = levels + np.clip(slope / told, -2.0, 2.0)
        before = levels
        levels, errors = _averaged([_posterior(prior, seen, 1 / told) for prior in priors])
        if np.abs(levels - before).max() < _SETTLED:
            break
    return levels, errors


def _averaged(found: list[tuple[float, FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    """Average levels by how likely they are; what they differ by is part of the error."""
    likely = np.array([one[0] for one in found])
    weights = np.exp(likely - likely.max())
    weights /= weights.sum()
    levels, errors = np.array([one[1] for one in found]), np.array([one[2] for one in found])
    mean: FloatArray = weights @ levels
    error: FloatArray = np.sqrt(weights @ (errors**2 + (levels - mean) ** 2))
    return mean, error


def _prior(place: FloatArray, step: float, turn: float) -> FloatArray:
    """Return the covariance of the levels; the oldest cohort starts the walk, with a slope as uncertain as one turn."""
    first, second = np.minimum(place[:, None], place[None, :]), np.maximum(place[:, None], place[None, :])
    slope = first**2 * (3 * second - first) / 6 + first * second
    walk: FloatArray = _START**2 + step**2 * first + turn**2 * slope
    return walk


def _posterior(prior: FloatArray, seen: FloatArray, variance: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """Return the log marginal likelihood, the levels and their errors (normal prior, normal observations)."""
    total = prior + np.diag(variance)
    weights = np.linalg.solve(total, prior).T
    levels = weights @ seen
    _, size = np.linalg.slogdet(total)
    errors: FloatArray = np.sqrt(np.maximum(np.diag(prior - weights @ prior), 0.0))
    return -0.5 * float(seen @ np.linalg.solve(total, seen) + size), levels, errors
