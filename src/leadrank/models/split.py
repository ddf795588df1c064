"""Which rows are learned from and which are judged, fold by fold."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from leadrank.types import FloatArray, IntArray

FORWARD_FROM = 0.5
"""The first forward block begins after this share of the rows."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Row numbers to learn from and to judge on."""

    train: IntArray
    test: IntArray


def random_folds(y: IntArray, groups: IntArray, folds: int, seed: int) -> tuple[Fold, ...]:
    """Deal whole groups into folds, class by class, so that exact duplicates are never on both sides.

    Parameters
    ----------
    y
        Outcomes, shape (rows,).
    groups
        Rows with the same number stay together.
    folds
        How many.
    seed
        For the shuffle.

    Examples
    --------
    >>> folds = random_folds(np.array([0, 1] * 10), np.arange(20), 5, seed=0)
    >>> sorted(np.concatenate([f.test for f in folds])) == list(range(20))
    True
    """
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(len(first))
    by_class = shuffled[np.argsort(y[first][shuffled], kind="stable")]
    number = np.empty(len(first), dtype=np.int64)
    number[by_class] = np.arange(len(first)) % folds
    fold = number[group]
    rows = np.arange(len(y))
    return tuple(Fold(rows[fold != k], rows[fold == k]) for k in range(folds) if (fold == k).any() and (fold != k).any())


def forward_folds(y: IntArray, order: FloatArray, groups: IntArray, folds: int, known: FloatArray | None = None) -> tuple[Fold, ...]:
    """Learn from the past, judge on the next block, step by step through the newer half.

    A block whose past has only one class is left out; rows without an order count as oldest.

    Parameters
    ----------
    y
        Outcomes, shape (rows,).
    order
        Rises with time.
    groups
        Rows with the same number never stand on both sides.
    folds
        How many blocks.
    known
        From when each outcome was final, on the scale of `order`. A block is then learned for from what was final when it began, as it would have
        been. The cutoffs of one lead should not be grouped then: none of the earlier outcomes reaches into the block, and to leave them out would
        leave out the leads that never convert, which have cutoffs in every block.

    Examples
    --------
    >>> time = np.arange(8.0)
    >>> forward_folds(np.array([0, 1] * 4), time, np.arange(8), 2, known=time + 2)[1].train.tolist()
    [0, 1, 2, 3, 4]
    """
    ranked = np.argsort(np.where(np.isnan(order), -np.inf, order), kind="stable")
    start = int(len(ranked) * FORWARD_FROM)
    edges = np.linspace(start, len(ranked), folds + 1).astype(int)
    found = []
    for low, high in pairwise(edges):
        test, past = ranked[low:high], ranked[:low]
        past = past if known is None else past[known[past] <= order[test].min()]
        train = past[~np.isin(groups[past], groups[test])]
        if len(test) and np.unique(y[train]).size > 1:
            found.append(Fold(np.sort(train), test))
    return tuple(found)
