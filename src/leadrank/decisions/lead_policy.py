"""The decision about one lead, as `apply_policy` takes it about many, without arrays."""

from __future__ import annotations

from collections.abc import Sequence
from operator import sub
from typing import Literal

from leadrank.decisions.policy import Policy
from leadrank.decisions.tiers import TierRule

LeadDecision = tuple[TierRule, bool, float | None, int]
"""Tier, whether to contact, expected profit or None, score 0 to 100."""


class LeadPolicy:
    """A policy ready to decide about one lead after the other; safe to share between threads.

    Parameters
    ----------
    policy
        As `fit_policy` made it.
    """

    def __init__(self, policy: Policy) -> None:
        self._tiers, self._on, self._last = policy.tiers, policy.tiers_on, len(policy.tiers) - 1
        self._begins = tuple(tier.at_least or 0.0 for tier in policy.tiers[:-1])
        valued = policy.value is not None and (policy.tiers_on != "class" or policy.declared)
        self._value, self._cost, self._cut = policy.value if valued else None, policy.cost, policy.threshold.cut
        self._rates = policy.rates if policy.tiers_on == "class" else ()
        self._called_on: Literal["probability", "profit", "both"] = "probability"
        if valued and policy.threshold.rule.name == "profit":
            self._called_on = "profit"
        elif valued and policy.threshold.on == "expected_profit":
            self._called_on = "both"

    def decide(
        self, reach: Sequence[float], value: float | None = None, cost: float | None = None, shares: Sequence[float] = ()
    ) -> LeadDecision:
        """Decide.

        Parameters
        ----------
        reach
            Calibrated probabilities, one for each threshold.
        value, cost
            The lead's own amounts, nan where blank; None for the policy's own.
        shares
            What `class_shares` makes of `reach`, where it is known already.
        """
        score = p = reach[-1]
        profit = None
        contact = p >= self._cut
        if self._value is not None:
            rate = self._rate(reach) if self._rates else p
            # An amount that is nan is blank: it does not equal itself.
            profit = rate * (self._value if value is None or value != value else value) - (  # noqa: PLR0124
                self._cost if cost is None or cost != cost else cost  # noqa: PLR0124
            )
            if self._called_on != "probability":
                contact = profit > 0 and (self._called_on == "profit" or profit >= self._cut)
            if self._on == "expected_profit":
                if not contact:
                    return self._tiers[-1], contact, profit, round(100 * p)
                score = profit
        if self._on == "class":
            return self._likeliest(shares or class_shares(reach)), contact, profit, round(100 * p)
        place = 0
        for begin in self._begins:
            if score < begin:
                place += 1
        if place == self._last and score is not p:
            place -= 1
        return self._tiers[place], contact, profit, round(100 * p)

    def _rate(self, reach: Sequence[float]) -> float:
        """Return the declared conversion rate that the classes' probabilities make."""
        rates = self._rates
        rate = rates[0]
        for t, p in enumerate(reach):
            rate += p * (rates[t + 1] - rates[t])
        return rate

    def _likeliest(self, shares: Sequence[float]) -> TierRule:
        return self._tiers[self._last - shares.index(max(shares))]


def class_shares(reach: Sequence[float]) -> list[float]:
    """Return the probability of each class, worst first, from those of reaching more than each but the last.

    Examples
    --------
    >>> class_shares([0.75, 0.25])
    [0.25, 0.5, 0.25]
    """
    return list(map(sub, (1.0, *reach), (*reach, 0.0)))
