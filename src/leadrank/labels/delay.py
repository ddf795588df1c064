"""How long those who convert take, learned also from the leads that were not watched to the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.types import BoolArray, Figure, FloatArray

LEAST_WATCHED = 20
"""The curve ends where fewer leads than this were still watched: a single late conversion would move it far."""
_Z = 1.959963984540054
_LONGEST = 36_500


@dataclass(frozen=True, slots=True)
class Delay:
    """The share of leads that have converted by each day.

    Attributes
    ----------
    by
        Share converted by day 0, 1, 2, …, up to the day of the last conversion that the curve holds.
    spread
        Greenwood's sum for each day: the variance of the share is (1 - share)² times it.
    rows, conversions
        Leads that were watched, and conversions seen.
    watched
        Days for which at least `LEAST_WATCHED` leads were watched.
    enough
        Whether they were watched long enough for the last share to be that of all who ever convert; else it is a lower bound.
    """

    by: tuple[float, ...]
    spread: tuple[float, ...]
    rows: int
    conversions: int
    watched: float
    enough: bool

    @property
    def ever(self) -> Figure:
        """Share of all leads that ever converts, as far as was watched."""
        half = _Z * (1 - self.by[-1]) * self.spread[-1] ** 0.5
        return Figure(self.by[-1], max(self.by[-1] - half, 0.0), min(self.by[-1] + half, 1.0))

    def within(self, days: float) -> Figure:
        """Share of those who ever convert that has done so by a day."""
        if not self.by[-1]:
            return Figure(1.0, 0.0, 1.0)
        day = min(int(days), len(self.by) - 1)
        share, half = float(_shares(self)[day]), _Z * float(_errors(self)[day])
        return Figure(share, max(share - half, 0.0), min(share + half, 1.0))

    def quantile(self, share: float) -> Figure:
        """Days by which a share of those who ever convert has done so; the interval inverts that of the share (Brookmeyer & Crowley 1982)."""
        shares, errors = _shares(self), _errors(self)
        inside = np.flatnonzero(np.abs(shares - share) <= _Z * errors)
        day = int(np.searchsorted(shares, share - 1e-12))
        low, high = (int(inside[0]), int(inside[-1])) if len(inside) else (day, day)
        return Figure(float(day), float(min(low, day)), float(max(high, day)))


def conversion_delay(days: FloatArray, converted: BoolArray) -> Delay:
    """Estimate by which day which share of leads has converted (Kaplan & Meier 1958, variance by Greenwood 1926).

    A lead that has not converted says so only for the days it was watched, so young leads pull nothing down. The share that never converts
    (is cured) is where the curve ends, if it was watched long enough: conversions must have ceased well before the end
    (Maller & Zhou 1992; their test, at 5 %).

    Parameters
    ----------
    days
        To the conversion, or to the end of observation.
    converted
        Whether it is the former.

    Examples
    --------
    >>> delay = conversion_delay(np.array([0.5, 2.5, 2.5, *[9.0] * 37]), np.array([True] * 3 + [False] * 37))
    >>> [round(share, 3) for share in delay.by], delay.quantile(0.9).value
    ([0.0, 0.025, 0.025, 0.075], 3.0)
    """
    order = np.lexsort((~converted, days))
    days, converted = days[order], converted[order]
    left = len(days) - np.arange(len(days))
    kept = left >= min(LEAST_WATCHED, max(len(days) // 2, 1))
    watched = float(days[kept].max(initial=0.0))
    days, converted, left = days[kept], converted[kept], left[kept]
    staying = np.cumsum(np.log1p(-np.where(converted & (left > 1), 1.0 / np.maximum(left, 2), 0.0)))
    greenwood = np.cumsum(np.where(converted, 1.0 / (left * np.maximum(left - 1.0, 1.0)), 0.0))
    last = min(int(np.ceil(days[converted].max(initial=0.0))), _LONGEST)
    place = np.searchsorted(days, np.arange(last + 1), side="right")
    by = 1 - np.exp(np.concatenate([[0.0], staying])[place])
    return Delay(
        tuple(by.tolist()), tuple(np.concatenate([[0.0], greenwood])[place].tolist()), len(order), int(converted.sum()), watched,
        _watched_enough(days, converted, watched),
    )


def _watched_enough(days: FloatArray, converted: BoolArray, watched: float) -> bool:
    """Test whether so few conversions as came late would be a surprise if more were to come (Maller & Zhou 1992)."""
    if not converted.any():
        return False
    newest = float(days[converted].max())
    late = int((converted & (days > 2 * newest - watched)).sum())
    return newest < watched and (1 - late / len(days)) ** len(days) < 0.05


def _shares(delay: Delay) -> FloatArray:
    """Return each day's share of those who ever convert."""
    shares: FloatArray = np.asarray(delay.by) / max(delay.by[-1], 1e-300)
    return shares


def _errors(delay: Delay) -> FloatArray:
    """Return the standard error of each day's share, whose two parts vary together (delta method)."""
    share, spread, gone = _shares(delay), np.asarray(delay.spread), np.asarray(delay.by)
    here, end = 1 - gone, 1 - gone[-1]
    variance = here**2 * spread - 2 * share * here * end * spread + share**2 * end**2 * spread[-1]
    errors: FloatArray = np.sqrt(np.maximum(variance, 0.0)) / max(gone[-1], 1e-300)
    return errors
