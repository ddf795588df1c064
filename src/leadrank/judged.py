"""From log-odds to the decision on each of many leads, in blocks whose arrays stay in the nearest caches."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from leadrank import decisions, models
from leadrank.bundle import Bundle
from leadrank.types import BoolArray, FloatArray

_BLOCK = 1 << 13
"""Longer arrays leave the second cache between two steps, and are fetched from the system anew for each, which takes longer than to fill them."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Probabilities of reaching each class, shape (rows, thresholds); ends of the best one's interval and decisions; sums by tier."""

    reach: FloatArray
    low: FloatArray
    high: FloatArray
    decided: decisions.Decided
    sums: FloatArray


def judge(
    bundle: Bundle, log_odds: FloatArray, value: FloatArray | None, cost: FloatArray | None, empty: BoolArray, age: FloatArray | None = None
) -> Judged:
    """Decide on leads.

    Parameters
    ----------
    log_odds
        Calibrated, shape (rows, thresholds).
    value, cost
        Per-lead amounts, shape (rows,), nan where blank; None for the policy's own.
    empty
        Marks the leads of which nothing is known: they are not contacted.
    age
        Days since each lead's cutoff, where it is asked about later; it is decided on what is left of its probability.
    """
    starts = range(0, max(len(log_odds), 1), _BLOCK)
    blocks = [_block(bundle, *(None if a is None else a[at : at + _BLOCK] for a in (log_odds, value, cost, empty, age))) for at in starts]  # type: ignore[arg-type]
    profits = [block.decided.expected_profit for block in blocks]
    return Judged(
        np.concatenate([block.reach for block in blocks]), np.concatenate([block.low for block in blocks]),
        np.concatenate([block.high for block in blocks]),
        decisions.Decided(
            np.concatenate([block.decided.tier for block in blocks]), np.concatenate([block.decided.contact for block in blocks]),
            None if profits[0] is None else np.concatenate(profits),  # type: ignore[arg-type]
            np.concatenate([block.decided.score for block in blocks]),
        ),
        np.sum([block.sums for block in blocks], axis=0),
    )


def _block(
    bundle: Bundle, log_odds: FloatArray, value: FloatArray | None, cost: FloatArray | None, empty: BoolArray, age: FloatArray | None
) -> Judged:
    best, spread = log_odds[:, -1], bundle.model.shape.spread
    reach, (own, shared) = models.sigmoid(log_odds), spread.errors(best)
    counted = reach
    if age is not None and bundle.timing is not None:
        counted = models.given_not_yet(bundle.timing, reach[:, -1], age, bundle.timing.horizon)[:, None]
    decided = decisions.apply_policy(bundle.policy, counted, value=value, cost=cost)
    sums = decisions.tier_sums(len(bundle.policy.tiers), decided.tier, counted[:, -1], shared)
    return Judged(reach, *models.interval_around(best, own), replace(decided, contact=decided.contact & ~empty), sums)
