"""Whether a column's levels differ in their rate of conversion by more than chance, however little the column ranks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leadrank.data.leaks.levels import Levels, level_numbers
from leadrank.types import BoolArray

FEWEST_EXPECTED = 5.0
"""Expected leads of the rarer outcome below which a level is counted with the other rare ones (Cochran 1954)."""


BY_CHANCE = 0.01
"""How often a table without signal may be said to have a column whose levels differ."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How surely the levels differ (`p`, of chance alone), and the level that differs most: its leads, its rate and that of the others."""

    p: float
    level: str = ""
    count: int = 0
    rate: float = 0.0
    others: float = 0.0


def level_difference(levels: Levels, positive: BoolArray) -> Difference:
    """Test whether the levels of a column convert alike (Pearson's chi-square).

    Ranking cannot show what a level held by few leads tells, since it hardly moves the area under the curve.

    Examples
    --------
    >>> levels = Levels(np.repeat([1, 2], [500, 50]), ("(blank)", "form", "phone"), True)
    >>> found = level_difference(levels, np.arange(550) % np.where(levels.codes == 1, 5, 2) == 0)
    >>> found.level, found.count, round(found.rate, 2), found.p < 0.001
    ('phone', 50, 0.5, True)
    """
    count, converted = level_numbers(levels.codes, positive, len(levels.labels))
    base = float(positive.mean()) if len(positive) else 0.0
    common = count * min(base, 1 - base) >= FEWEST_EXPECTED
    n, k = (np.append(part[common], part[~common].sum()).astype(np.float64) for part in (count, converted))
    labels = [*(levels.labels[i] for i in np.flatnonzero(common)), ""]
    held = n * min(base, 1 - base) >= FEWEST_EXPECTED
    n, k, labels = n[held], k[held], [label for label, keep in zip(labels, held, strict=True) if keep]
    if len(n) < 2:
        return Difference(1.0)
    base = k.sum() / n.sum()
    share = (k - n * base) ** 2 / (n * base * (1 - base))
    most = int(np.argmax(share * (1 - (np.array(labels) == ""))))
    others = (k.sum() - k[most]) / (n.sum() - n[most])
    return Difference(_upper_tail(float(share.sum()), len(n) - 1), labels[most], int(n[most]), float(k[most] / n[most]), float(others))


def differing(columns: Mapping[str, Levels], outcomes: Sequence[BoolArray], *, among: int) -> dict[str, Difference]:
    """Return the columns whose levels differ at one of the thresholds by more than the luckiest of `among` columns would by chance."""
    surest = {name: min((level_difference(levels, positive) for positive in outcomes), key=lambda test: test.p) for name, levels in columns.items()}
    return {name: test for name, test in surest.items() if test.p < BY_CHANCE / (among * len(outcomes))}


def _upper_tail(chi_square: float, freedom: int) -> float:
    """Return the probability of a larger chi-square, term by term (Abramowitz and Stegun 1964, 26.4.4 and 26.4.5)."""
    half = chi_square / 2
    if half <= 0:
        return 1.0
    powers = (k + freedom % 2 / 2 for k in range(freedom // 2))
    terms = math.fsum(math.exp(power * math.log(half) - half - math.lgamma(power + 1)) for power in powers)
    return min(1.0, terms + (math.erfc(half**0.5) if freedom % 2 else 0.0))
