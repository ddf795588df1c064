"""What becomes of a lead when somebody who knows better puts it into another tier."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from leadrank.decisions.policy import Policy
from leadrank.errors import UsageError, nearest

_BARELY = 1e-9
"""Where a tier begins at 0, what is just worth a contact."""


class Judged(Protocol):
    """A lead as the model judged it."""

    @property
    def probability(self) -> float: ...  # noqa: D102
    @property
    def tier(self) -> str: ...  # noqa: D102
    @property
    def action(self) -> str: ...  # noqa: D102
    @property
    def due_within(self) -> str: ...  # noqa: D102
    @property
    def contact(self) -> bool: ...  # noqa: D102
    @property
    def expected_profit(self) -> float | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Overruled:
    """The decision with the override in it.

    `worth` is what the queue is ranked by: the expected profit, or the probability where no value is known, as moved into the tier. It is never
    shown as the model's: a person's tier makes no lead more profitable, so that `expected_profit` stays what the model says.
    """

    tier: str
    action: str
    due_within: str
    contact: bool
    expected_profit: float | None
    worth: float


def overrule(policy: Policy, scored: Judged, tier: str, *, value: float | None = None, cost: float | None = None) -> Overruled:
    """Put a lead into a tier: it moves no further than to the nearest edge of what the tier holds.

    What moves is its worth: bands of probability move the probability, and the profit that it is ranked by with it; bands of expected profit move
    that; learned tiers move the probability to the share of the tier that reached the best class, and the profit to that of the declared rate.
    A lead that is put higher never loses worth or contact, one that is put lower never gains any, and its own tier changes nothing.

    Parameters
    ----------
    policy
        The one by which the lead was scored.
    scored
        As the model judged it, without any override.
    tier
        The name of the tier.
    value, cost
        The lead's own amounts; None for the policy's own.

    Raises
    ------
    UsageError
        The policy has no such tier.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from leadrank.decisions.threshold import Rule, Threshold
    >>> lead = SimpleNamespace(probability=0.2, tier="Low", action="Wait.", due_within="", contact=False, expected_profit=None)
    >>> from leadrank.decisions.tiers import TierRule
    >>> tiers = (TierRule("High", 0.6, "Call first.", "24 hours"), TierRule("Low", None, "Wait.", ""))
    >>> policy = Policy(Threshold(0.6, Rule("number", 0.6), "as declared"), tiers)
    >>> overrule(policy, lead, "High")
    Overruled(tier='High', action='Call first.', due_within='24 hours', contact=True, expected_profit=None, worth=0.6)
    """
    now, then = _place(policy, scored.tier), _place(policy, tier)
    p, profit, contact = scored.probability, scored.expected_profit, scored.contact
    if now == then:
        return Overruled(tier, scored.action, scored.due_within, contact, profit, p if profit is None else profit)
    up = then < now
    rate = p
    if policy.tiers_on == "expected_profit" and profit is not None:
        profit = _toward(profit, _edge(policy, then, up), up)
    else:
        p, rate = _moved(policy, then, up, p)
        worth = policy.value if value is None else value
        if profit is not None and worth is not None:
            profit = _toward(profit, rate * worth - (policy.cost if cost is None else cost), up)
    called = _called(policy, p, profit)
    rule = policy.tiers[then]
    contact = contact or called if up else contact and called
    return Overruled(tier, rule.action, rule.within, contact, scored.expected_profit, p if profit is None else profit)


def _place(policy: Policy, name: str) -> int:
    names = [tier.name for tier in policy.tiers]
    if name not in names:
        raise UsageError(f"The tier {name!r} is none of {', '.join(names)}.", nearest(name, names))
    return names.index(name)


def _toward(value: float, edge: float, up: bool) -> float:
    return max(value, edge) if up else min(value, edge)


def _moved(policy: Policy, then: int, up: bool, p: float) -> tuple[float, float]:
    """Return the probability as moved, and the conversion rate that money is counted with."""
    if policy.tiers_on != "class":
        p = _toward(p, _edge(policy, then, up), up)
        return p, p
    rule = policy.tiers[then]
    p = _toward(p, rule.converted / rule.rows, up) if rule.rows else p
    return p, policy.rates[len(policy.tiers) - 1 - then]


def _edge(policy: Policy, then: int, up: bool) -> float:
    """Return the lowest value of the tier for a lead that comes from below, the highest for one from above."""
    begin = policy.tiers[then if up else then - 1].at_least or 0.0
    on_profit = policy.tiers_on == "expected_profit"
    if not up:
        return math.nextafter(begin, -math.inf) if begin > 0 else 0.0
    if on_profit:
        return begin if begin > 0 else _BARELY
    cut, end = policy.threshold.cut, (policy.tiers[then - 1].at_least or 0.0) if then else 1.0
    # Of a tier that the end of the call list splits, the part that is called: who puts a lead higher wants it worked.
    called = policy.threshold.on == "probability" and cut < end
    return min(1.0, max(begin, cut) if called else begin)


def _called(policy: Policy, p: float, profit: float | None) -> bool:
    if profit is not None and policy.threshold.rule.name == "profit":
        return profit > 0
    if profit is not None and policy.threshold.on == "expected_profit":
        return profit > 0 and profit >= policy.threshold.cut
    return p >= policy.threshold.cut
