"""The record of one scored lead."""

from __future__ import annotations

from typing import NamedTuple

from leadrank.explain import Reason

NOTHING_KNOWN = "Do not call: nothing is known of this lead."


class Scored(NamedTuple):
    """One lead's score, decision and reasons.

    `unknown` names fields that the model does not know, `problems` says what is odd about the others; `by_day` foretells by which day it
    converts, where the days of past conversions are known.

    A named tuple, unlike most records here: one is made for every lead, and a frozen dataclass of this many fields takes five times as long.
    """

    key: str | None
    probability: float
    probability_low: float
    probability_high: float
    score: int
    rank: int | None
    tier: str
    contact: bool
    expected_profit: float | None
    action: str
    due_within: str
    reasons: tuple[Reason, ...]
    model: str
    classes: dict[str, float]
    unknown: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    by_day: dict[str, float] = {}  # noqa: RUF012 - nobody writes into it
