"""How many of these leads will convert, as an interval that a manager can plan with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadrank.types import Figure, FloatArray, IntArray

Z90 = 1.6448536


def conversions_interval(p: FloatArray, spread: FloatArray | float = 0.0) -> Figure:
    """Give the expected number of conversions in a set of leads, with its 90 % interval.

    Mean Σp. Variance Σp(1 − p), each lead's own luck, plus (Σp(1 − p)·s)²: what the model may be wrong by, taken to be wrong for all
    leads of the set in the same direction (the cautious case). Normal, cut to 0…n.

    Parameters
    ----------
    p
        Probabilities of the leads, shape (n,).
    spread
        Standard error s of each lead's log-odds, shape (n,) or one number.

    Returns
    -------
    Figure
        In leads; the interval is a 90 % one.

    Examples
    --------
    >>> found = conversions_interval(np.full(100, 0.5))
    >>> found.value, round(found.low, 1), round(found.high, 1)
    (50.0, 41.8, 58.2)
    """
    luck = p * (1 - p)
    expected = float(p.sum())
    deviation = float(np.sqrt(luck.sum() + np.sum(luck * spread) ** 2))
    return Figure(expected, max(0.0, expected - Z90 * deviation), min(float(len(p)), expected + Z90 * deviation))


def conversions_by_tier(tier: IntArray, p: FloatArray, names: Sequence[str], spread: FloatArray | float = 0.0) -> dict[str, Figure]:
    """Give the expected conversions of each tier with their 90 % intervals.

    Parameters
    ----------
    tier
        Number of each lead's tier, shape (n,).
    p, spread
        As in `conversions_interval`.
    names
        Names of the tiers, number 0 first.
    """
    each = np.broadcast_to(np.asarray(spread, dtype=np.float64), p.shape)
    return {name: conversions_interval(p[tier == k], each[tier == k]) for k, name in enumerate(names)}
