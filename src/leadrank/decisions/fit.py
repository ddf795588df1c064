"""Fit the decision once, on probabilities that the model did not learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from leadrank.decisions.capacity import capacity_cut
from leadrank.decisions.policy import Policy, apply_policy
from leadrank.decisions.profit import profit_of
from leadrank.decisions.threshold import Rule, Threshold, choose_cut, measure_cut
from leadrank.decisions.tiers import TierRule, cut_tiers, default_tiers, learned_tiers
from leadrank.errors import UsageError, nearest
from leadrank.types import Finding, FloatArray, IntArray

if TYPE_CHECKING:
    from leadrank.project import Project


@dataclass(frozen=True, slots=True)
class _Money:
    value: FloatArray | float | None
    cost: FloatArray | float
    per_lead: bool

    @property
    def typical(self) -> tuple[float | None, float]:
        """One value and one cost: the constants, or the means."""
        return (None if self.value is None else float(np.mean(self.value))), float(np.mean(self.cost))


def fit_policy(
    y: IntArray,
    reach: FloatArray,
    *,
    project: Project,
    value: FloatArray | None = None,
    cost: FloatArray | None = None,
    classes: Sequence[str] = (),
    seed: int = 0,
    draws: int = 200,
    groups: IntArray | None = None,
) -> Policy:
    """Fit threshold and tiers as the project declares them.

    Parameters
    ----------
    y
        Outcomes 0/1, or class numbers (worst first), shape (n,).
    reach
        Out-of-fold probability of reaching class t + 1 or better, shape (n, K − 1).
    project
        Its `decision`, `tier` and `economics` are used. Without a threshold: by profit where a value and a contact cost are known, else
        balanced.
    value, cost
        Per-lead amounts where the project names columns for them, shape (n,), nan where blank (the mean stands in).
    classes
        Names of the ordered classes, worst first, where the project does not name them.
    seed, draws
        Of the bootstrap of the best cut.
    groups
        Whose row each is, shape (n,), where a lead may have several: leads are resampled, not rows.

    Returns
    -------
    Policy
        Frozen and JSON-friendly.

    Raises
    ------
    UsageError
        If the project names a value or cost column and no amounts are given, profit is wanted without a value, or its tiers do not fit
        the outcome.
    """
    money = _declared_money(project, value, cost)
    names = tuple(classes) or project.target.classes or tuple(f"class {k}" for k in range(reach.shape[1] + 1))
    fitted = _fit_learned if reach.shape[1] > 1 else _fit_binary
    return fitted(y, reach, project, money, names, seed, draws, groups)


def _declared_money(project: Project, value: FloatArray | None, cost: FloatArray | None) -> _Money:
    economics = project.economics
    if (economics.value_column and value is None) or (economics.contact_cost_column and cost is None):
        column = economics.value_column if value is None else economics.contact_cost_column
        raise UsageError(f"The project names the column {column!r} for money, and no amounts came with the leads.")
    worth: FloatArray | float | None = economics.value
    spent: FloatArray | float = economics.contact_cost
    if economics.value_column is not None and value is not None:
        worth = _filled(value, economics.value_column)
    if economics.contact_cost_column is not None and cost is not None:
        spent = _filled(cost, economics.contact_cost_column)
    return _Money(worth, spent, np.ndim(spent) > 0 or (worth is not None and np.ndim(worth) > 0))


def _filled(amounts: FloatArray, column: str) -> FloatArray:
    known = amounts[~np.isnan(amounts)]
    if len(known) == 0:
        raise UsageError(f"The column {column!r} holds no amount at all.", "Name another column, or declare a constant.")
    return np.where(np.isnan(amounts), known.mean(), amounts)


def _rule(project: Project, money: _Money) -> Rule:
    wanted = project.decision.threshold
    if wanted is None:
        return Rule("profit" if money.value is not None and np.max(money.cost) > 0 else "balanced")
    if isinstance(wanted, str):
        if wanted == "profit" and money.value is None:
            raise UsageError("A threshold by profit needs to know what a conversion is worth.", "Declare economics.value or value_column.")
        return Rule(wanted)
    if isinstance(wanted, float):
        return Rule("number", wanted)
    if wanted.precision is not None:
        return Rule("precision", wanted.precision)
    return Rule("recall", wanted.recall) if wanted.recall is not None else Rule("capacity", wanted.capacity)


def _fit_binary(
    y: IntArray, reach: FloatArray, project: Project, money: _Money, _: tuple[str, ...], seed: int, draws: int, groups: IntArray | None
) -> Policy:
    p, rule = reach[:, 0], _rule(project, money)
    threshold = _by_lead(p, rule, money) if money.per_lead else None
    if threshold is None:
        cut, because, findings = choose_cut(y, p, rule, value=money.typical[0], cost=money.typical[1])
        threshold = Threshold(cut, rule, because, findings=findings)
    threshold = measure_cut(y, p, threshold, value=money.value, cost=money.cost, draws=draws, seed=seed, groups=groups)
    if project.tier:
        _need_beginnings(project)
        tiers, findings = cut_tiers(project.tier, threshold.cut if threshold.on == "probability" else -1.0)
        on: Literal["probability", "expected_profit"] = "probability"
    else:
        on, findings = threshold.on, ()
        score = p if on == "probability" or money.value is None else profit_of(p, money.value, money.cost)
        tiers = default_tiers(score, p, threshold.cut)
    policy = Policy(
        threshold, tiers, on, *money.typical, per_lead=money.per_lead, currency=project.economics.currency,
        findings=(*threshold.findings, *findings),
    )
    return _counted(policy, y, reach, money)


def _by_lead(p: FloatArray, rule: Rule, money: _Money) -> Threshold | None:
    """Cut on expected profit where amounts differ by lead and the rule is about money; None for the rules about probability."""
    if money.value is None or rule.name not in {"profit", "capacity"}:
        return None
    if rule.name == "profit":
        return Threshold(0.0, rule, "probability · value exceeds the contact cost, lead by lead", on="expected_profit")
    cut, because, findings = capacity_cut(profit_of(p, money.value, money.cost), int(rule.wanted or 1), floor=0.0)
    return Threshold(cut, rule, f"{because}; ranked by expected profit", on="expected_profit", findings=findings)


def _fit_learned(
    y: IntArray, reach: FloatArray, project: Project, money: _Money, names: tuple[str, ...], seed: int, draws: int, groups: IntArray | None
) -> Policy:
    best, p = (y == reach.shape[1]).astype(np.int64), reach[:, -1]
    _need_classes(project, names)
    tiers = learned_tiers(project.tier, names)
    declared = money.value is not None and any(t.expected_conversion for t in tiers)
    findings = _undeclared(tiers, declared, money)
    rule = _rule(project, money)
    if rule.name == "profit" and declared:
        threshold = Threshold(0.0, rule, "expected profit by the declared conversion rates is above 0", on="expected_profit")
    else:
        rule = Rule("balanced") if rule.name == "profit" else rule
        cut, because, more = choose_cut(best, p, rule)
        threshold = Threshold(cut, rule, f"{because} (for {names[-1]})", findings=more)
        threshold = measure_cut(best, p, threshold, draws=draws, seed=seed, groups=groups)
    policy = Policy(
        threshold, tiers, "class", *money.typical, per_lead=money.per_lead, currency=project.economics.currency, declared=declared,
        findings=(*threshold.findings, *findings),
    )
    return _counted(policy, best, reach, money)


def _need_beginnings(project: Project) -> None:
    endless = [tier.name for tier in project.tier if tier.at_least is None]
    if endless:
        raise UsageError(f"The tier {endless[0]!r} has no beginning.", "With a binary outcome every tier needs `at_least`, from 0 to 1.")


def _need_classes(project: Project, names: tuple[str, ...]) -> None:
    unknown = [tier.name for tier in project.tier if tier.name not in names]
    if unknown:
        raise UsageError(f"The tier {unknown[0]!r} is not one of the outcome's classes {list(names)}.", nearest(unknown[0], names))


def _undeclared(tiers: tuple[TierRule, ...], declared: bool, money: _Money) -> tuple[Finding, ...]:
    silent = [t.name for t in tiers if t.expected_conversion is None]
    if money.value is None or not silent:
        return ()
    what = "count as 0 in expected profit" if declared else "so expected profit is not computed"
    return (
        Finding(
            "M456", "warning", None, 0, f"No expected_conversion is declared for the tiers {', '.join(silent)}: {what}.",
            "Declare expected_conversion = [low, high] for each tier, until outcomes replace it.",
        ),
    )


def _counted(policy: Policy, hit: IntArray, reach: FloatArray, money: _Money) -> Policy:
    """Write into each tier how many leads it had, and how many of them converted (for learned tiers: reached the best class)."""
    value = money.value if isinstance(money.value, np.ndarray) else None
    cost = money.cost if isinstance(money.cost, np.ndarray) else None
    decided = apply_policy(policy, reach, value=value, cost=cost)
    tier = decided.tier
    counted = [replace(t, rows=int((tier == k).sum()), converted=int(hit[tier == k].sum())) for k, t in enumerate(policy.tiers)]
    threshold = replace(policy.threshold, called=int(decided.contact.sum()), rows=len(hit))
    return replace(policy, tiers=tuple(counted), threshold=threshold)
