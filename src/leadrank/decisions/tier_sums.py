"""What each tier of a list will bring, from sums that parts of the list may be added up to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadrank.decisions.conversions import Z90, TierOutlook
from leadrank.decisions.tiers import TierRule
from leadrank.types import Figure, FloatArray, IntArray


def tier_sums(tiers: int, tier: IntArray, p: FloatArray, spread: FloatArray) -> FloatArray:
    """Sum up each tier of one part: its leads, Σp, Σp(1 − p) and Σp(1 − p)·spread, shape (tiers, 4).

    Parameters
    ----------
    tiers
        How many there are.
    tier
        Number of each lead's tier, shape (n,).
    p, spread
        As in `conversions_interval`.
    """
    luck = p * (1 - p)
    sums: FloatArray = np.stack([np.bincount(tier, weights, tiers) for weights in (None, p, luck, luck * spread)], axis=1).astype(np.float64)
    return sums


def outlook_of_sums(rules: Sequence[TierRule], sums: FloatArray, *, outcome: str = "conversions") -> tuple[TierOutlook, ...]:
    """Say of each tier of a list, the best first, how many leads it holds and what they will bring; `outcome` is what is expected, in words.

    Examples
    --------
    >>> rules = [TierRule("High", 0.4, "Call.", "1 day"), TierRule("Low", None, "Wait.", "")]
    >>> parts = [tier_sums(2, np.zeros(50, np.int64), np.full(50, 0.5), np.zeros(50))] * 2
    >>> [str(found) for found in outlook_of_sums(rules, sum(parts))]
    ['High  100 leads, 50 conversions expected (90 %: 42 to 58), within 1 day', 'Low  no leads']
    """
    return tuple(TierOutlook(rule.name, int(own[0]), _interval(own), rule.within, outcome) for rule, own in zip(rules, sums, strict=True))


def _interval(own: FloatArray) -> Figure:
    rows, expected, luck, shared = own.tolist()
    deviation = float(np.sqrt(luck + shared**2))
    return Figure(expected, max(0.0, expected - Z90 * deviation), min(rows, expected + Z90 * deviation))
