"""Leads counted by cohort, log-odds and stretch of days: a hundred thousand say no more than their counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.types import BoolArray, FloatArray, IntArray

ROUND_DAYS = (1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365, 545, 730, 1095, 1460, 1825, 2555, 3650)
"""Days at which the curve may bend, besides those at which conversions are dense."""
_DENSE = 25
_EACH = 15
"""Conversions between two dense bends, at least."""
_WATCHED = 20
"""The curve ends where fewer leads than this were watched."""
_BINS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """How many leads converted in each cell, and how many were last seen in it.

    Attributes
    ----------
    log_odds
        Of each bin, shape (bins, 1).
    converted, last_seen
        Counts, shape (cohorts, bins, stretches).
    edges, seen, end
        The ends of the stretches, the mean day of those last seen in each, and the place of the horizon among the edges.
    """

    log_odds: FloatArray
    converted: FloatArray
    last_seen: FloatArray
    edges: FloatArray
    seen: FloatArray
    end: int


def stretches(days: FloatArray, converted: BoolArray, horizon: float) -> FloatArray:
    """Return where the curve may bend: where conversions are dense, at round days, at the horizon, at the end of watching."""
    newest = max(len(days) - _WATCHED, 0)
    last = max(float(np.partition(days, newest)[newest]), horizon)
    dense = min(_DENSE, int(converted.sum()) // _EACH)
    rounded = ROUND_DAYS if dense > 2 else ()
    places = np.concatenate([np.quantile(days[converted], np.arange(1, dense + 1) / (dense + 1)), np.asarray(rounded, dtype=np.float64)])
    inside = places[(places > 0) & (places < last)]
    return np.unique(np.concatenate([[0.0], inside, [horizon, last]]))


def count_cells(
    log_odds: FloatArray, days: FloatArray, converted: BoolArray, groups: IntArray, *, edges: FloatArray, horizon: float
) -> Cells:
    """Count leads; `groups` numbers their cohorts from 0, oldest first."""
    bins = np.searchsorted(np.unique(np.quantile(log_odds, np.arange(1, _BINS) / _BINS)), log_odds)
    rows = np.maximum(np.bincount(bins), 1)
    shape = (int(groups.max()) + 1, len(rows), len(edges) - 1)
    ended = converted & (days <= edges[-1])
    stretch = np.searchsorted(edges, np.minimum(days, edges[-1]), side="left") - 1
    place = (groups * shape[1] + bins) * shape[2] + stretch
    others = np.bincount(stretch[~ended], minlength=shape[2])
    total = np.bincount(stretch[~ended], np.minimum(days, edges[-1])[~ended], minlength=shape[2])
    return Cells(
        (np.bincount(bins, log_odds) / rows)[:, None], _counted(place[ended], shape), _counted(place[~ended], shape), edges,
        np.where(others > 0, total / np.maximum(others, 1), edges[1:]), int(np.searchsorted(edges, horizon)),
    )


def _counted(place: IntArray, shape: tuple[int, int, int]) -> FloatArray:
    return np.bincount(place, minlength=shape[0] * shape[1] * shape[2]).reshape(shape).astype(np.float64)
