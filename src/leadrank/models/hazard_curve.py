"""The curve of conversions over the days that makes what was seen likeliest, and how likely that is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from leadrank.models.calibrate import sigmoid
from leadrank.models.hazard_cells import Cells
from leadrank.models.timing import Timing, cumulated, left_over, pace_of, paced
from leadrank.types import FloatArray

_TURN = 1.0
"""Penalty on how much the log hazard turns from one stretch to the next."""
_CHANGE = 0.01
"""Penalty on how much it changes, which holds stretches in which nothing was seen."""
_PACE = 4.0
_NEAREST = 1e-12
_TINY = 1e-300
_LEAST = 1e-12
"""What a conversion where the curve leaves nobody over is held to be as likely as."""


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """What the likelihood is made of at one curve: hazards added up at the edges and where leads were last seen, and what they leave over."""

    at_edges: FloatArray
    at_seen: FloatArray
    alive: FloatArray
    still: FloatArray
    lost: FloatArray
    power: FloatArray


def log_likelihood(cells: Cells, timing: Timing, level: FloatArray) -> FloatArray:
    """Return how likely each cohort's cells are, at a level for each."""
    return _told(cells, _parts(cells, np.asarray(timing.share), timing, timing.pace, level[:, None, None]))


def fit_curve(cells: Cells, start: Timing) -> tuple[float, Timing]:
    """Fit the curve and the pace, with the bend of `start`; return the log-likelihood as well.

    The hazard is constant within a stretch of days; penalised maximum likelihood by L-BFGS (Nocedal 1980).
    """
    from scipy.optimize import minimize

    widths = np.diff(cells.edges)
    rows = float(cells.converted.sum() + cells.last_seen.sum())

    def loss(x: FloatArray) -> tuple[float, FloatArray]:
        told, slope = _told_and_slope(cells, x, start)
        rough, rougher = _roughness(x)
        return (rough - told) / rows, (rougher - slope) / rows

    found = minimize(loss, _first(cells, start), jac=True, method="L-BFGS-B", bounds=[(None, None)] * len(widths) + [(-1.0, 1.0)])
    share = _share_at(cells, found.x)
    tail, tail_days = _tail(cells, share)
    fitted = replace(
        start, days=tuple(cells.edges.tolist()), share=tuple(share.tolist()), pace=float(found.x[-1]), tail=tail, tail_days=tail_days
    )
    return -float(found.fun) * rows, fitted


def _first(cells: Cells, start: Timing) -> FloatArray:
    """Begin at an earlier curve where there is one, else where every lead is watched to the end."""
    widths = np.diff(cells.edges)
    if len(start.days) == len(cells.edges):
        return np.append(np.log(np.maximum(np.diff(start.share), 1e-9) / widths), start.pace)
    seen = cells.converted.sum(axis=(0, 1))
    return np.append(np.log((seen + 0.5) / widths / (seen.sum() + 0.5)), start.pace)


def _share_at(cells: Cells, x: FloatArray) -> FloatArray:
    height = np.concatenate([[0.0], np.cumsum(np.exp(x[:-1]) * np.diff(cells.edges))])
    share: FloatArray = height / height[cells.end]
    return share


def _parts(cells: Cells, share: FloatArray, timing: Timing, pace: float, level: FloatArray | float = 0.0) -> _Parts:
    odds = cells.log_odds + level
    power = pace_of(odds, pace, timing.centre, timing.spread)
    total = cumulated(np.minimum(sigmoid(odds), 1.0 - _NEAREST), timing.bend)
    at_edges, at_seen = total * share**power, total * np.interp(cells.seen, cells.edges, share) ** power
    alive = np.exp(left_over(at_edges, timing.bend))
    lost = np.maximum(alive[..., :-1] - alive[..., 1:], _LEAST)
    return _Parts(at_edges, at_seen, alive, left_over(at_seen, timing.bend), lost, power)


def _told(cells: Cells, parts: _Parts) -> FloatArray:
    told: FloatArray = (cells.converted * np.log(parts.lost) + cells.last_seen * parts.still).sum(axis=(-2, -1))
    return told


