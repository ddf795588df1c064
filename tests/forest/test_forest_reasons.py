"""The SHAP values of a leaf are those of the definition: all orders in which its answers may become known, averaged."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.forest.reasons import Questioned, explain_trees


def expected(tree, row, known, level=None, nodes=None):
    """What the tree expects of a row when only `known` groups are: a walk from the root, the highest level, both ways where it is not known."""
    level = len(tree.groups) if level is None else level
    nodes = np.arange(len(tree.leaves)) if nodes is None else nodes
    if level == 0:
        return tree.leaves[nodes[0]]
    sides = [nodes[(nodes >> (level - 1)) & 1 == side] for side in (0, 1)]
    if tree.groups[level - 1] in known:
        return expected(tree, row, known, level - 1, sides[(row >> (level - 1)) & 1])
    weights = np.array([tree.weights[side].sum() for side in sides])
    if not weights.sum():
        return 0.0
    return sum(w * expected(tree, row, known, level - 1, side) for w, side in zip(weights / weights.sum(), sides, strict=True) if w)


def by_definition(tree, row):
    groups = sorted(set(tree.groups))
    orders = list(permutations(groups))
    values = dict.fromkeys(groups, 0.0)
    for order in orders:
        for k, group in enumerate(order):
            values[group] += (expected(tree, row, set(order[: k + 1])) - expected(tree, row, set(order[:k]))) / len(orders)
    return values


def tree_of(groups, seed, empty=0.0):
    rng = np.random.default_rng(seed)
    weights = rng.exponential(size=1 << len(groups)) * (rng.random(1 << len(groups)) >= empty)
    return Questioned(rng.normal(size=len(weights)) * (weights > 0), weights, tuple(groups))


@given(st.lists(st.sampled_from([(0,), (1,), (2,), (0, 1), (0, 1, 2)]), max_size=5), st.integers(0, 1000), st.sampled_from([0.0, 0.4]))
@settings(max_examples=60, deadline=None)
def test_every_leaf_has_the_values_of_the_definition(groups, seed, empty):
    tree = tree_of(groups, seed, empty)
    told = explain_trees([tree])[0]
    for leaf in range(len(tree.leaves)):
        values = dict.fromkeys(told.players, 0.0)
        for group, value in by_definition(tree, leaf).items():
            for feature in group:
                values[feature] += value / len(group)
        assert told.table[leaf] == pytest.approx([values[f] for f in told.players], abs=1e-12)
        assert told.table[leaf].sum() + told.expected == pytest.approx(tree.leaves[leaf], abs=1e-12)


def test_what_is_expected_is_the_weighted_mean():
    tree = tree_of([(0,), (1,)], 3)
    assert explain_trees([tree])[0].expected == pytest.approx(np.average(tree.leaves, weights=tree.weights))


def test_trees_of_different_shapes_keep_their_order():
    trees = [tree_of([(k % 3,)] * (k % 4) + [(4, 5)] * (k % 2), k) for k in range(20)]
    for tree, told in zip(trees, explain_trees(trees), strict=True):
        alone = explain_trees([tree])[0]
        assert told.players == alone.players
        assert np.array_equal(told.table, alone.table)


def test_a_tree_without_questions_has_no_reasons():
    told = explain_trees([Questioned(np.array([0.7]), np.array([9.0]), ())])[0]
    assert told.players == ()
    assert told.table.shape == (1, 0)
    assert told.expected == 0.7


def test_a_tree_that_would_take_too_long_is_refused():
    groups = [(k,) for k in range(12)]
    with pytest.raises(ValueError, match="12 questions about 12 things"):
        explain_trees([tree_of(groups, 0)])
