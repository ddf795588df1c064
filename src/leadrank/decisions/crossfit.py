"""What a rule really keeps: figures of cuts that were chosen without the leads they are measured on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from leadrank.decisions.fit import fit_policy
from leadrank.decisions.policy import Policy, amounts, apply_policy
from leadrank.types import BoolArray, Finding, FloatArray, IntArray

if TYPE_CHECKING:
    from leadrank.project import Project

BY_OUTCOMES = frozenset({"f1", "balanced", "precision", "recall"})
"""Rules whose cut depends on who converted. A number and a cut by profit are given, and a capacity looks at scores alone."""
CROSS_FITTED = "Its figures are those of cuts chosen without the leads they are measured on; the cut in use was chosen on all of them."
PARTS = 5
"""A single block is dealt into so many parts."""


def cross_fit(
    policy: Policy, y: IntArray, reach: FloatArray, blocks: IntArray, *, project: Project, value: FloatArray | None = None,
    cost: FloatArray | None = None, classes: Sequence[str] = (), seed: int = 0,
) -> tuple[Policy, BoolArray]:
    """Measure a policy by the decisions that policies fitted on the other blocks take.

    A cut that was chosen as the first to reach 95 % precision on some leads owes part of these 95 % to their luck. So for each block the rule
    is fitted on the leads of all others, and decides this block's. The policy itself, fitted on all leads, keeps its cut and its tiers.

    Parameters
    ----------
    policy
        Fitted on all of these leads.
    y, reach, project, value, cost, classes
        As given to `fit_policy`.
    blocks
        Number of the fold in which each lead was judged, shape (n,).
    seed
        Deals a single block into parts.

    Returns
    -------
    tuple
        The policy with the precision, recall, calls and tier counts so found, and who was called, shape (n,). Rules that do not look at
        outcomes are left as they are. A precision or recall that was asked for and is missed by more than chance is a finding.
    """
    decided = apply_policy(policy, reach, value=value, cost=cost)
    tier, called = decided.tier.copy(), decided.contact.copy()
    parts = blocks if len(np.unique(blocks)) > 1 else np.random.default_rng(seed).permutation(len(y)) % PARTS
    if policy.threshold.rule.name not in BY_OUTCOMES or len(np.unique(parts)) < 2:
        return policy, called
    worth, spent = amounts(policy, len(y), value=value, cost=cost)
    worth, given = None if value is None else worth, None if cost is None else spent
    for part in np.unique(parts):
        here, rest = parts == part, parts != part
        fitted = fit_policy(
            y[rest], reach[rest], project=project, value=_at(worth, rest), cost=_at(given, rest), classes=classes, seed=seed, draws=1
        )
        now = apply_policy(fitted, reach[here], value=_at(worth, here), cost=_at(given, here))
        tier[here], called[here] = now.tier, now.contact
    return _measured(policy, (y == reach.shape[1]).astype(np.int64), tier, called), called


def _at(amounts: FloatArray | None, rows: BoolArray) -> FloatArray | None:
    return None if amounts is None else amounts[rows]


def _measured(policy: Policy, hit: IntArray, tier: IntArray, called: BoolArray) -> Policy:
    hits, listed, converted = int(hit[called].sum()), int(called.sum()), int(hit.sum())
    precision, recall = hits / listed if listed else None, hits / converted if converted else None
    counted = [replace(t, rows=int((tier == k).sum()), converted=int(hit[tier == k].sum())) for k, t in enumerate(policy.tiers)]
    threshold = replace(policy.threshold, precision=precision, recall=recall, called=listed, cross_fitted=True)
    missed = {"precision": _missed("precision", precision, listed, policy), "recall": _missed("recall", recall, converted, policy)}
    found = missed.get(threshold.rule.name, ())
    return replace(policy, threshold=threshold, tiers=tuple(counted), findings=(*policy.findings, *found))


def _missed(what: str, share: float | None, leads: int, policy: Policy) -> tuple[Finding, ...]:
    """M459: say that the rule keeps less than was asked for, where the 95 % interval (Wilson 1927) leaves that out."""
    wanted = policy.threshold.rule.wanted or 0.0
    if share is None or _at_most(share, leads) >= wanted:
        return ()
    return (
        Finding(
            "M459", "warning", None, leads,
            f"A {what} of {wanted:.4g} was asked for; expect about {share:.1%}: such cuts reached that on leads that they were not chosen on.",
            f"Ask for {'more than you need' if what == 'recall' else 'less'}, or gather more outcomes: a cut is chosen on them.",
            {"wanted": wanted, what: share},
        ),
    )


def _at_most(share: float, leads: int, z: float = 1.96) -> float:
    centre, half = share + z * z / (2 * leads), z * math.sqrt(share * (1 - share) / leads + z * z / (4 * leads * leads))
    return (centre + half) / (1 + z * z / leads)
