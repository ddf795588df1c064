"""Tiers: bands of leads with an action and a deadline, from the same rule as the call list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from leadrank.types import Finding, FloatArray, IntArray

ACTIONS = {
    "High": ("Call first; give to your best sales person.", "24 hours"),
    "Medium": ("Call or write in turn.", "3-5 days"),
    "Low": ("Do not call; nurture by e-mail.", "1 month"),
}
"""Action and deadline of the tiers that we name; users name their own in the project file."""


class DeclaredTier(Protocol):
    """A tier as the project file gives it."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def at_least(self) -> float | None: ...  # noqa: D102
    @property
    def action(self) -> str: ...  # noqa: D102
    @property
    def within(self) -> str: ...  # noqa: D102
    @property
    def expected_conversion(self) -> tuple[float, float] | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class TierRule:
    """One band: it begins at `at_least` (None: all the rest, or a learned tier); how it did on the rows that the policy was fitted on."""

    name: str
    at_least: float | None
    action: str
    within: str
    expected_conversion: tuple[float, float] | None = None
    rows: int = 0
    converted: int = 0


def default_tiers(score: FloatArray, weight: FloatArray, cut: float) -> tuple[TierRule, ...]:
    """Derive High, Medium and Low from the cut of the call list.

    Low is everything below the cut: what is not called. High begins where, counted from the best lead, half of the expected conversions
    above the cut are caught; Medium is the rest of the call list.

    Parameters
    ----------
    score
        What the cut is on, probability or expected profit, shape (n,).
    weight
        Expected conversions (the probability), shape (n,).
    cut
        Where the call list ends.

    Returns
    -------
    tuple of TierRule
        Best first.

    Examples
    --------
    >>> p = np.array([0.9, 0.6, 0.3, 0.1])
    >>> [(t.name, t.at_least) for t in default_tiers(p, p, 0.2)]
    [('High', 0.75), ('Medium', 0.2), ('Low', None)]
    """
    order = np.argsort(-score, kind="stable")
    order = order[score[order] >= cut]
    begins = [_half_caught(score[order], weight[order], cut), cut, None]
    return tuple(TierRule(name, at, *ACTIONS[name]) for name, at in zip(ACTIONS, begins, strict=True))


def cut_tiers(declared: Sequence[DeclaredTier], cut: float) -> tuple[tuple[TierRule, ...], tuple[Finding, ...]]:
    """Take the user's own bands of probability, best first, and complete them to a partition.

    Returns
    -------
    tuple
        The tiers, and findings: a band that the call list's cut splits, and the band that was added below the lowest one.
    """
    ordered = sorted(declared, key=lambda tier: -(tier.at_least or 0.0))
    tiers = [TierRule(t.name, t.at_least or 0.0, t.action, t.within, t.expected_conversion) for t in ordered]
    findings = []
    if tiers[-1].at_least:
        name = "Low" if all(t.name != "Low" for t in tiers) else "Below"
        tiers.append(TierRule(name, None, *ACTIONS["Low"]))
        findings.append(_added(name, ordered[-1].at_least or 0.0))
    else:
        tiers[-1] = TierRule(tiers[-1].name, None, tiers[-1].action, tiers[-1].within, tiers[-1].expected_conversion)
    above = [1.0, *(t.at_least for t in tiers)]
    for tier, top in zip(tiers, above, strict=False):
        if (tier.at_least or 0.0) < cut < (top or 0.0):
            findings.append(_split(tier.name, cut))
    return tuple(tiers), tuple(findings)


def learned_tiers(declared: Sequence[DeclaredTier], classes: Sequence[str]) -> tuple[TierRule, ...]:
    """Make one tier of each ordered class (worst first in, best first out), with what the project file says about it."""
    said = {tier.name: tier for tier in declared}
    made = []
    for place, name in enumerate(reversed(classes)):
        action, within = ACTIONS["High" if place == 0 else "Low" if place == len(classes) - 1 else "Medium"]
        tier = said.get(name)
        made.append(
            TierRule(name, None, action, within)
            if tier is None
            else TierRule(name, None, tier.action or action, tier.within or within, tier.expected_conversion)
        )
    return tuple(made)


def tier_of(score: FloatArray, tiers: Sequence[TierRule]) -> IntArray:
    """Return the number of each lead's tier, shape (n,): the first whose beginning it reaches, 0 the best."""
    place = np.zeros(len(score), np.int64)
    for tier in tiers[:-1]:
        place += score < (tier.at_least or 0.0)
    return place


def _half_caught(ranked: FloatArray, weight: FloatArray, cut: float) -> float:
    if len(ranked) == 0:
        return cut
    caught = np.cumsum(weight)
    at = min(int(np.searchsorted(caught, caught[-1] / 2)), len(ranked) - 1)
    lower = ranked[at + 1 :][ranked[at + 1 :] < ranked[at]]
    # Halfway to the next lead, so that none sits on the edge.
    return float(max(cut, (ranked[at] + lower[0]) / 2)) if len(lower) else float(ranked[at])


def _added(name: str, below: float) -> Finding:
    return Finding(
        "M457", "info", None, 0, f"The tiers of the project file end at {below:g}; leads below are put into the tier {name!r}.",
        "Declare a tier with at_least = 0 to name it, and its action, yourself.",
    )


def _split(name: str, cut: float) -> Finding:
    return Finding(
        "M458", "info", None, 0,
        f"The call list ends at {cut:.3f}, inside the tier {name!r}: some of its leads are called and some are not.",
        "Let a tier begin at the cut, or leave the tiers out to have them derived from it.", {"cut": cut},
    )
