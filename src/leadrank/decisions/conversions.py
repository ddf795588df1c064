"""How many of these leads will convert, as an interval that a manager can plan with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadrank.types import Figure, FloatArray, IntArray

Z90 = 1.6448536


@dataclass(frozen=True, slots=True)
class TierOutlook:
    """What one tier of a list will bring: its leads, and the conversions to expect of them with a 90 % interval."""

    name: str
    rows: int
    conversions: Figure
    within: str
    outcome: str = "conversions"

    def __str__(self) -> str:
        if not self.rows:
            return f"{self.name}  no leads"
        said = self.conversions
        deadline = f", within {self.within}" if self.within else ""
        expected = f"{said.value:,.0f} {self.outcome} expected (90 %: {said.low:,.0f} to {said.high:,.0f})"
        return f"{self.name}  {self.rows:,} lead{'s' if self.rows > 1 else ''}, {expected}{deadline}"


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


def conversions_among_next(rows: int, converted: int, leads: int = 100) -> Figure:
    """Give the conversions to expect among the next leads of a tier, with a 90 % interval, from how it has done so far.

    Each lead's luck and the doubt about the rate are both in it; that leads or times change is not.

    Parameters
    ----------
    rows, converted
        Leads of the tier that were counted, 1 or more, and how many of them converted.
    leads
        How many come next.

    Returns
    -------
    Figure
        In leads; the value is `leads` at the rate so far, the ends are whole numbers. Source: posterior predictive under the prior of
        Jeffreys (beta-binomial); Brown, Cai and DasGupta (2001), "Interval estimation for a binomial proportion", recommend this prior.

    Examples
    --------
    >>> conversions_among_next(1000, 200), conversions_among_next(10, 2), conversions_among_next(50, 0)
    (Figure(value=20.0, low=13.0, high=27.0), Figure(value=20.0, low=5.0, high=46.0), Figure(value=0.0, low=0.0, high=4.0))
    """
    yes, no = converted + 0.5, rows - converted + 0.5
    chance = [math.exp(math.log(math.comb(leads, k)) + _log_beta(yes + k, no + leads - k) - _log_beta(yes, no)) for k in range(leads + 1)]
    low, high = np.searchsorted(np.cumsum(chance), [0.05, 0.95])
    value = leads * converted / rows
    return Figure(value, min(float(low), value), max(float(high), value))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


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
