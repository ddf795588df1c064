"""From contributions of features on a model's scale to contributions of columns on the calibrated log-odds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadrank.types import Feature, FloatArray

STEEPEST = 20.0
FLATTEST = 1e-3
"""How far from `slope` one row may be stretched or squeezed as a whole; beyond it gains and losses are balanced apart."""
FURTHEST = 745.0
"""Log-odds of the smallest positive float64; a probability of exactly 0 or 1 is taken to lie there."""
_NOTHING = 1e-100
_NOISE = 1e-9
_APART = 1e-3


def group_by_column(contributions: FloatArray, features: Sequence[Feature]) -> tuple[FloatArray, tuple[str, ...]]:
    """Add up the contributions of the features that were made from one column.

    Parameters
    ----------
    contributions
        Shape (n, f), in the order of `features`.
    features
        The features; their `column` says where each belongs.

    Returns
    -------
    tuple
        Contributions of shape (n, c), and the c columns in the order in which they first appear. Row sums are kept.

    Examples
    --------
    >>> made = [Feature("seen (month)", "seen", "number"), Feature("city", "city", "category"), Feature("seen (hour)", "seen", "number")]
    >>> group_by_column(np.array([[1.0, 2.0, 0.5]]), made)
    (array([[1.5, 2. ]]), ('seen', 'city'))
    """
    columns = tuple(dict.fromkeys(feature.column for feature in features))
    if len(columns) == len(features):
        return contributions.astype(np.float64), columns
    place = {column: k for k, column in enumerate(columns)}
    grouped = np.zeros((contributions.shape[0], len(columns)))
    for j, feature in enumerate(features):
        grouped[:, place[feature.column]] += contributions[:, j]
    return grouped, columns


def rescale(
    contributions: FloatArray, base: float, margins: FloatArray, calibrated: FloatArray, calibrated_base: float, *, slope: float = 1.0
) -> FloatArray:
    """Stretch each row so that `calibrated_base` plus its sum is the calibrated log-odds.

    A monotone calibration map bends `base + sum(contributions)`; one factor for the whole row (the slope of the map's
    secant between base and row) restores the sum, keeps every sign and every proportion. Where that factor would be
    negative, or farther from `slope` than `STEEPEST` or `FLATTEST` allow (gains and losses nearly cancel, or the map
    has a step there), the gains are multiplied by k·factor and the losses by factor/k, with the one k > 0 that makes
    the sum exact: signs are still kept and nothing explodes. Two cases cannot keep all of that:

    - all contributions of a row pull one way and the calibrated log-odds lies on the other side of the base: the
      difference is shared out in proportion to |contribution|, against their sign;
    - all contributions of a row are 0: they stay 0, and `row_base` carries the difference.

    Rows do not influence each other, so one lead and a batch agree.

    Parameters
    ----------
    contributions
        Shape (n, c), on any additive scale (log-odds, or probability).
    base
        What the model says with no contribution, on that scale.
    margins
        Shape (n,): `base + contributions.sum(axis=1)` as the model itself gives it; a guard against mixed-up arguments.
    calibrated
        Shape (n,): calibrated log-odds, taken to lie within ±745.
    calibrated_base
        Calibrated log-odds at `base`.
    slope
        Slope of the map from the model's scale to calibrated log-odds at `base`, > 0; about 1 for log-odds, and
        1 / (p·(1 - p)) at p = `base` for contributions to a probability. Used only where a row's own factor is unusable.

    Returns
    -------
    FloatArray
        Shape (n, c), finite; `calibrated_base + sum` equals `calibrated` within 1e-9, save for rows without any contribution.

    Raises
    ------
    ValueError
        When an argument is not finite, or the contributions do not add up to the margins.

    Examples
    --------
    >>> rescale(np.array([[1.0, -0.5]]), 0.0, np.array([0.5]), np.array([0.4]), 0.0)
    array([[ 0.8, -0.4]])
    """
    _check_sums(contributions, base, margins, calibrated)
    usable = np.where(np.abs(contributions) < _NOTHING, 0.0, contributions)
    goal = np.clip(calibrated, -FURTHEST, FURTHEST) - calibrated_base
    gains = np.maximum(usable, 0.0).sum(axis=1)
    losses = -np.minimum(usable, 0.0).sum(axis=1)
    up, down = _two_factors(gains, losses, goal, _row_factor(gains, losses, goal, slope))
    scaled = usable * np.where(usable > 0.0, up[:, None], down[:, None])
    return _settle(scaled, goal)


def row_base(contributions: FloatArray, calibrated: FloatArray) -> FloatArray:
    """Return where each row starts: calibrated log-odds less all contributions, shape (n,).

    Equal to `calibrated_base` within 1e-9 except for rows that have no contribution at all (see `rescale`).
    """
    start: FloatArray = np.clip(calibrated, -FURTHEST, FURTHEST) - contributions.sum(axis=1)
    return start


def _check_sums(contributions: FloatArray, base: float, margins: FloatArray, calibrated: FloatArray) -> None:
    sums = base + contributions.sum(axis=1)
    if not (np.isfinite(sums).all() and not np.isnan(calibrated).any()):
        raise ValueError("contributions and base must be finite, and calibrated log-odds no nan")
    off = np.abs(sums - margins) > _APART * (1.0 + np.abs(margins))
    if off.any():
        row = int(np.argmax(off))
        raise ValueError(f"contributions do not add up to the margins: row {row} gives {sums[row]:.6g}, its margin is {margins[row]:.6g}")


def _row_factor(gains: FloatArray, losses: FloatArray, goal: FloatArray, slope: float) -> FloatArray:
    raw = gains - losses
    told = np.abs(raw) > _NOISE * (gains + losses)
    with np.errstate(over="ignore"):
        ratio = np.divide(goal, raw, out=np.full_like(raw, slope), where=told)
    ratio = np.where(ratio < 0.0, slope, ratio)
    factor: FloatArray = np.clip(ratio, slope * FLATTEST, slope * STEEPEST)
    return factor


def _two_factors(gains: FloatArray, losses: FloatArray, goal: FloatArray, factor: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Solve factor·(k·gains - losses/k) = goal for k > 0; k is 1 where the plain factor is already exact."""
    both = (gains > 0.0) & (losses > 0.0)
    wanted = goal / factor
    root = np.sqrt(wanted * wanted + 4.0 * gains * losses)
    # Of the two forms of the root of the quadratic, each is free of cancellation for one sign of `wanted`.
    top = np.where(wanted > 0.0, wanted + root, 2.0 * losses)
    bottom = np.where(wanted > 0.0, 2.0 * gains, root - wanted)
    k = np.divide(top, bottom, out=np.ones_like(top), where=both)
    only_gains = np.divide(goal, gains, out=np.zeros_like(goal), where=gains > 0.0)
    only_losses = np.divide(-goal, losses, out=np.zeros_like(goal), where=losses > 0.0)
    return np.where(both, factor * k, only_gains), np.where(both, factor / k, only_losses)


def _settle(scaled: FloatArray, goal: FloatArray) -> FloatArray:
    """Take the last rounding error out of each row's sum."""
    sizes = np.abs(scaled)
    total = sizes.sum(axis=1)
    left = np.divide(goal - scaled.sum(axis=1), total, out=np.zeros_like(total), where=total > 0.0)
    settled: FloatArray = scaled + sizes * left[:, None]
    return settled
