"""How the model came about, and the rows that were set aside before: what a bundle remembers beside what scores."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from leadrank import decisions, evaluation, explain, models


@dataclass(frozen=True, slots=True)
class ColumnEffect:
    """What the model would lose without one column: log loss with it and without it."""

    column: str
    with_it: float
    without_it: float
    why: str


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Rows set aside before anything was looked at, remembered by keyed hash with the score that was recorded."""

    salt: str = ""
    share: float = 0.0
    hashes: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """How the model came about.

    `classes` are the outcome's names, worst first; `base` the model's base contribution per threshold, raw and calibrated.
    """

    classes: tuple[str, ...]
    rows: int
    trained_at: str | None
    seconds: float | None
    chosen: str
    settings: dict[str, dict[str, Any]]
    trials: int
    seed: int
    measured: str
    scale: str
    quarantined: tuple[str, ...]
    accepted: tuple[str, ...]
    excluded: tuple[str, ...]
    importance: tuple[explain.Importance, ...] = ()
    effects: tuple[ColumnEffect, ...] = ()
    drift: models.Drift | None = None
    speed: str = ""
    not_worth: decisions.NotWorth | None = None
    business: decisions.BusinessCase | None = None
    with_quarantined: dict[str, float] = field(default_factory=dict)
    fairness: evaluation.Fairness | None = None

    @property
    def learned_tiers(self) -> bool:
        """Whether the outcome has more than two ordered classes."""
        return len(self.classes) > 2
