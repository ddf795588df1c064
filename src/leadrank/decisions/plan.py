"""What leads that wait for a contact will bring if the team works so many of them: expected, not realised."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.decisions.conversions import conversions_interval
from leadrank.types import Figure, FloatArray, IntArray

POINTS = 200
LEFT_OUT = "The interval is for each lead's own luck (90 %); that the model may be wrong about all leads alike is not in it."


@dataclass(frozen=True, slots=True)
class PlanCurve:
    """The picture: leads worked, the best first, with the conversions and the profit to expect; at most 200 points, from none to all."""

    worked: tuple[int, ...]
    conversions: tuple[float, ...]
    profit: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class WorkPlan:
    """What a capacity brings.

    `worked` leads are the best that the capacity allows and that are worth it; `conversions` has a 90 % interval, `counted` says what it counts, and
    `left_out` what is not in it; `best_profit` is that of a team without limit, reached with `best_worked` leads, and `regret` what the limit costs.
    Profits are None where no value is known.
    """

    capacity: int
    worked: int
    conversions: Figure
    profit: float | None
    best_profit: float | None
    best_worked: int | None
    regret: float | None
    curve: PlanCurve
    counted: str = "conversions"
    left_out: str = LEFT_OUT


def plan(
    probability: FloatArray, expected_profit: FloatArray | None = None, *, capacity: int | None = None, value: float | None = None,
    cost: float | None = None, own_cost: FloatArray | float = 0.0, counted: str = "conversions",
) -> WorkPlan:
    """Plan the work on open leads.

    Parameters
    ----------
    probability
        Of a conversion, shape (n,); for learned tiers by the declared rates, or of the best tier where there are none.
    expected_profit
        Each lead's own, shape (n,), None where no value is known.
    capacity
        Leads that can be worked; None: all of them.
    value, cost
        One value of a conversion and one cost of a contact for all leads, to try out: each takes the place of the leads' own.
    own_cost
        What a contact with each lead costs, shape (n,), or with any: it is in `expected_profit`.
    counted
        What the probabilities are of, in the plural.

    Returns
    -------
    WorkPlan
        More capacity never lowers the profit, and the regret is never below 0.

    Examples
    --------
    >>> made = plan(np.array([0.9, 0.5, 0.1]), capacity=1, value=10.0, cost=2.0)
    >>> made.worked, made.profit, made.best_profit, made.best_worked, made.regret
    (1, 7.0, 10.0, 2, 3.0)
    """
    profit = _profit(probability, expected_profit, value, cost, own_cost)
    # Not the stable sort, which takes five times as long: leads that bring the same may stand in any order.
    order = np.argsort(-(probability if profit is None else profit))
    p, allowed = probability[order], len(order) if capacity is None else max(0, min(capacity, len(order)))
    caught = np.append(0.0, np.cumsum(p))
    if profit is None:
        return WorkPlan(allowed, allowed, conversions_interval(p[:allowed]), None, None, None, None, _curve(caught, None, allowed), counted)
    earned = np.append(0.0, np.cumsum(profit[order]))
    best = int((profit > 0).sum())
    worked = min(allowed, best)
    here, top = float(earned[worked]), float(earned[best])
    return WorkPlan(allowed, worked, conversions_interval(p[:worked]), here, top, best, top - here, _curve(caught, earned, worked, best), counted)


def _profit(
    probability: FloatArray, expected: FloatArray | None, value: float | None, cost: float | None, own_cost: FloatArray | float
) -> FloatArray | None:
    if value is not None:
        return probability * value - (own_cost if cost is None else cost)
    # The difference first: the leads' own cost, tried out, changes nothing to the last bit.
    return expected if expected is None or cost is None else expected - (cost - own_cost)


def _curve(caught: FloatArray, earned: FloatArray | None, *shown: int) -> PlanCurve:
    last = len(caught) - 1
    points = np.linspace(0, last, min(last + 1, POINTS - len(shown))).round().astype(np.int64)
    kept: IntArray = np.unique(np.append(points, shown))
    return PlanCurve(tuple(kept.tolist()), tuple(caught[kept].tolist()), None if earned is None else tuple(earned[kept].tolist()))
