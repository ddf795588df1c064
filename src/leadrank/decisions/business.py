"""The manager's numbers: what our call list brings, beside calling everyone, the newest, or anyone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.decisions.policy import Policy, amounts, apply_policy
from leadrank.resamples import resamples
from leadrank.types import BoolArray, Figure, FloatArray, IntArray

SHARES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to spend the team's time: leads worked, conversions caught, and the money where it is known; 95 % intervals."""

    name: str
    worked: int
    conversions: Figure
    conversion_rate: Figure | None
    share_of_conversions: Figure | None
    profit: Figure | None = None
    cost_per_acquisition: Figure | None = None


@dataclass(frozen=True, slots=True)
class BusinessCase:
    """Plans compared on the same rows, and ours by share of the leads worked; `declared`: conversions rest on declared rates."""

    rows: int
    plans: tuple[Plan, ...]
    by_share: tuple[Plan, ...]
    currency: str = ""
    declared: bool = False


def business_case(
    y: IntArray,
    reach: FloatArray,
    policy: Policy,
    *,
    newest: FloatArray | None = None,
    value: FloatArray | None = None,
    cost: FloatArray | None = None,
    called: BoolArray | None = None,
    draws: int = 200,
    seed: int = 0,
    groups: IntArray | None = None,
) -> BusinessCase:
    """Compare our call list with calling everyone, as many at random, and as many of the newest.

    Parameters
    ----------
    y
        Outcomes 0/1, or class numbers, shape (n,).
    reach
        Probabilities that the model gave without having learned from these rows, shape (n, K − 1).
    policy
        The policy to judge.
    newest
        Any number that grows with time, shape (n,); without it there is no such plan.
    value, cost
        Per-lead amounts, nan where blank; None for the policy's own.
    called
        Who is on our call list, shape (n,), where that is not what the policy says of these leads: see `cross_fit`.
    draws, seed
        Of the bootstrap.
    groups
        Whose row each is, shape (n,), where a lead may have several: leads are resampled, not rows.

    Returns
    -------
    BusinessCase
        With calling nobody as the zero of profit.
    """
    n = len(y)
    decided = apply_policy(policy, reach, value=value, cost=cost)
    key = decided.expected_profit if decided.expected_profit is not None else reach[:, -1]
    ours = decided.contact if called is None else called
    k = int(ours.sum())
    lists = {"our call list": ours.astype(np.float64), "everyone": np.ones(n), "as many at random": np.full(n, k / n)}
    if newest is not None:
        lists["as many of the newest"] = top_share(newest, k)
    lists |= {f"best {share:.0%}": top_share(key, round(share * n)) for share in SHARES}
    made = _plans(lists, _columns(y, policy, value, cost), draws, seed, groups)
    fixed = len(made) - len(SHARES)
    return BusinessCase(n, tuple(made[:fixed]), tuple(made[fixed:]), policy.currency, policy.declared)


def top_share(score: FloatArray, k: int) -> FloatArray:
    """Return for each lead the chance of being among the best `k`, ties sharing the places left, shape (n,), sum k.

    Examples
    --------
    >>> top_share(np.array([3.0, 1.0, 1.0]), 2).tolist()
    [1.0, 0.5, 0.5]
    """
    if k <= 0:
        return np.zeros(len(score))
    edge = -np.partition(-score, min(k, len(score)) - 1)[min(k, len(score)) - 1]
    above, tied = score > edge, score == edge
    chance: FloatArray = above + tied * ((min(k, len(score)) - above.sum()) / tied.sum())
    return chance


def _columns(
    y: IntArray, policy: Policy, value: FloatArray | None, cost: FloatArray | None
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """Conversion, cost and value of each lead when called; a class counts as its declared rate."""
    n = len(y)
    converted = (y == len(policy.tiers) - 1).astype(np.float64) if policy.tiers_on == "class" else y.astype(np.float64)
    if policy.tiers_on == "class" and policy.declared:
        converted = np.array(policy.rates)[y]
    worth, spent = amounts(policy, n, value=value, cost=cost)
    unknown = policy.tiers_on == "class" and not policy.declared
    return converted, spent, None if unknown else worth


def _plans(
    called: dict[str, FloatArray], columns: tuple[FloatArray, FloatArray, FloatArray | None], draws: int, seed: int, groups: IntArray | None
) -> list[Plan]:
    converted, spent, worth = columns
    lists = np.column_stack(list(called.values()))
    each = np.hstack([
        lists, lists * converted[:, None], lists * spent[:, None],
        lists * ((0.0 if worth is None else worth * converted) - spent)[:, None], converted[:, None],
    ])
    n, m = lists.shape
    sums = np.array([each.sum(axis=0), *(counts @ each * (n / counts.sum()) for counts in resamples(n, draws, seed, groups))])
    return [_plan(name, sums[:, [j, m + j, 2 * m + j, 3 * m + j, 4 * m]], worth is not None) for j, name in enumerate(called)]


def _plan(name: str, sums: FloatArray, money: bool) -> Plan:
    worked, conversions, spent, profit, all_conversions = sums.T
    caught = _interval(conversions)
    return Plan(
        name=name,
        worked=round(worked[0]),
        conversions=caught if caught is not None else Figure(0.0, 0.0, 0.0),
        conversion_rate=_interval(_over(conversions, worked)),
        share_of_conversions=_interval(_over(conversions, all_conversions)),
        profit=_interval(profit) if money else None,
        cost_per_acquisition=_interval(_over(spent, conversions)) if spent[0] > 0 else None,
    )


def _over(part: FloatArray, whole: FloatArray) -> FloatArray:
    ratio: FloatArray = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return ratio


def _interval(values: FloatArray) -> Figure | None:
    drawn = values[1:][np.isfinite(values[1:])]
    if not np.isfinite(values[0]) or len(drawn) == 0:
        return None
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Figure(float(values[0]), float(low), float(high))

