"""The NumPy twin chooses the leaf that a walk over one row would choose, and adds in tree order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.forest import make_forest
from leadrank.forest.plain import BLOCK, contributions, margins

COLUMNS = 5
FEATURES = 4


def starts(lengths):
    return np.concatenate([[0], np.cumsum(lengths)]).astype(int)


def forest_of(depths, seed=0):
    """A forest of the given depths with random splits, leaves and SHAP values over table columns of one category each."""
    rng = np.random.default_rng(seed)
    players = [sorted(rng.choice(FEATURES, rng.integers(0, FEATURES + 1), replace=False).tolist()) for _ in depths]
    leaves, cells = [1 << d for d in depths], [len(p) << d for p, d in zip(players, depths, strict=True)]
    return make_forest({
        "features": FEATURES, "numbers": 0, "number_feature": [], "border_start": [0], "borders": [], "nan_code": [],
        "term_start": np.arange(COLUMNS + 1), "term_feature": [k % FEATURES for k in range(COLUMNS)], "term_size": [2] * COLUMNS,
        "term_border": [np.nan] * COLUMNS, "term_nan": [0] * COLUMNS, "table_start": 2 * np.arange(COLUMNS + 1), "table": [0, 1] * COLUMNS,
        "split_start": starts(depths), "split_column": rng.integers(0, COLUMNS, sum(depths)), "split_threshold": rng.integers(0, 256, sum(depths)),
        "leaf_start": starts(leaves), "leaves": rng.normal(size=sum(leaves)) * 10.0 ** rng.integers(-8, 8, sum(leaves)), "bias": float(rng.normal()),
        "player_start": starts([len(p) for p in players]), "player_feature": np.array([f for p in players for f in p], dtype=int),
        "shap_start": starts(cells), "shap": rng.normal(size=sum(cells)) * 10.0 ** rng.integers(-8, 8, sum(cells)), "base": 0.0,
    })  # fmt: skip


def walked(forest, codes):
    """One row, one tree after the other, dealt to four lanes in turn."""
    lanes, values = [0.0] * 4, [0.0] * forest.features
    for t in range(forest.trees):
        leaf = 0
        for bit, split in enumerate(range(forest.split_start[t], forest.split_start[t + 1])):
            leaf |= int(codes[forest.split_column[split]] > forest.split_threshold[split]) << bit
        lanes[t % 4] += float(forest.leaves[forest.leaf_start[t] + leaf])
        players = forest.player_feature[forest.player_start[t] : forest.player_start[t + 1]]
        for j, feature in enumerate(players):
            values[feature] += float(forest.shap[forest.shap_start[t] + leaf * len(players) + j])
    return forest.bias + ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])), values


@given(st.lists(st.integers(0, 7), max_size=12), st.integers(0, 2**20), st.integers(0, 6))
@settings(max_examples=100, deadline=None)
def test_margins_and_contributions_are_those_of_a_walk_bit_for_bit(depths, seed, rows):
    forest = forest_of(depths, seed)
    coded = np.random.default_rng(seed).integers(0, 256, (COLUMNS, rows)).astype(np.uint8)
    expected = [walked(forest, row) for row in coded.T]
    assert margins(forest, coded).tolist() == [margin for margin, _ in expected]
    assert contributions(forest, coded).tolist() == [values for _, values in expected]


@pytest.mark.parametrize("rows", [BLOCK - 1, BLOCK, 2 * BLOCK + 1])
def test_rows_do_not_depend_on_those_beside_them(rows):
    forest = forest_of([3, 0, 6, 2] * 10)
    coded = np.random.default_rng(1).integers(0, 256, (COLUMNS, rows)).astype(np.uint8)
    for evaluate in (margins, contributions):
        alone = np.concatenate([evaluate(forest, coded[:, [i]]) for i in range(rows)])
        assert np.array_equal(evaluate(forest, coded), alone)


def test_the_deepest_tree_is_read_to_its_last_leaf():
    forest = forest_of([16])
    all_above = np.full((COLUMNS, 1), 255, dtype=np.uint8)
    assert margins(forest, all_above)[0] == walked(forest, all_above[:, 0])[0]
    assert contributions(forest, all_above)[0].tolist() == walked(forest, all_above[:, 0])[1]


def test_a_forest_without_trees_knows_its_bias_only():
    forest = forest_of([])
    coded = np.zeros((COLUMNS, 3), dtype=np.uint8)
    assert margins(forest, coded).tolist() == [forest.bias] * 3
    assert contributions(forest, coded).tolist() == [[0.0] * FEATURES] * 3
