"""What dates give away: that they lie after the moment of scoring, or that their effect is the extract's beginning and end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.data.leaks.levels import as_numbers
from leadrank.data.leaks.names import split_words
from leadrank.frames import pl
from leadrank.types import BoolArray, FloatArray

BEGINNINGS = frozenset({
    "create", "created", "creation", "engage", "engaged", "enquiry", "entry", "inquiry", "opened", "received", "registered",
    "registration", "signup", "start", "started", "submitted",
})
"""Words that name the date on which a lead came into being."""
SCORING = "the moment of scoring"
"""What `Lateness.moment` says when the caller gave it."""
LATER = 0.2
"""A date column is called late when this share of its filled cells lies after the moment of scoring."""
SLICES = 20
"""The time range is cut into this many slices of equal length."""
MOST_EDGE = 4
"""An edge is at most this many slices wide."""
CONCENTRATED = 2.0
"""The edges' share of the effect is at least this many times their share of the rows."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """How many filled cells of a date column lie after the moment of scoring, what that moment was, and the days between."""

    rows: int
    share: float
    moment: str
    lag: pl.Series


@dataclass(frozen=True, slots=True)
class Edges:
    """Conversion at the beginning, in the middle and at the end of a date column's range."""

    rows: int
    first: float
    middle: float
    last: float
    share_of_effect: float
    share_of_rows: float


def lateness(frame: pl.DataFrame, column: str, at: pl.Series | None) -> Lateness | None:
    """Compare a date column with the moment of scoring, or with the date column whose name says that the lead began.

    Returns None when there is nothing to compare with, or fewer than 20 % of the filled cells are later.
    """
    moment, name = (at, SCORING) if at is not None else _beginning(frame, column)
    if moment is None:
        return None
    lag = as_numbers(frame[column]) - as_numbers(moment)
    later = lag > 0
    filled = int((~np.isnan(lag)).sum())
    share = float(later.sum() / filled) if filled else 0.0
    return Lateness(int(later.sum()), share, name, pl.Series("lag", lag, nan_to_null=True)) if share >= LATER else None


def extract_edges(days: FloatArray, positive: BoolArray) -> Edges | None:
    """Look for an effect that sits where the extract begins and ends, as censoring leaves it.

    An extract of closed deals that begins on a certain day holds few old deals, and a special kind of them; its newest deals are
    those that closed quickly. Each edge (1 to 4 of 20 time slices) is compared with a straight line through the middle slices.

    Parameters
    ----------
    days
        The date column in days, nan = blank, shape (rows,).
    positive
        Outcome, shape (rows,).

    Returns
    -------
    The figures when an edge stands out (|z| ≥ 4 at one, or ≥ 2.5 at both on the same side) and the edges hold at least twice as
    much of the chi-square effect as of the rows; otherwise None.
    """
    known = ~np.isnan(days)
    low, high = (days[known].min(), days[known].max()) if known.any() else (0.0, 0.0)
    if high <= low or known.sum() < 10 * SLICES:
        return None
    code = np.minimum(((days[known] - low) / (high - low) * SLICES).astype(np.int64), SLICES - 1)
    count = np.bincount(code, minlength=SLICES).astype(float)
    converted = np.bincount(code[positive[known]], minlength=SLICES).astype(float)
    expected = _line_through_middle(count, converted)
    (first, z_first), (last, z_last) = (_edge(count, converted, expected, side) for side in (1, -1))
    stands_out = max(abs(z_first), abs(z_last)) >= 4 or (min(abs(z_first), abs(z_last)) >= 2.5 and z_first * z_last > 0)
    found = _figures(count, converted, first if abs(z_first) >= 2 else 0, last if abs(z_last) >= 2 else 0)
    return found if stands_out and found.share_of_effect >= CONCENTRATED * found.share_of_rows else None


def _beginning(frame: pl.DataFrame, column: str) -> tuple[pl.Series | None, str]:
    for name, kind in frame.schema.items():
        if name != column and kind.is_temporal() and any(word in BEGINNINGS for word in split_words(name)):
            return frame[name], f"{name!r}"
    return None, ""


def _line_through_middle(count: FloatArray, converted: FloatArray) -> FloatArray:
    place = np.arange(SLICES, dtype=float)
    middle = (place >= MOST_EDGE) & (place < SLICES - MOST_EDGE) & (count > 0)
    if middle.sum() < 3:
        return np.full(SLICES, converted.sum() / count.sum())
    slope, level = np.polyfit(place[middle], converted[middle] / count[middle], 1, w=np.sqrt(count[middle]))
    return np.asarray(np.clip(level + slope * place, 0.005, 0.995))


def _edge(count: FloatArray, converted: FloatArray, expected: FloatArray, side: int) -> tuple[int, float]:
    widths = range(1, MOST_EDGE + 1)
    places = [np.arange(SLICES)[::side][:width] for width in widths]
    z = [
        (converted[p] - count[p] * expected[p]).sum() / np.sqrt(max((count[p] * expected[p] * (1 - expected[p])).sum(), 1e-9))
        for p in places
    ]
    best = int(np.argmax(np.abs(z)))
    return best + 1, float(z[best])


def _figures(count: FloatArray, converted: FloatArray, first: int, last: int) -> Edges:
    edge = np.zeros(SLICES, dtype=bool)
    edge[:first] = True
    edge[SLICES - last :] = True
    base = converted.sum() / count.sum()
    effect = np.where(count > 0, (converted - count * base) ** 2 / np.maximum(count, 1) / (base * (1 - base)), 0.0)
    place = np.arange(SLICES)
    parts = [place < first, ~edge, place >= SLICES - last]
    rates = [float(converted[part].sum() / max(count[part].sum(), 1)) for part in parts]
    return Edges(
        int(count[edge].sum()), rates[0] if first else rates[1], rates[1], rates[2] if last else rates[1],
        float(effect[edge].sum() / max(effect.sum(), 1e-9)), float(count[edge].sum() / count.sum()),
    )
