"""Exact reasons of symmetric trees: the path-dependent SHAP values of every leaf, as tables.

In a symmetric tree all rows of a leaf give the same answers, so they share their SHAP values: the whole of TreeSHAP (Lundberg et al. 2020,
"From local explanations to global understanding with explainable AI for trees", Nature Machine Intelligence 2) is one table per tree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from leadrank.forest.arrays import Float64Array, Int64Array

LARGEST_TREE = 1 << 22
"""No tree may have more leaves times sets of questioners."""
AT_A_TIME = 1 << 20


@dataclass(frozen=True, slots=True)
class Questioned:
    """A tree for the sake of its reasons.

    Attributes
    ----------
    leaves, weights
        The value and the training weight of each leaf.
    groups
        For each level (lowest bit of the leaf number first) the features that its question looks at. The tree's root is the last level.
    """

    leaves: Float64Array
    weights: Float64Array
    groups: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """The features that a tree asks about, their SHAP values (leaves × players), and the value expected of the tree."""

    players: tuple[int, ...]
    table: Float64Array
    expected: float


def explain_trees(trees: Sequence[Questioned]) -> list[Explained]:
    """Return each tree's table of exact SHAP values.

    The features of a question play as one, and share its value equally, as in CatBoost's ShapValues.

    Raises
    ------
    ValueError
        A tree is so deep that the exact values would take too long.

    Examples
    --------
    One question about feature 3, answered "no" by three rows in four:

    >>> tree = Questioned(np.array([0.0, 1.0]), np.array([3.0, 1.0]), ((3,),))
    >>> explain_trees([tree])[0]
    Explained(players=(3,), table=array([[-0.25],
           [ 0.75]]), expected=0.25)
    """
    sizes = [(len(tree.groups), len(set(tree.groups))) for tree in trees]
    found: dict[int, Explained] = {}
    for depth, count in sorted(set(sizes)):
        cost = 1 << (depth + count)
        if cost > LARGEST_TREE:
            raise ValueError(f"Exact reasons for a tree with {depth} questions about {count} things would take too long.")
        alike = [t for t, size in enumerate(sizes) if size == (depth, count)]
        step = max(1, AT_A_TIME // cost)
        for start in range(0, len(alike), step):
            some = alike[start : start + step]
            found.update(zip(some, _explain_alike([trees[t] for t in some]), strict=True))
    return [found[t] for t in range(len(trees))]


def _explain_alike(trees: Sequence[Questioned]) -> list[Explained]:
    groups = [sorted(set(tree.groups)) for tree in trees]
    level = np.array([[mine.index(g) for g in tree.groups] for mine, tree in zip(groups, trees, strict=True)], dtype=np.int64)
    leaves, weights = np.stack([tree.leaves for tree in trees]), np.stack([tree.weights for tree in trees])
    given = _given_sets(leaves, weights, level.reshape(len(trees), -1), len(groups[0]))
    values = np.einsum("ms,tsl->tlm", _shapley(len(groups[0])), given)
    return [_shared(mine, value, float(sets[0, 0])) for mine, value, sets in zip(groups, values, given, strict=True)]


def _given_sets(leaves: Float64Array, weights: Float64Array, level: Int64Array, count: int) -> Float64Array:
    """Return what each tree expects of each leaf's rows when only the answers of a set of groups are known: trees × sets × leaves.

    From the lowest level up, an unknown answer is averaged with the training weights of the node's two sides. Before a level is done, its bit
    and the higher ones number a node of the path walked; the lower bits are the row's own answers.
    """
    trees, size = leaves.shape
    given: Float64Array = np.repeat(leaves[:, None, :], 1 << count, axis=1)
    sides = weights
    for bit in range(level.shape[1]):
        low = 1 << bit
        pairs = sides.reshape(trees, -1, 2)
        sides = pairs.sum(axis=2)
        share = np.divide(pairs, sides[:, :, None], out=np.zeros_like(pairs), where=sides[:, :, None] > 0)
        nodes = given.reshape(trees, 1 << count, size // (2 * low), 2, low)
        mean = (nodes * share[:, None, :, :, None]).sum(axis=3, keepdims=True)
        known = (np.arange(1 << count) >> level[:, bit, None]) & 1
        given = np.where(known[:, :, None, None, None] == 1, nodes, mean).reshape(trees, 1 << count, size)
    return given


@cache
def _shapley(count: int) -> Float64Array:
    """Return the matrix (players × sets) that turns the worth of each set into Shapley values."""
    matrix = np.zeros((count, 1 << count))
    for known in range(1 << count):
        others = known.bit_count()
        for player in range(count):
            if known >> player & 1:
                matrix[player, known] = math.factorial(others - 1) * math.factorial(count - others) / math.factorial(count)
            else:
                matrix[player, known] = -math.factorial(others) * math.factorial(count - others - 1) / math.factorial(count)
    return matrix


def _shared(groups: Sequence[tuple[int, ...]], values: Float64Array, expected: float) -> Explained:
    players = tuple(sorted({feature for group in groups for feature in group}))
    table = np.zeros((len(values), len(players)))
    for k, group in enumerate(groups):
        for feature in group:
            table[:, players.index(feature)] += values[:, k] / len(group)
    return Explained(players, table, expected)
