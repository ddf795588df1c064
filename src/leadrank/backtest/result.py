"""What a backtest found, as records."""

from __future__ import annotations

from dataclasses import dataclass

from leadrank.models import Recalibration
from leadrank.types import Figure

REFIT, RECALIBRATED, FROZEN = "refit", "recalibrate", "frozen"
NEWEST, BAYES, LOGISTIC, CARD = "newest first", "naive Bayes", "logistic regression", "scorecard"


@dataclass(frozen=True, slots=True)
class Line:
    """One way to rank the leads of a period, with each figure that is defined for it.

    Figures: `auc`, `lift_10` (conversion rate in the best 10 % over that of all), `caught` (conversions among as many leads as can be worked)
    and `profit` of any ranking; of probabilities also `log_loss`, `brier`, `ece` and `expected`, the mean probability.
    """

    name: str
    policy: bool
    figures: dict[str, Figure]


@dataclass(frozen=True, slots=True)
class Period:
    """One period: how many outcomes were known when it began, what came in it, and how every way to rank did.

    A lead is judged once, at its first cutoff in the period; `again` counts its later ones, which are left out.
    """

    name: str
    known: int
    rows: int
    pending: int
    conversions: int
    capacity: int
    lines: tuple[Line, ...]
    chosen: str
    quarantined: tuple[str, ...]
    recalibration: Recalibration | None
    again: int = 0

    @property
    def rate(self) -> float:
        """Share of the leads with a known outcome that converted."""
        return self.conversions / max(self.rows, 1)

    def line(self, name: str) -> Line | None:
        """Return one way to rank."""
        return next((line for line in self.lines if line.name == name), None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One way to rank against another over all periods, on the same resamples; above 0 the first is better."""

    better: str
    other: str
    metric: str
    gain: Figure
    words: str


@dataclass(frozen=True, slots=True)
class Backtest:
    """All periods, the same lines over all of them together, and what can be told apart; `warnings` say what the figures cannot bear."""

    name: str
    outcome: str
    policies: tuple[str, ...]
    periods: tuple[Period, ...]
    overall: tuple[Line, ...]
    comparisons: tuple[Comparison, ...]
    scorecard: tuple[str, ...] = ()
    declared: bool = False
    delay: str = ""
    currency: str = ""
    trainings: int = 0
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Leads that were judged."""
        return sum(period.rows for period in self.periods)
