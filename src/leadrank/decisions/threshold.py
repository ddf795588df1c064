"""Where the call list ends: one cut, by the rule that the user chose, with what is known about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from leadrank.decisions.capacity import capacity_cut
from leadrank.decisions.profit import RegretCurve, best_cut, between, break_even, profit_of, regret_curve, tie_ends
from leadrank.types import Figure, Finding, FloatArray, IntArray

RuleName = Literal["number", "f1", "balanced", "precision", "recall", "capacity", "profit"]

FEWEST_CALLED = 20
"""A precision counts as reached only on a call list of this many leads (or all, where there are fewer): one lucky lead is no precision."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by name, with its number where it has one (the cut, the wanted precision or recall, the capacity)."""

    name: RuleName
    wanted: float | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """The cut and why it is there.

    `cut` is on the scale `on`: a lead is called when its probability (or its expected profit) is at least the cut; with expected profit
    also only when that is above 0. `empirical` is the cut that earned most on these rows, with its 90 % interval; `regret` what any fixed
    cut would have cost against the best; `regret_here` the same for the cut chosen. `cross_fitted`: precision, recall and `called` come from cuts
    that were chosen without the leads they are measured on.
    """

    cut: float
    rule: Rule
    because: str
    on: Literal["probability", "expected_profit"] = "probability"
    precision: float | None = None
    recall: float | None = None
    called: int = 0
    rows: int = 0
    analytic: float | None = None
    empirical: Figure | None = None
    regret: RegretCurve | None = None
    regret_here: float | None = None
    findings: tuple[Finding, ...] = ()
    cross_fitted: bool = False


def choose_cut(
    y: IntArray, p: FloatArray, rule: Rule, *, value: FloatArray | float | None = None, cost: FloatArray | float = 0.0
) -> tuple[float, str, tuple[Finding, ...]]:
    """Choose a cut by the rule, from outcomes and probabilities that the model did not learn from.

    Parameters
    ----------
    y, p
        Outcomes 0/1 and probabilities, shape (n,).
    rule
        `number`: as given. `f1`: the cut with the best F1. `balanced`: as many are called as convert, so that precision equals recall.
        `precision`: the lowest cut that reaches it, on a list of 20 leads or more; else the best reachable and a finding. `recall`: the
        highest cut that reaches it. `capacity`: as many leads as can be worked. `profit`: cost / value.
    value, cost
        For `profit` and `capacity`; one number each (a per-lead value is decided lead by lead, see `fit_policy`).

    Returns
    -------
    tuple
        The cut, why in words, and findings.

    Examples
    --------
    >>> choose_cut(np.array([0, 1, 1, 0]), np.array([0.1, 0.9, 0.4, 0.3]), Rule("balanced"))[0]
    0.35
    """
    if rule.name == "number":
        return float(rule.wanted or 0.0), "as declared", ()
    if rule.name == "profit":
        return _by_profit(value, cost)
    if rule.name == "capacity":
        return capacity_cut(p, int(rule.wanted or 1), floor=break_even(*_constants(value, cost)) if value is not None else 0.0)
    order = np.argsort(-p, kind="stable")
    ranked, ends = p[order], tie_ends(p[order])
    caught, called = np.cumsum(y[order])[ends].astype(np.float64), (ends + 1).astype(np.float64)
    at, because, findings = _by_counts(caught, called, rule)
    return float(between(ranked, ends)[at]), because, findings


def measure_cut(
    y: IntArray,
    p: FloatArray,
    threshold: Threshold,
    *,
    value: FloatArray | float | None = None,
    cost: FloatArray | float = 0.0,
    draws: int = 200,
    seed: int = 0,
    groups: IntArray | None = None,
) -> Threshold:
    """Complete a threshold with its precision, recall and calls on these rows and, where the value is known, the money beside it."""
    score = p if threshold.on == "probability" or value is None else profit_of(p, value, cost)
    called = (score >= threshold.cut) & ((score > 0) | (threshold.on == "probability"))
    hits, listed, converted = float(y[called].sum()), int(called.sum()), float(y.sum())
    measured = replace(
        threshold,
        precision=hits / listed if listed else None,
        recall=hits / converted if converted else None,
        called=listed,
        rows=len(y),
    )
    if value is None:
        return measured
    earned = float(np.where(called, y * value - cost, 0.0).sum())
    regret = regret_curve(y, p, value, cost, best=earned)
    return replace(
        measured,
        analytic=break_even(*_constants(value, cost)) if np.ndim(value) == 0 and np.ndim(cost) == 0 else None,
        empirical=best_cut(y, p, value, cost, draws=draws, seed=seed, groups=groups),
        regret=regret,
        regret_here=regret.regret[0] - earned,  # calling nobody earns 0, so its regret is the best profit
    )


def _by_counts(caught: FloatArray, called: FloatArray, rule: Rule) -> tuple[int, str, tuple[Finding, ...]]:
    converted = caught[-1]
    if rule.name == "f1":
        return int(np.argmax(2 * caught / (called + converted))), "the cut with the best F1", ()
    if rule.name == "balanced":
        return int(np.argmin(np.abs(called - converted))), "as many are called as convert: precision equals recall", ()
    wanted = float(rule.wanted or 0.0)
    if rule.name == "recall":
        return int(np.argmax(caught >= wanted * converted)), f"the highest cut that catches {_percent(wanted)} of the conversions", ()
    return _by_precision(caught, called, wanted)


def _by_precision(caught: FloatArray, called: FloatArray, wanted: float) -> tuple[int, str, tuple[Finding, ...]]:
    precision = caught / called
    sound = called >= min(FEWEST_CALLED, called[-1])
    reached = np.flatnonzero((precision >= wanted) & sound)
    if len(reached):
        return int(reached[-1]), f"the lowest cut with a precision of {_percent(wanted)}", ()
    at = int(np.argmax(np.where(sound, precision, -1.0)))
    best = float(precision[at])
    finding = Finding(
        "M451", "warning", None, int(called[at]),
        f"A precision of {_percent(wanted)} is not reached on any list of {FEWEST_CALLED} leads or more; "
        f"the best is {best:.1%}, with {int(called[at])} leads called, and that on the very leads that the cut was chosen on.",
        "Ask for less precision, or give the model columns that tell leads apart better.",
        {"wanted": wanted, "best": best},
    )
    return at, f"the best precision in reach (wanted: {_percent(wanted)})", (finding,)


def _percent(share: float) -> str:
    return f"{100 * share:.4g}%"


def _by_profit(value: FloatArray | float | None, cost: FloatArray | float) -> tuple[float, str, tuple[Finding, ...]]:
    worth, spent = _constants(value, cost)
    cut = break_even(worth, spent)
    because = f"contact cost / value = {spent:g} / {worth:g}"
    if spent <= 0:
        finding = Finding(
            "M452", "warning", None, 0, "A contact costs nothing, so by profit every lead is worth calling.",
            "Declare economics.contact_cost, or choose another threshold rule.",
        )
        return cut, because, (finding,)
    if cut > 1:
        finding = Finding(
            "M453", "warning", None, 0, f"A contact costs {spent:g} and a conversion is worth {worth:g}: no lead can be worth calling.",
            "Check economics.value and economics.contact_cost.", {"value": worth, "cost": spent},
        )
        return cut, because, (finding,)
    return cut, because, ()


def _constants(value: FloatArray | float | None, cost: FloatArray | float) -> tuple[float, float]:
    return float(np.mean(value if value is not None else np.nan)), float(np.mean(cost))
