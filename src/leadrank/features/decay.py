"""Decayed counts: events whose weight halves every so many days, added up at the cutoff.

What an event adds is known as soon as the next row of its owner is reached, and decays from row to row as a whole; so each event is
weighed once, however many cutoffs its owner has.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from leadrank.features.asof import Seen, spread
from leadrank.features.tables import Codes
from leadrank.moments import DAY
from leadrank.types import FloatArray, IntArray


def decayed(kinds: Codes, half_lives: FloatArray, seen: Seen) -> FloatArray:
    """Return for each kind, a line each, the sum of 2^(-age / half-life) over the known events of each row.

    Parameters
    ----------
    kinds
        Code of each event's kind; those beyond the half-lives are not counted.
    half_lives
        In days, by code.
    seen
        What the rows may see.
    """
    number, rows = len(half_lives), len(seen.rows)
    begin, follows = _since_last_row(seen)
    places, row = spread(begin, seen.ends - begin)
    kind = kinds[places].astype(np.int64)
    kept = kind < number
    if not kept.all():
        places, row, kind = places[kept], row[kept], kind[kept]
    with np.errstate(under="ignore"):
        weight = np.exp2((seen.occurred[places] - seen.at[row]) / (half_lives[kind] * DAY))
        found = np.bincount(row * number + kind, weights=weight, minlength=rows * number).astype(np.float64).reshape(rows, number)
        _carry(found, half_lives, seen, follows)
    return found.T


def _since_last_row(seen: Seen) -> tuple[IntArray, IntArray]:
    """Return where each row's stretch goes beyond that of its owner's row before, and how many rows of its owner stand before it."""
    same = np.append(False, seen.owner[1:] == seen.owner[:-1])
    begin = np.where(same, np.append(0, seen.ends[:-1]), seen.starts)
    place = np.arange(len(same))
    return begin, place - np.maximum.accumulate(np.where(same, 0, place))


def _carry(found: FloatArray, half_lives: FloatArray, seen: Seen, follows: IntArray) -> None:
    """Add to each row what is left of its owner's row before."""
    order = np.argsort(follows, kind="stable")
    ends = np.cumsum(np.bincount(follows))
    for first, last in pairwise(ends):
        row = order[first:last]
        left = np.exp2((seen.at[row - 1] - seen.at[row])[:, None] / (half_lives * DAY))
        found[row] += found[row - 1] * left