def _told_and_slope(cells: Cells, x: FloatArray, start: Timing) -> tuple[float, FloatArray]:
    """Return the log-likelihood of a curve and its derivatives by the log hazards and the pace."""
    share, rise = _share_at(cells, x), np.exp(x[:-1]) * np.diff(cells.edges)
    parts = _parts(cells, share, start, float(x[-1]))
    middle = np.interp(cells.seen, cells.edges, share)
    weight = np.where(parts.lost > _LEAST, cells.converted / parts.lost, 0.0)
    none = np.zeros((*weight.shape[:-1], 1))
    gained = np.concatenate([weight, none], axis=-1) - np.concatenate([none, weight], axis=-1)
    # What the log-likelihood gains by the log of the height: a power of the curve multiplies it.
    at_edges = gained * parts.alive * _falling(parts.at_edges, start.bend) * parts.at_edges
    at_seen = cells.last_seen * _falling(parts.at_seen, start.bend) * parts.at_seen
    edge, seen = (at_edges * parts.power).sum(axis=(0, 1)), (at_seen * parts.power).sum(axis=(0, 1))
    by_share = _by_share(cells, edge / np.maximum(share, _TINY), seen / np.maximum(middle, _TINY))
    above = np.cumsum(by_share[::-1])[::-1][1:]
    by_rise = rise / rise[: cells.end].sum() * (above - (np.arange(len(rise)) < cells.end) * (by_share @ share))
    logs = at_edges @ np.log(np.maximum(share, _TINY)) + at_seen @ np.log(np.maximum(middle, _TINY))
    by_pace = -float((logs[..., None] * parts.power * paced(cells.log_odds, start.centre, start.spread)).sum())
    return float(_told(cells, parts).sum()), np.append(by_rise, by_pace)


def _by_share(cells: Cells, edge: FloatArray, seen: FloatArray) -> FloatArray:
    """Hand what was gained between two edges on to both; the curve begins at 0, which cannot move."""
    along = (cells.seen - cells.edges[:-1]) / np.diff(cells.edges)
    found: FloatArray = edge + np.append(0.0, seen * along) + np.append(seen * (1 - along), 0.0)
    found[0] = 0.0
    return found


def _falling(hazard: FloatArray, bend: float) -> FloatArray:
    """Return the derivative of `left_over` by the hazard."""
    inside = 1.0 + bend * hazard
    return np.where(inside > _NEAREST, -1.0 / np.maximum(inside, _NEAREST), 0.0)


def _roughness(x: FloatArray) -> tuple[float, FloatArray]:
    turn, change = np.diff(x[:-1], 2), np.diff(x[:-1])
    rough = 0.5 * (_TURN * float(turn @ turn) + _CHANGE * float(change @ change) + _PACE * float(x[-1] ** 2))
    slope = np.zeros(len(x))
    for by, values, weights in ((_TURN, turn, (1.0, -2.0, 1.0)), (_CHANGE, change, (-1.0, 1.0))):
        for k, weight in enumerate(weights):
            slope[k : k + len(values)] += by * weight * values
    slope[-1] += _PACE * x[-1]
    return rough, slope


def _tail(cells: Cells, share: FloatArray) -> tuple[float, float]:
    """Say how much the curve still rises after its last day, if its hazard is seen to fall towards it (log-linear, weighted by conversions)."""
    seen, middle = cells.converted.sum(axis=(0, 1)), (cells.edges[1:] + cells.edges[:-1]) / 2
    late = (seen > 0) & (middle > cells.edges[-1] / 3)
    if late.sum() < 3:
        return 0.0, 1.0
    rate, weight = np.diff(share)[late] / np.diff(cells.edges)[late], seen[late]
    day = middle[late] - np.average(middle[late], weights=weight)
    slope = float((weight * day * np.log(rate)).sum() / (weight * day**2).sum())
    if -slope * float((weight * day**2).sum()) ** 0.5 < 2.0:
        return 0.0, 1.0
    return min(float(rate[-1] / -slope), 0.5 * float(share[-1])), -1.0 / slope
