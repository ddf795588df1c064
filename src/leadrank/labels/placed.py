"""Where each row stands among the conversions of its lead, found for all rows at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.labels.conversions import Conversions
from leadrank.moments import NEVER
from leadrank.types import IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """For each row the places of its lead's conversions among all, each the first of its kind.

    `since`: the lead was there. `after`: the cutoff was over. `reach`: too late. `last`: those of the next lead.
    """

    conversions: Conversions
    since: IntArray
    after: IntArray
    reach: IntArray
    last: IntArray

    def first_after(self) -> IntArray:
        """Return when each row's lead first converted after the cutoff, however late."""
        occurred = np.append(self.conversions.occurred, NEVER)
        return np.where(self.after < self.last, occurred[np.minimum(self.after, len(occurred) - 1)], NEVER)

    def known(self) -> IntArray:
        """Return when it was first known that the lead had converted within the horizon."""
        return smallest_between(self.conversions.known, self.after, self.reach)

    def gone(self) -> IntArray:
        """Return when it was first known that the lead had converted between its creation and the cutoff."""
        return smallest_between(self.conversions.known, self.since, self.after)


def place(conversions: Conversions, lead: IntArray, *, born: IntArray, at: IntArray, within: int | None) -> Placed:
    """Find the conversions of each row's lead before its cutoff, after it, and within the horizon.

    Parameters
    ----------
    conversions
        Sorted by lead and moment.
    lead, born, at
        Row number of each row's lead, from when its conversions are its own, and its cutoff.
    within
        The horizon in microseconds; None is open.
    """
    moments = np.unique(conversions.occurred)
    # One whole number tells lead and moment, so that one binary search over all conversions finds both.
    base = len(moments) + 1
    keys = conversions.lead * base + np.searchsorted(moments, conversions.occurred)

    def at_or_after(moment: IntArray, side: str) -> IntArray:
        rank: IntArray = np.searchsorted(moments, moment, side=side)  # type: ignore[call-overload]
        return np.searchsorted(keys, lead * base + rank)

    after, last = at_or_after(at, "right"), np.searchsorted(keys, (lead + 1) * base)
    reach = last if within is None else at_or_after(at + within, "right")
    return Placed(conversions, np.minimum(at_or_after(born, "left"), after), after, reach, last)


def smallest_between(values: IntArray, start: IntArray, stop: IntArray) -> IntArray:
    """Return the smallest value of each stretch from `start` to before `stop`; `NEVER` where it is empty.

    A sparse table (Bender & Farach-Colton 2000): two stretches whose lengths are powers of two cover any other.

    Examples
    --------
    >>> smallest_between(np.array([5, 2, 9, 4]), np.array([0, 2, 3]), np.array([2, 4, 3])).tolist() == [2, 4, NEVER]
    True
    """
    found = np.full(len(start), NEVER)
    length, level, width = stop - start, np.append(values, NEVER), 1
    while (wider := length >= width).any():
        chosen = wider & (length < 2 * width)
        found[chosen] = np.minimum(level[start[chosen]], level[stop[chosen] - width])
        level, width = np.minimum(level, np.append(level[width:], np.full(min(width, len(level)), NEVER))), 2 * width
    return found
