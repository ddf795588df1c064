"""Counts, sums, means, different values, recency and trend of events in windows that end at the cutoff.

A window of w days holds the events that happened after `at - w` and not after `at`. Counts are differences of whole numbers, so they are
exact; sums are added up anew for each row from the parts between window borders, so nothing large is subtracted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadrank.features.asof import COPIED, Seen, in_portions, spread
from leadrank.features.tables import Codes
from leadrank.moments import DAY, days_of
from leadrank.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Borders:
    """Where windows begin for each row, the longest first; `places[0]` is where all that was known begins, `places[-1]` where it ends.

    `length[w]` is the line of a window of w days in `places`, `twice[w]` that of one of 2 w days.
    """

    places: IntArray
    length: dict[float, int]
    twice: dict[float, int]


def borders_of(seen: Seen, windows: Sequence[float]) -> Borders:
    """Find where the windows of each row begin, and those before them."""
    spans = sorted({round(w * DAY) for w in windows} | {2 * round(w * DAY) for w in windows}, reverse=True)
    places = np.stack([seen.starts, *(seen.since(seen.at - span) for span in spans), seen.ends])
    line = {span: k + 1 for k, span in enumerate(spans)}
    return Borders(places, {w: line[round(w * DAY)] for w in windows}, {w: line[2 * round(w * DAY)] for w in windows})


def counted(marked: BoolArray, borders: Borders) -> FloatArray:
    """Count the marked events from each border to the cutoff; a line for each border, the last is zero."""
    before = np.zeros(len(marked) + 1, dtype=np.int32)
    np.cumsum(marked, dtype=np.int32, out=before[1:])
    found = before[borders.places]
    numbers: FloatArray = (found[-1] - found).astype(np.float64)
    return numbers


def lengths(borders: Borders) -> FloatArray:
    """Count all events from each border to the cutoff."""
    numbers: FloatArray = (borders.places[-1] - borders.places).astype(np.float64)
    return numbers


def summed(values: FloatArray, borders: Borders) -> FloatArray:
    """Add up values from each border to the cutoff; a line for each border, the last is zero."""
    places = borders.places.T
    flat = np.ascontiguousarray(places).ravel()
    with np.errstate(over="ignore", invalid="ignore"):
        parts = np.add.reduceat(np.append(values, 0.0), flat).reshape(places.shape)
        parts[:, -1] = 0.0
        parts[:, :-1][places[:, :-1] == places[:, 1:]] = 0.0  # where a part is empty, reduceat gives the next value
        return np.cumsum(parts.T[::-1], axis=0)[::-1]


def totals(values: FloatArray, seen: Seen) -> FloatArray:
    """Add up values over all that each row may see."""
    borders = np.stack((seen.starts, seen.ends), axis=1).ravel()
    with np.errstate(over="ignore"):
        sums: FloatArray = np.add.reduceat(np.append(values, 0.0), borders)[::2]
    return np.where(seen.ends > seen.starts, sums, 0.0)


def trend(from_border: FloatArray, borders: Borders, window: float) -> FloatArray:
    """Return the last window less the one before it."""
    last = from_border[borders.length[window]]
    difference: FloatArray = last - (from_border[borders.twice[window]] - last)
    return difference


def divided(numbers: FloatArray, by: FloatArray) -> FloatArray:
    """Divide; nan where there is nothing to divide by."""
    result = np.full(numbers.shape, np.nan)
    np.divide(numbers, by, out=result, where=by > 0)
    return result


def recency(marked: BoolArray | None, seen: Seen) -> FloatArray:
    """Return the days from the last marked event to the cutoff, nan where there is none. None marks all."""
    last, some = last_of(marked, seen)
    days = np.full(len(seen.rows), np.nan)
    days[some] = days_of(seen.at[some] - seen.occurred[last[some]])
    return days


def last_of(marked: BoolArray | None, seen: Seen) -> tuple[IntArray, BoolArray]:
    """Return the place of each row's last marked event, and where there is one."""
    if marked is None:
        return seen.ends - 1, seen.ends > seen.starts
    places = np.append(np.flatnonzero(marked), len(marked))
    number = np.searchsorted(places, seen.ends)
    last = places[np.maximum(number - 1, 0)]
    return last, (number > 0) & (last >= seen.starts) & (last < seen.ends)


def different(codes: Codes, blank: int, seen: Seen, borders: Borders) -> FloatArray:
    """Count the different values, other than `blank`, from each border to the cutoff.

    The last of several events with one value stands for it: it lies in a window when any of them does.
    """
    follower = _next_same(codes, seen)
    told = codes != blank
    found = np.zeros(borders.places.shape)
    for chosen in in_portions(seen.ends - seen.starts, COPIED):
        starts, ends = seen.starts[chosen], seen.ends[chosen]
        places, row = spread(starts, ends - starts)
        last = told[places] & (follower[places] >= ends[row])
        begin = np.cumsum(ends - starts) - (ends - starts)
        before = np.zeros(len(places) + 1, dtype=np.int32)
        np.cumsum(last, dtype=np.int32, out=before[1:])
        inside = before[borders.places[:, chosen] + (begin - starts)]
        found[:, chosen] = inside[-1] - inside
    return found


def _next_same(codes: Codes, seen: Seen) -> IntArray:
    """Return the place of each event's next one with the same owner and value; the number of events where there is none."""
    count = len(codes)
    order = _by_owner_and_value(codes, _stretch_numbers(seen, count))
    follower = np.full(count, count)
    follower[order[0][:-1][order[1]]] = order[0][1:][order[1]]
    return follower


def _stretch_numbers(seen: Seen, count: int) -> IntArray:
    """Give the events numbers, the same to those of one owner."""
    begins = np.zeros(count + 1, dtype=np.int64)
    begins[seen.starts] = 1
    return np.cumsum(begins[:-1])


def _by_owner_and_value(codes: Codes, stretch: IntArray) -> tuple[IntArray, BoolArray]:
    """Return the order by stretch, value and place, and which of it have the stretch and value of the one after."""
    count = len(codes)
    bits, low = int(codes.max(initial=0)).bit_length(), count.bit_length()
    if int(stretch.max(initial=0)).bit_length() + bits + low <= 63:
        key = (stretch << bits | codes.astype(np.int64)) << low | np.arange(count)
        key.sort()  # the place is part of the number, so nothing else need be moved
        pair = key >> low
        return key & ((1 << low) - 1), pair[1:] == pair[:-1]
    order = np.lexsort((codes, stretch))
    return order, (np.diff(stretch[order]) == 0) & (codes[order][1:] == codes[order][:-1])
