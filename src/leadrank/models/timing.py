"""By which day a lead converts, and whether it ever does, from its probability of converting within the horizon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadrank.models.calibrate import sigmoid
from leadrank.types import Finding, FloatArray

FAR = 3.0
"""Standard deviations beyond which a lead's pace is that of the leads there: further out nothing was learned."""
SURE = 1e-12
"""Distance from 0 and 1 within which a probability has no finite log-odds."""
_CLEAR = 2.0
"""Standard errors beyond which a level has moved."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How conversions spread over the days, learned from the leads whose outcome is open as well.

    A lead's hazard adds up to φ(p) · G(day), where G(horizon) = 1, so the probability by the horizon is p itself, and by any other day follows.
    φ is the transformation of Yin & Ibrahim (2005): with `bend` -1 a share converts and the rest is cured for good (mixture cure), with 0 all
    have the same bounded hazard times a factor (promotion time, Yakovlev & Tsodikov 1996), with 1 odds are proportional. G is the curve raised
    to a power that falls with the log-odds by `pace`, since good leads are often quick as well.

    Attributes
    ----------
    horizon
        Days within which the probability counts.
    days, share
        The curve: where it bends, and its height there in units of its height at the horizon.
    tail, tail_days
        How much it still rises after its last day, and over how many days (as an exponential).
    bend, pace, centre, spread
        How the curve depends on the log-odds, and their mean and spread in training.
    level, level_error
        By how much the newest leads lie above what the model says, in log-odds, with its standard error (`at_level`).
    levels
        The same for each cohort, oldest first.
    rows, conversions
        What it was learned from.
    """

    horizon: float
    days: tuple[float, ...]
    share: tuple[float, ...]
    tail: float = 0.0
    tail_days: float = 1.0
    bend: float = 0.0
    pace: float = 0.0
    centre: float = 0.0
    spread: float = 1.0
    level: float = 0.0
    level_error: float = 0.0
    levels: tuple[float, ...] = ()
    rows: int = 0
    conversions: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no curve, wherever it came from."""
        days, share = np.asarray(self.days), np.asarray(self.share)
        if len(days) != len(share) or len(days) < 2 or days[0] != 0 or share[0] != 0 or (np.diff(days) <= 0).any() or (np.diff(share) < 0).any():
            raise ValueError("a curve of conversions begins at day 0 with nothing, and neither days nor shares fall")
        if self.horizon not in self.days or self.share[self.days.index(self.horizon)] != 1.0:
            raise ValueError("a curve of conversions has its unit at the horizon")
        if self.tail < 0 or self.tail_days <= 0 or self.spread <= 0 or not -1 <= self.bend <= 1:
            raise ValueError("a curve of conversions rises for a positive time, and its spread is positive")


def by_day(timing: Timing, probability: FloatArray, days: Sequence[float]) -> FloatArray:
    """Return the probability of converting by each day, shape (n, days): it never falls, and by the horizon it is `probability`.

    Examples
    --------
    >>> timing = Timing(30.0, (0.0, 10.0, 30.0, 60.0), (0.0, 0.5, 1.0, 1.2))
    >>> by_day(timing, np.array([0.2]), (0, 10, 30, 60)).round(3).tolist()
    [[0.0, 0.106, 0.2, 0.235]]
    """
    asked = np.asarray(days, dtype=np.float64)
    return _reached(timing, probability, heights(timing, asked)[None, :])


def ever(timing: Timing, probability: FloatArray) -> FloatArray:
    """Return the probability of ever converting, as far as the past tells."""
    return _reached(timing, probability, np.array([[timing.share[-1] + timing.tail]]))[:, 0]


def given_not_yet(timing: Timing, probability: FloatArray, age: FloatArray, day: float) -> FloatArray:
    """Return the probability that a lead converts by a day of its life, given that it has not at its age.

    Parameters
    ----------
    probability
        Of converting within the horizon, as it was said at the cutoff.
    age
        Days since the cutoff; from `day` on the answer is 0.
    """
    so_far = _reached(timing, probability, heights(timing, age)[:, None])[:, 0]
    then = by_day(timing, probability, (day,))[:, 0]
    left: FloatArray = np.clip((then - so_far) / np.maximum(1.0 - so_far, SURE), 0.0, 1.0)
    return left


def at_level(timing: Timing, probability: FloatArray) -> FloatArray:
    """Return probabilities moved to the level of the newest leads.

    The model learned from leads whose outcome is final, so its level is that of some time ago. What the newest leads did so far, beside what
    leads like them did by the same age, tells how the level has moved since.
    """
    p = np.clip(probability, SURE, 1.0 - SURE)
    return sigmoid(np.log(p) - np.log1p(-p) + timing.level)


def judge_level(timing: Timing) -> list[Finding]:
    """Report that the newest leads convert more or less often than the model says, where that is beyond chance."""
    if abs(timing.level) <= _CLEAR * timing.level_error:
        return []
    odds, low, high = (float(np.exp(timing.level + k * _CLEAR * timing.level_error)) for k in (0.0, -1.0, 1.0))
    more = "more" if timing.level > 0 else "less"
    said = (
        f"The newest leads convert {more} often than the model says: their odds are {odds:.2f} times ({low:.2f}–{high:.2f}) those of leads like "
        "them that were learned from, to judge by what they have done so far at their age."
    )
    remedy = "Retrain when their outcomes are final; until then expect so many more or fewer conversions than the probabilities add up to."
    return [Finding("M460", "warning", None, timing.rows, said, remedy, {"odds_ratio": odds, "low": low, "high": high})]


def cumulated(p: FloatArray, bend: float) -> FloatArray:
    """Return φ(p), what a lead's hazard adds up to by the horizon."""
    alive = np.log1p(-p)
    return -alive if bend == 0 else np.expm1(-bend * alive) / bend


def left_over(hazard: FloatArray, bend: float) -> FloatArray:
    """Return the log of the probability of not having converted when the hazard has added up so far; the inverse of `cumulated`."""
    return -hazard if bend == 0 else -np.log(np.maximum(1.0 + bend * hazard, SURE)) / bend


def paced(log_odds: FloatArray, centre: float, spread: float) -> FloatArray:
    """Return how far log-odds lie from their mean, in units of their spread and within bounds."""
    return np.clip((log_odds - centre) / spread, -FAR, FAR)


def pace_of(log_odds: FloatArray, pace: float, centre: float, spread: float) -> FloatArray:
    """Return the power to which the curve is raised."""
    power: FloatArray = np.exp(-pace * paced(log_odds, centre, spread))
    return power


def heights(timing: Timing, days: FloatArray) -> FloatArray:
    """Return the height of the curve on each day."""
    beyond = np.maximum(days - timing.days[-1], 0.0)
    height: FloatArray = np.interp(days, timing.days, timing.share) - timing.tail * np.expm1(-beyond / timing.tail_days)
    return height


def _reached(timing: Timing, probability: FloatArray, height: FloatArray) -> FloatArray:
    """Return the probabilities when the curve has a height; at the horizon they are held to the very bit."""
    given = np.asarray(probability, dtype=np.float64)[:, None]
    p = np.clip(given, SURE, 1.0 - SURE)
    power = pace_of(np.log(p) - np.log1p(-p), timing.pace, timing.centre, timing.spread)
    reached = -np.expm1(left_over(cumulated(p, timing.bend) * height**power, timing.bend))
    held = np.where(height < 1.0, np.minimum(reached, given), np.maximum(reached, given))
    found: FloatArray = np.clip(np.where(height == 1.0, given, held), 0.0, 1.0)
    return found
