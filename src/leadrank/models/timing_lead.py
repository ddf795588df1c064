"""By which day one lead converts: the twin of `by_day` and `ever` without an array."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from leadrank.models.timing import FAR, SURE, Timing, heights


def teller(timing: Timing, days: Sequence[float]) -> Callable[[float], list[float]]:
    """Return a function that gives a probability by each day and, last, of ever converting; what does not depend on the lead is done once.

    Examples
    --------
    >>> tell = teller(Timing(30.0, (0.0, 10.0, 30.0, 60.0), (0.0, 0.5, 1.0, 1.2)), (0, 10, 30, 60))
    >>> [round(p, 3) for p in tell(0.2)]
    [0.0, 0.106, 0.2, 0.235, 0.235]
    """
    levels = [*heights(timing, np.asarray(days, dtype=np.float64)).tolist(), timing.share[-1] + timing.tail]
    logs = [math.log(level) if level > 0 else -math.inf for level in levels]
    bend, pace, centre, spread = timing.bend, timing.pace, timing.centre, timing.spread

    def tell(probability: float) -> list[float]:
        p = min(max(probability, SURE), 1.0 - SURE)
        alive = math.log1p(-p)
        power = math.exp(-pace * min(max((math.log(p) - alive - centre) / spread, -FAR), FAR))
        total = -alive if bend == 0 else math.expm1(-bend * alive) / bend
        return [_one(probability, total * math.exp(power * log), bend, level) for level, log in zip(levels, logs, strict=True)]

    return tell


def _one(probability: float, hazard: float, bend: float, level: float) -> float:
    if level == 1.0:
        return probability
    left = -hazard if bend == 0 else -math.log(max(1.0 + bend * hazard, SURE)) / bend
    reached = -math.expm1(left)
    return min(max(min(reached, probability) if level < 1.0 else max(reached, probability), 0.0), 1.0)
