"""Which rows of two tables have the same key."""

from __future__ import annotations

import numpy as np

from leadrank.frames import pl
from leadrank.types import IntArray


def match(ours: pl.DataFrame, theirs: pl.DataFrame) -> tuple[IntArray, IntArray]:
    """Give the different keys of one table numbers, and find them in another; the columns answer to each other by place.

    Returns
    -------
    tuple
        The number of each row of `ours` and of `theirs`; -1 where a key is blank or not among ours.

    Examples
    --------
    >>> match(pl.DataFrame({"id": ["a", "b", "a"]}), pl.DataFrame({"lead": ["b", "c", None]}))
    (array([0, 1, 0]), array([ 1, -1, -1]))
    """
    own, other = _matched(ours.to_series(0), theirs.to_series(0))
    for k in range(1, ours.width):
        more, others = _matched(ours.to_series(k), theirs.to_series(k))
        size = int(more.max(initial=0)) + 1
        pairs = np.where((own >= 0) & (more >= 0), own * size + more, -1)
        different = np.unique(pairs[pairs >= 0])
        own, other = (_places(different, p) for p in (pairs, np.where((other >= 0) & (others >= 0), other * size + others, -1)))
    return own, other


def _matched(ours: pl.Series, theirs: pl.Series) -> tuple[IntArray, IntArray]:
    keys = as_key(ours).drop_nulls().unique(maintain_order=True)
    numbers = [as_key(column).cast(pl.Enum(keys), strict=False).to_physical().cast(pl.Int64).fill_null(-1).to_numpy() for column in (ours, theirs)]
    return numbers[0], numbers[1]


def _places(different: IntArray, pairs: IntArray) -> IntArray:
    if not len(different):
        return np.full(len(pairs), -1)
    place = np.minimum(np.searchsorted(different, pairs), len(different) - 1)
    return np.where(different[place] == pairs, place, -1)


def as_key(column: pl.Series) -> pl.Series:
    """Return a column as texts that can be matched."""
    return column if column.dtype == pl.String else column.cast(pl.String)
