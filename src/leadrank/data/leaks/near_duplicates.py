"""Rows so alike that chance cannot explain it: the same customer under two ids, one in training, one in the test."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from leadrank.data.leaks.levels import PLAIN, to_levels
from leadrank.frames import pl
from leadrank.types import BoolArray, FloatArray, IntArray

MOST_COLUMNS = 40
"""Only the most telling columns are compared."""
KEY_COLUMNS = 6
"""Rows are compared when they agree on two of this many most telling columns."""
MOST_ALIKE = 8
"""A pair of values shared by more rows than this is no trace of one customer."""
SPARE_BITS = 10.0
"""Agreement beyond what the number of pairs makes likely by chance: one false pair in about a thousand tables."""
SAME_CELLS = 0.75
"""Share of the cells filled in either row that must be equal."""
ROUND = 200_000
"""Pairs compared at once."""


@dataclass(frozen=True, slots=True)
class _Cells:
    """Exact values as numbers (0 = blank) and the bits that agreement on each cell is worth, both (rows, columns)."""

    codes: IntArray
    bits: FloatArray


def near_duplicates(frame: pl.DataFrame, groups: IntArray | None = None) -> IntArray:
    """Find pairs of rows that agree in most cells, rare values included.

    Agreement on a value held by a share q of the rows is worth −log2 q bits (Fellegi and Sunter 1969), less what another column
    already tells; blank cells are worth nothing. A pair counts when its bits exceed 2 log2(rows) + 10 and three quarters of its
    filled cells are equal. Tables without rare values cannot identify anybody, so nothing is found in them.

    Parameters
    ----------
    frame
        Clean columns.
    groups
        Pairs within one group (exact duplicates) are known already and left out.

    Returns
    -------
    Row numbers of the pairs, shape (pairs, 2).
    """
    cells = _cells(frame)
    needed = 2 * np.log2(max(frame.height, 2)) + SPARE_BITS
    if cells.codes.shape[1] < 3 or cells.bits.max(axis=0).sum() < needed:
        return np.empty((0, 2), dtype=np.int64)
    pairs = _candidates(cells, frame.height)
    if groups is not None:
        pairs = pairs[groups[pairs[:, 0]] != groups[pairs[:, 1]]]
    parts = [part[_alike(cells, part, needed)] for part in np.array_split(pairs, len(pairs) // ROUND + 1)]
    return np.concatenate(parts)


def merge_groups(groups: IntArray, pairs: IntArray) -> IntArray:
    """Give rows that are linked by a pair, directly or through others, one group number.

    Examples
    --------
    >>> merge_groups(np.array([0, 1, 2, 3]), np.array([[0, 2], [2, 3]])).tolist()
    [0, 1, 0, 0]
    """
    leader: dict[int, int] = {}

    def find(group: int) -> int:
        while leader.get(group, group) != group:
            group = leader[group]
        return group

    for a, b in pairs.tolist():
        low, high = sorted((find(int(groups[a])), find(int(groups[b]))))
        leader[high] = low
    found = {group: find(group) for group in leader}
    return np.array([found.get(group, group) for group in groups.tolist()], dtype=np.int64)


def _cells(frame: pl.DataFrame) -> _Cells:
    exact = [_exact(column) for column in frame.get_columns()]
    entropy = np.array([_entropy(np.unique(code, return_counts=True)[1]) for code in exact])
    chosen = [int(k) for k in np.argsort(-entropy, kind="stable")[:MOST_COLUMNS] if entropy[k] > 0]
    coarse = [to_levels(frame.to_series(k)).codes for k in chosen]
    codes, bits = [], []
    for place, k in enumerate(chosen):
        worth = 1 - max((_told(coarse[place], coarse[other]) for other in range(place)), default=0.0)
        _, member, count = np.unique(exact[k], return_inverse=True, return_counts=True)
        codes.append(exact[k])
        bits.append(np.where(exact[k] > 0, -np.log2(count / frame.height)[member] * worth, 0.0))
    if not codes:
        return _Cells(np.empty((frame.height, 0), dtype=np.int64), np.empty((frame.height, 0)))
    return _Cells(np.column_stack(codes), np.column_stack(bits))


def _exact(column: pl.Series) -> IntArray:
    return np.asarray(column.alias(PLAIN).rank("dense").fill_null(0).to_numpy(), dtype=np.int64)


def _entropy(count: IntArray) -> float:
    share = count / count.sum()
    return float(-(share * np.log2(share)).sum())


def _told(codes: IntArray, other: IntArray) -> float:
    """Return the share of a column's entropy that another column tells, less what chance would show (Miller 1955)."""
    _, joint = np.unique(codes * (int(other.max()) + 1) + other, return_counts=True)
    own, others = np.bincount(codes), np.bincount(other)
    own, others = own[own > 0], others[others > 0]
    chance = (len(own) - 1) * (len(others) - 1) / (2 * np.log(2) * len(codes))
    told = _entropy(own) + _entropy(others) - _entropy(joint) - chance
    return float(np.clip(told / max(_entropy(own), 1e-9), 0.0, 1.0))


def _candidates(cells: _Cells, rows: int) -> IntArray:
    telling = np.argsort(-cells.bits.mean(axis=0), kind="stable")[:KEY_COLUMNS]
    found = []
    for a, b in combinations(telling.tolist(), 2):
        usable = np.flatnonzero((cells.codes[:, a] > 0) & (cells.codes[:, b] > 0))
        key = cells.codes[usable, a] * (rows + 1) + cells.codes[usable, b]
        found.append(_pairs_within(usable, key))
    pairs = np.concatenate(found)
    return np.unique(pairs, axis=0) if len(pairs) else pairs.reshape(0, 2)


def _pairs_within(rows: IntArray, key: IntArray) -> IntArray:
    """Return all pairs of rows with the same key, for keys of 2 to 8 rows; the smaller row number first."""
    order = np.argsort(key, kind="stable")
    rows, key = rows[order], key[order]
    _, member, count = np.unique(key, return_inverse=True, return_counts=True)
    small = (count <= MOST_ALIKE)[member]
    pairs = []
    for apart in range(1, MOST_ALIKE):
        same = (key[apart:] == key[:-apart]) & small[apart:]
        pairs.append(np.column_stack([rows[:-apart][same], rows[apart:][same]]))
    return np.concatenate(pairs) if pairs else np.empty((0, 2), dtype=np.int64)


def _alike(cells: _Cells, pairs: IntArray, needed: float) -> BoolArray:
    a, b = cells.codes[pairs[:, 0]], cells.codes[pairs[:, 1]]
    same = (a == b) & (a > 0)
    filled = (a > 0) | (b > 0)
    bits = (cells.bits[pairs[:, 0]] * same).sum(axis=1)
    return np.asarray((bits >= needed) & (same.sum(axis=1) >= SAME_CELLS * filled.sum(axis=1)))
