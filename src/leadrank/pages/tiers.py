"""Tiers with what to do, by when, and how they converted."""

from __future__ import annotations

from dataclasses import dataclass

from leadrank.decisions import Policy, TierRule, conversions_among_next
from leadrank.evaluation import wilson
from leadrank.pages.words import NONE, Said, between, count, money, percent, say


@dataclass(frozen=True, slots=True)
class TierLine:
    """One tier; `width`, `low`, `high` place its bar and interval, in percent of the widest."""

    name: str
    begins: str
    action: str
    within: str
    rows: str
    share: str
    converted: str
    rate: Said
    next_hundred: Said
    declared: str
    width: float
    low: float
    high: float


def tier_lines(policy: Policy) -> tuple[TierLine, ...]:
    """Describe the tiers, best first: Wilson intervals (95 %) of their conversion, and what their next 100 leads will bring (90 %)."""
    total = sum(tier.rows for tier in policy.tiers)
    ends = [wilson(tier.converted, tier.rows) for tier in policy.tiers if tier.rows]
    widest = max((high for _, high in ends), default=1.0)
    return tuple(_line(tier, policy, total, widest) for tier in policy.tiers)


def _line(tier: TierRule, policy: Policy, total: int, widest: float) -> TierLine:
    rate = tier.converted / tier.rows if tier.rows else None
    low, high = wilson(tier.converted, tier.rows) if tier.rows else (0.0, 0.0)
    declared = tier.expected_conversion
    return TierLine(
        name=tier.name, begins=_begins(tier, policy), action=tier.action, within=tier.within, rows=count(tier.rows),
        share=percent(tier.rows / total) if total else NONE, converted=count(tier.converted),
        rate=Said(NONE) if rate is None else Said(percent(rate), between(low, high, percent)),
        next_hundred=say(conversions_among_next(tier.rows, tier.converted) if tier.rows else None, count),
        declared=between(*declared, percent) if declared else "",
        width=100 * (rate or 0.0) / widest, low=100 * low / widest, high=100 * high / widest,
    )


def _begins(tier: TierRule, policy: Policy) -> str:
    if policy.tiers_on == "class":
        return "likeliest class"
    if tier.at_least is None:
        return "all others"
    on_money = policy.tiers_on == "expected_profit"
    return f"expected profit from {money(policy.currency)(tier.at_least)}" if on_money else f"probability from {percent(tier.at_least)}"
