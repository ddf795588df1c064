"""What a caller is told of one lead: the four fields of the first service of this kind, and ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from leadrank.bundle import Scored
from leadrank.explain import Reason
from leadrank.serving.problems import Notice

CONVERTED, NOT_CONVERTED = "converted", "not converted"


class ReasonTold(msgspec.Struct, frozen=True, gc=False):
    """One reason; `contribution` is in calibrated log-odds, the counts are of training leads that were like this one there."""

    column: str
    contribution: float
    direction: str
    value: str
    sentence: str
    rows: int
    conversions: int
    base_rate: float


class Answer(msgspec.Struct, frozen=True, gc=False):
    """The score of one lead and what to do with it.

    `lead_score` is the tier, `confidence` the probability of the likeliest outcome among `probabilities`, `recommendation` what to do.
    """

    lead_score: str
    confidence: float
    probabilities: dict[str, float]
    recommendation: str
    key: str | None
    probability: float
    probability_low: float
    probability_high: float
    score: int
    tier: str
    contact: bool
    expected_profit: float | None
    action: str
    due_within: str
    model: str
    by_day: dict[str, float]
    warnings: Sequence[Notice]
    reasons: Sequence[ReasonTold] | UnsetType = UNSET


def answer_of(scored: Scored, names: tuple[str, ...], warnings: Sequence[Notice], *, reasons: bool) -> Answer:
    """Put a score into the words of the API.

    Parameters
    ----------
    scored
        As `Scorer.one` gives it.
    names
        The outcomes in the order in which they are told; none where the outcome is whether a lead converts.
    warnings
        What is odd about the lead.
    reasons
        Whether reasons were asked for.
    """
    (
        key, p, low, high, score, _, tier, contact, profit, action, within, why, model, classes, _, _, by_day,
    ) = scored
    if names:
        probabilities = {name: classes[name] for name in names}
        confidence = probabilities[tier]
    else:
        probabilities = {CONVERTED: p, NOT_CONVERTED: 1.0 - p}
        confidence = p if p >= 0.5 else 1.0 - p
    return Answer(
        tier, confidence, probabilities, action, key, p, low, high, score, tier, contact, profit, action, within, model, by_day, warnings,
        [_told(reason) for reason in why] if reasons else UNSET,
    )


def _told(reason: Reason) -> ReasonTold:
    return ReasonTold(*reason)


def example(names: Sequence[str], model: str) -> dict[str, Any]:
    """Return an answer to show in the documentation."""
    shares = dict.fromkeys(names or (CONVERTED, NOT_CONVERTED), 1.0 / (len(names) or 2))
    best = names[0] if names else "High"
    found = Answer(best, 0.5, shares, "Call first.", "L-1", 0.5, 0.4, 0.6, 50, best, True, None, "Call first.", "24 hours", model, {}, ())
    built: dict[str, Any] = msgspec.to_builtins(found)
    return built
