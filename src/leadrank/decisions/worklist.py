"""The second list: leads that are not worth working, each with its plain reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from leadrank.decisions.conversions import conversions_interval
from leadrank.decisions.policy import Policy, amounts, conversion_rates, expected_profits
from leadrank.errors import UsageError
from leadrank.types import BoolArray, Figure, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class NotWorth:
    """What leaving these leads alone saves and forgoes.

    `conversions_forgone` is the expected number with its 90 % interval, `value_forgone` what it would have brought; `converted` how many
    really did, where outcomes are known.
    """

    leads: int
    share: float
    cost_saved: float
    conversions_forgone: Figure
    value_forgone: float
    saved: float
    converted: int | None = None
    currency: str = ""


def not_worth_working(
    policy: Policy,
    reach: FloatArray,
    *,
    value: FloatArray | None = None,
    cost: FloatArray | None = None,
    y: IntArray | None = None,
    spread: FloatArray | float = 0.0,
) -> NotWorth:
    """Sum up the leads that are not worth working.

    Parameters
    ----------
    policy, reach, value, cost
        As in `apply_policy`.
    y
        Outcomes 0/1 where they are known, shape (n,).
    spread
        Standard error of each lead's log-odds, for the interval of the conversions forgone.

    Raises
    ------
    UsageError
        If no value is known.
    """
    chosen, expected, spent = _judged(policy, reach, value, cost)
    saved, forgone = float(spent[chosen].sum()), float(expected[chosen].sum())
    p = conversion_rates(policy, reach)
    return NotWorth(
        leads=int(chosen.sum()),
        share=float(chosen.mean()) if len(chosen) else 0.0,
        cost_saved=saved,
        conversions_forgone=conversions_interval(p[chosen], spread[chosen] if isinstance(spread, np.ndarray) else spread),
        value_forgone=forgone,
        saved=saved - forgone,
        converted=None if y is None else int(y[chosen].sum()),
        currency=policy.currency,
    )


def not_worth_reasons(
    policy: Policy, reach: FloatArray, *, value: FloatArray | None = None, cost: FloatArray | None = None
) -> Iterator[tuple[int, str]]:
    """Yield the row number and the plain reason of each lead that is not worth working, the least worth first.

    Examples
    --------
    >>> from leadrank.decisions.threshold import Rule, Threshold
    >>> policy = Policy(Threshold(0.065, Rule("profit"), "cost / value"), (), value=50.0, cost=3.25)
    >>> list(not_worth_reasons(policy, np.array([[0.5], [0.036]])))
    [(1, 'costs 3.25, expected 1.80')]
    """
    chosen, expected, spent = _judged(policy, reach, value, cost)
    unit = f" {policy.currency}" if policy.currency else ""
    rows = np.flatnonzero(chosen)
    for row in rows[np.argsort((expected - spent)[rows], kind="stable")]:
        yield int(row), f"costs {spent[row]:.2f}{unit}, expected {expected[row]:.2f}{unit}"


def _judged(
    policy: Policy, reach: FloatArray, value: FloatArray | None, cost: FloatArray | None
) -> tuple[BoolArray, FloatArray, FloatArray]:
    """Return which leads are not worth their contact, what each is expected to bring, and what it costs."""
    profit = expected_profits(policy, reach, value=value, cost=cost)
    worth, spent = amounts(policy, len(reach), value=value, cost=cost)
    if profit is None or worth is None:
        raise UsageError("Leads not worth working are found by value, and none is known.", "Declare economics.value or value_column.")
    return profit <= 0, conversion_rates(policy, reach) * worth, spent
