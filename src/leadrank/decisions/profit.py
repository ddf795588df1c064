"""The money rule: a lead is worth a contact when probability · value exceeds its cost.

Against calling nobody, a contact costs `cost` and earns `value` when it converts; a lead that is left alone costs and earns nothing.
(Charging a missed sale −value *and* crediting a caught one +value − cost counts the same sale twice, and halves the cut.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.resamples import resamples
from leadrank.types import BoolArray, Figure, FloatArray, IntArray

POINTS = 200
LEVEL = 0.90
"""Intervals of best cuts and of conversions are 90 % ones, as a manager plans with."""


@dataclass(frozen=True, slots=True)
class RegretCurve:
    """What any other fixed cut would have earned: highest cut first, at most 200 points, `regret` = best profit − profit, never below 0."""

    cut: tuple[float, ...]
    called: tuple[int, ...]
    profit: tuple[float, ...]
    regret: tuple[float, ...]


def profit_of(p: FloatArray, value: FloatArray | float, cost: FloatArray | float) -> FloatArray:
    """Return p · value − cost, shape (n,): the expected profit of one contact each, in the user's currency.

    Examples
    --------
    >>> profit_of(np.array([0.5]), 10.0, 2.0).tolist()
    [3.0]
    """
    expected: FloatArray = p * value - cost
    return expected


def break_even(value: float, cost: float) -> float:
    """Return the smallest probability at which a contact earns more than it costs: cost / value, to the last bit.

    The last bits are chosen so that `p >= break_even(v, c)` and `p * v > c` agree for every float. Without a cost it is 0; above 1 (2 at
    most) when no lead can be worth its contact.

    Source: Elkan (2001), "The foundations of cost-sensitive learning".

    Examples
    --------
    >>> round(break_even(49.99, 3.25), 3)
    0.065
    """
    if cost <= 0:
        return 0.0
    below, cut = 0, int(np.float64(2.0).view(np.int64))
    # Positive floats are ordered like their bits, so that bisection ends at the very float.
    while cut - below > 1:
        middle = (below + cut) // 2
        if float(np.int64(middle).view(np.float64)) * value > cost:
            cut = middle
        else:
            below = middle
    return float(np.int64(cut).view(np.float64))


def cuts_and_profits(
    y: IntArray, p: FloatArray, value: FloatArray | float, cost: FloatArray | float
) -> tuple[FloatArray, IntArray, FloatArray]:
    """Realised profit of calling everyone at or above each cut, from calling nobody to calling all.

    Parameters
    ----------
    y, p
        Outcomes 0/1 and probabilities, shape (n,).
    value, cost
        One number, or per lead.

    Returns
    -------
    tuple
        Cuts (inf first), leads called, profit; each of shape (distinct probabilities + 1,).
    """
    order = np.argsort(-p, kind="stable")
    ranked, ends = p[order], tie_ends(p[order])
    earned = np.cumsum(np.broadcast_to(y * value - cost, p.shape)[order])[ends]
    return np.append(np.inf, between(ranked, ends)), np.append(0, ends + 1), np.append(0.0, earned)


def regret_curve(
    y: IntArray, p: FloatArray, value: FloatArray | float, cost: FloatArray | float, *, best: float = 0.0
) -> RegretCurve:
    """Regret of every fixed cut against the best one, or against `best` where another rule earned more."""
    cuts, called, profit = cuts_and_profits(y, p, value, cost)
    top = max(best, float(profit.max()))
    kept = np.unique(np.linspace(0, len(cuts) - 1, min(len(cuts), POINTS - 1)).round().astype(np.int64))
    kept = np.unique(np.append(kept, int(np.argmax(profit))))
    shown = np.minimum(cuts[kept], 1.0)
    return RegretCurve(
        tuple(shown.tolist()), tuple(called[kept].tolist()), tuple(profit[kept].tolist()), tuple((top - profit[kept]).tolist())
    )


def best_cut(
    y: IntArray, p: FloatArray, value: FloatArray | float, cost: FloatArray | float, *, draws: int = 200, seed: int = 0,
    groups: IntArray | None = None,
) -> Figure:
    """Find the cut that earned most, with the 90 % interval of where that cut falls on bootstrap resamples.

    The profit curve is flat near its top, so the interval is wide; it says how little the second digit of a cut means.
    """
    order = np.argsort(-p, kind="stable")
    ranked, ends = p[order], tie_ends(p[order])
    each = np.broadcast_to(y * value - cost, p.shape)[order]
    cuts = np.append(1.0, between(ranked, ends))
    drawn = resamples(len(p), draws, seed, None if groups is None else groups[order])
    found = np.array([cuts[int(np.argmax(np.append(0.0, np.cumsum(each * counts)[ends])))] for counts in drawn])
    value_here = float(cuts[int(np.argmax(np.append(0.0, np.cumsum(each)[ends])))])
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Figure(value_here, float(low), float(high))


def tie_ends(ranked: FloatArray) -> IntArray:
    """Return the last row of each run of equal scores in a sorted array."""
    return np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1).astype(np.int64)


def between(ranked: FloatArray, ends: IntArray) -> FloatArray:
    """Return, for each run of equal scores, a cut halfway to the next lower score, so that no lead sits on the edge of a cut.

    The last cut is 0 for probabilities, or the lowest score where this is negative: it calls everyone.
    """
    lowest = min(0.0, float(ranked[-1])) if len(ranked) else 0.0
    here, below = ranked[ends], np.append(ranked[ends[:-1] + 1], lowest)
    middle = (here + below) / 2
    middle[-1] = lowest
    # Halfway between neighbouring floats rounds onto one of them; the higher one still calls exactly these rows.
    return np.where((middle > below) | (np.arange(len(ends)) == len(ends) - 1), middle, here)


def worth_calling(expected_profit: FloatArray) -> BoolArray:
    """Say which contacts earn more than they cost."""
    return expected_profit > 0
