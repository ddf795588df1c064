"""Levels that decide the outcome: all their leads converted, or none did, in numbers that honest levels do not reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.data.leaks.levels import Levels, level_numbers
from leadrank.types import BoolArray, FloatArray, IntArray

FEWEST = 25
"""Levels with fewer leads are not judged."""
HONEST_CEILING = 0.95
"""An honest level of a category may convert this often (a referral source can), whatever the base rate."""
HONEST_NUMBER = 0.90
"""An honest number's "more than nothing" converts this often at most."""
HONEST_LIFT = 3.0
"""… or lie this far above the base rate in log-odds, whichever is higher."""
DOMINANT = 0.2
"""A number whose commonest value holds this share of the filled rows is split into that value and the rest."""
TWO_WAY = 2.3
"""Two-way: one level's odds are ten times (e^2.3) above the base odds, another's ten times below."""


@dataclass(frozen=True, slots=True)
class Purity:
    """How surely some level decides the outcome.

    `always` and `never` are log-likelihood ratios (natural log): a deciding level against the purest honest one.
    `level`, `count`, `converted` describe the most telling level; `two_way` says that both ends of the column are nearly pure.
    """

    always: float
    never: float
    two_way: bool
    level: str
    count: int
    converted: int


def purity(levels: Levels, positive: BoolArray) -> Purity:
    """Look for levels that decide the outcome.

    Parameters
    ----------
    levels
        The column. Of a number only "blank", "filled", its dominant value and "any other value" are judged, because the outer
        bins of an honest strong number are nearly pure by nature.
    positive
        Outcome, shape (rows,).
    """
    labels, count, converted = _judged(levels, positive)
    if len(count) == 0:
        return Purity(0.0, 0.0, False, "", 0, 0)
    base = _logit(np.array([positive.mean()]))[0]
    penalty = 0.5 * float(np.log(len(count)))
    honest = HONEST_CEILING if levels.is_category else HONEST_NUMBER
    always = decides(count, converted, base, honest) - penalty
    never = decides(count, count - converted, -base) - penalty
    best = int(np.argmax(always if always.max() >= never.max() else never))
    return Purity(
        max(float(always.max()), 0.0), max(float(never.max()), 0.0), _two_way(count, converted, base),
        labels[best], int(count[best]), int(converted[best]),
    )


def decides(count: IntArray, pure: IntArray, base: float, honest: float = HONEST_CEILING) -> FloatArray:
    """Return log P(data | the level decides) − log P(data | the purest honest level), per level.

    The honest level is wrong for `1 − ceiling` of its leads with `ceiling = max(honest, sigmoid(base + 3))`, the deciding one for
    a tenth of that.

    Examples
    --------
    >>> decides(np.array([500, 100]), np.array([500, 95]), base=0.0).round(1).tolist()
    [21.9, -7.3]
    """
    ceiling = max(honest, float(_sigmoid(base + HONEST_LIFT)))
    deciding = 1 - (1 - ceiling) / 10
    return np.asarray(pure * np.log(deciding / ceiling) - (count - pure) * np.log(10.0))


def wilson(converted: IntArray, count: IntArray, z: float = 1.96) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the 95 % interval of a rate (Wilson 1927).

    Examples
    --------
    >>> [round(float(end[0]), 3) for end in wilson(np.array([50]), np.array([50]))]
    [0.929, 1.0]
    """
    rate = converted / count
    centre = rate + z * z / (2 * count)
    half = z * np.sqrt(rate * (1 - rate) / count + z * z / (4 * count * count))
    return np.maximum((centre - half) / (1 + z * z / count), 0.0), np.minimum((centre + half) / (1 + z * z / count), 1.0)


def _judged(levels: Levels, positive: BoolArray) -> tuple[list[str], IntArray, IntArray]:
    size = len(levels.labels)
    count, converted = level_numbers(levels.codes, positive, size)
    rows = [(levels.labels[k], count[k], converted[k]) for k in range(size)]
    if not levels.is_category:
        rows = _number_parts(rows)
    filled = ("(any value)", count[1:].sum(), converted[1:].sum())
    rows = [row for row in [*rows, *([filled] if count[0] else [])] if row[1] >= FEWEST]
    return [row[0] for row in rows], np.array([row[1] for row in rows], dtype=np.int64), np.array([row[2] for row in rows], dtype=np.int64)


def _number_parts(rows: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    blank, filled = rows[0], rows[1:]
    total = sum(row[1] for row in filled)
    values = [row for row in filled if not row[0].startswith("bin ")]
    top = max(values, key=lambda row: row[1], default=None)
    if top is None or top[1] < DOMINANT * total:
        return [blank]
    return [blank, top, (f"other than {top[0]}", total - top[1], sum(row[2] for row in filled) - top[2])]


def _two_way(count: IntArray, converted: IntArray, base: float) -> bool:
    low, high = wilson(converted, count)
    above = (_logit(low) >= base + TWO_WAY) & (low >= 0.9)
    below = (_logit(high) <= base - TWO_WAY) & (high <= 0.1)
    return bool(above.any() and below.any())


def _logit(rate: FloatArray) -> FloatArray:
    safe = np.clip(rate, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(safe / (1 - safe)))


def _sigmoid(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))
