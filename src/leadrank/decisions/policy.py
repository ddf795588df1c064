"""The decision as one small record, applied alike to one lead or a million."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from leadrank.decisions.profit import profit_of, worth_calling
from leadrank.decisions.threshold import Threshold
from leadrank.decisions.tiers import TierRule, tier_of
from leadrank.types import BoolArray, Finding, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Policy:
    """Threshold, tiers and money of one model.

    `tiers` are best first; `tiers_on` says what they are cut on ("class": the likeliest class is the tier). `value` and `cost` are the
    constants, or the means that stand in for a blank where they are `per_lead`. `declared` marks expected profit that rests on declared
    conversion rates.
    """

    threshold: Threshold
    tiers: tuple[TierRule, ...]
    tiers_on: Literal["probability", "expected_profit", "class"] = "probability"
    value: float | None = None
    cost: float = 0.0
    per_lead: bool = False
    currency: str = ""
    declared: bool = False
    findings: tuple[Finding, ...] = ()

    @property
    def rates(self) -> tuple[float, ...]:
        """Declared conversion rate of each class, worst first, the middle of its range; 0 where none is declared."""
        return tuple(sum(t.expected_conversion) / 2 if t.expected_conversion else 0.0 for t in reversed(self.tiers))


@dataclass(frozen=True, slots=True)
class Decided:
    """What to do with each lead, arrays of shape (n,): tier number (0 best), whether to contact, expected profit or None, score 0–100."""

    tier: IntArray
    contact: BoolArray
    expected_profit: FloatArray | None
    score: IntArray


def apply_policy(policy: Policy, reach: FloatArray, *, value: FloatArray | None = None, cost: FloatArray | None = None) -> Decided:
    """Decide; every lead on its own, so that one and a batch agree to the last bit.

    Parameters
    ----------
    policy
        As `fit_policy` made it.
    reach
        Calibrated probabilities, shape (n, K − 1).
    value, cost
        Per-lead amounts, shape (n,), nan where blank; None for the policy's own.

    Returns
    -------
    Decided
        Arrays of shape (n,).
    """
    p = reach[:, -1]
    profit = expected_profits(policy, reach, value=value, cost=cost)
    score = np.rint(100 * p).astype(np.int64)
    contact = p >= policy.threshold.cut
    if policy.threshold.rule.name == "profit" and profit is not None:
        contact = worth_calling(profit)
    elif policy.threshold.on == "expected_profit" and profit is not None:
        contact = worth_calling(profit) & (profit >= policy.threshold.cut)
    return Decided(_tiers(policy, reach, profit, contact), contact, profit, score)


def expected_profits(
    policy: Policy, reach: FloatArray, *, value: FloatArray | None = None, cost: FloatArray | None = None
) -> FloatArray | None:
    """Return p · value − cost of each lead, or for learned tiers Σ p(class) · rate(class) · value − cost; None where no value is known."""
    if policy.tiers_on == "class" and not policy.declared:
        return None
    worth, spent = amounts(policy, len(reach), value=value, cost=cost)
    return None if worth is None else profit_of(conversion_rates(policy, reach), worth, spent)


def amounts(
    policy: Policy, n: int, *, value: FloatArray | None = None, cost: FloatArray | None = None
) -> tuple[FloatArray | None, FloatArray]:
    """Return value (None where unknown) and cost of each of n leads, shape (n,): the policy's own, also where an amount is blank."""
    spent = np.full(n, policy.cost) if cost is None else np.where(np.isnan(cost), policy.cost, cost)
    if policy.value is None:
        return None, spent
    return np.full(n, policy.value) if value is None else np.where(np.isnan(value), policy.value, value), spent


def conversion_rates(policy: Policy, reach: FloatArray) -> FloatArray:
    """Return each lead's probability of a conversion, shape (n,); for learned tiers by the declared rates where there are any."""
    if policy.tiers_on != "class" or not policy.declared:
        return reach[:, -1]
    rates = policy.rates
    expected = np.full(len(reach), rates[0])
    # A sum over columns, not a matrix product: BLAS rounds one row and a thousand differently.
    for t in range(reach.shape[1]):
        expected = expected + reach[:, t] * (rates[t + 1] - rates[t])
    return expected


def _tiers(policy: Policy, reach: FloatArray, profit: FloatArray | None, contact: BoolArray) -> IntArray:
    last = len(policy.tiers) - 1
    if policy.tiers_on == "class":
        ends = np.ones((len(reach), 1))
        given = np.hstack((ends, reach)) - np.hstack((reach, 0 * ends))
        likeliest: IntArray = (last - np.argmax(given, axis=1)).astype(np.int64)
        return likeliest
    if policy.tiers_on == "expected_profit" and profit is not None:
        # Low is what is not called, also at an expected profit of exactly 0.
        called: IntArray = np.where(contact, np.minimum(tier_of(profit, policy.tiers), last - 1), last)
        return called
    return tier_of(reach[:, -1], policy.tiers)
