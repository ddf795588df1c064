"""The rule that turns evidence about one column into a grade: points add up like log-odds, and two thresholds grade them."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from leadrank.data.leaks.dates import SCORING
from leadrank.data.leaks.names import NameHint
from leadrank.data.leaks.purity import Purity

QUARANTINE = 5.0
"""From this many points a column is set aside."""
WARNING = 2.0
"""From this many points a column is named with a question."""
MOST_JUMP = 1.5
"""Most points that the ablation jump can add."""
AUC_POINTS = ((0.65, 0.0), (0.70, 0.4), (0.75, 1.0), (0.80, 1.8), (0.85, 2.4), (0.90, 3.6), (0.95, 5.5), (0.99, 9.0))
"""Points for an AUC: honest columns reach 0.85, hardly ever 0.90."""
MERELY_STRONG = 0.90
"""A column whose AUC stays below this is strong, as honest columns can be …"""
MOST_FOR_STRENGTH = 4.5
"""… and its strength, with a name that says "perhaps after", then counts at most this much: never enough to set it aside."""
BLANK_POINTS = ((0.58, 0.0), (0.65, 0.75), (0.70, 1.0), (0.80, 2.0), (0.90, 3.0))
"""Points for what "filled or blank" tells."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the probes of one column measured at one threshold of the outcome."""

    column: str
    auc: float
    auc_error: float
    blank_auc: float
    purity: Purity
    ending_level: str
    name: NameHint
    late_rows: int
    late_after: str
    base_rate: float

    @property
    def auc_low(self) -> float:
        """The AUC less one standard error: with few rows a column must do better to be suspected."""
        return self.auc - self.auc_error


def points(evidence: Evidence) -> dict[str, float]:
    """Return the points of each probe, by the name of the probe.

    Converting always is suspicious at any base rate; never converting is natural (a wrong number, a country not served), so
    it counts little, and less the rarer conversions are.
    """
    rate = evidence.base_rate
    name = 0.0
    if evidence.name.strong:
        name = 3.5
    elif evidence.name.words:
        name = 1.25 + 0.25 * (len(evidence.name.words) - 1)
    return {
        "auc": _on_curve(evidence.auc_low, AUC_POINTS),
        "blank": _on_curve(abs(evidence.blank_auc - 0.5) + 0.5, BLANK_POINTS),
        "always": min(evidence.purity.always, 8.0 * min(1.0, (1 - rate) / 0.3)),
        "never": min(evidence.purity.never, 1.5 * min(1.0, rate / 0.3)),
        "two_way": 2.0 if evidence.purity.two_way else 0.0,
        "level_name": 1.0 if evidence.ending_level else 0.0,
        "name": name,
        "date": 0.0 if not evidence.late_rows else (3.0 if evidence.late_after == SCORING else 2.0),
    }


def total(evidence: Evidence, jump: float = 0.0) -> float:
    """Return the sum of all points, those of the ablation jump included.

    Several probes measure strength in different ways (AUC, jump, levels that never convert, both ends nearly pure). Honest
    columns can be strong, so strength alone is capped below the threshold unless the AUC is beyond what honest columns reach.
    """
    given = points(evidence)
    strength = sum(given[probe] for probe in ("auc", "never", "two_way")) + jump
    other = sum(given[probe] for probe in ("blank", "always", "level_name", "date"))
    if evidence.name.strong:
        other += given["name"]
    else:
        strength += given["name"]
    return other + (strength if evidence.auc_low >= MERELY_STRONG else min(strength, MOST_FOR_STRENGTH))


def jump_points(with_column: float, without: float) -> float:
    """Return the points for the AUC that the whole table loses with the column, 0 to 1.5.

    The loss is measured in d' = √2 Φ⁻¹(AUC), where going from 0.95 to 0.98 counts as much as from 0.72 to 0.83.

    Examples
    --------
    >>> round(jump_points(0.949, 0.80), 2), jump_points(0.8, 0.81)
    (1.5, 0.0)
    """
    return float(np.clip(1.5 * (detectability(with_column) - detectability(without)), 0.0, MOST_JUMP))


def detectability(auc: float) -> float:
    """Return d' of an AUC: the distance of two normal classes, in standard deviations, that has this AUC.

    Examples
    --------
    >>> round(detectability(0.76), 2)
    1.0
    """
    return 2**0.5 * NormalDist().inv_cdf(min(max(auc, 0.001), 0.9995))


def raises_question(evidence: Evidence, score: float) -> bool:
    """Say whether a kept column deserves a warning.

    It does with enough points besides its name and dates, with a level that always converts, or when its name or dates say
    "after" and it ranks leads better than chance, by more than noise and more than a trifle.
    """
    given = points(evidence)
    telling = evidence.auc - 2 * evidence.auc_error > 0.5 and evidence.auc > 0.53
    after = bool(evidence.name.words) or evidence.late_rows > 0
    return score - given["name"] - given["date"] >= WARNING or evidence.purity.always >= 1 or (after and telling)


def _on_curve(value: float, curve: tuple[tuple[float, float], ...]) -> float:
    """Interpolate between the listed corners, flat beyond the ends."""
    return float(np.interp(value, [corner[0] for corner in curve], [corner[1] for corner in curve]))
