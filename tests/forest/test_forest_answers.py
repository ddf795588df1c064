"""The table of answers for one row is made only where it is small, and before anything large is."""

from __future__ import annotations

import tracemalloc

import numpy as np

from leadrank.forest import make_forest
from leadrank.forest.answers import tabled_answers


def many_tables(count, levels):
    """A forest of one tree, and so many tables that each ask a category of their own and say nothing."""
    return make_forest({
        "features": count, "numbers": 0, "number_feature": [], "border_start": [0], "borders": [], "nan_code": [],
        "term_start": np.arange(count + 1), "term_feature": np.arange(count), "term_size": np.full(count, levels),
        "term_border": np.full(count, np.nan), "term_nan": np.zeros(count, dtype=int), "table_start": levels * np.arange(count + 1),
        "table": np.zeros(levels * count, dtype=int), "split_start": [0, 1], "split_column": [0], "split_threshold": [0],
        "leaf_start": [0, 2], "leaves": [0.0, 1.0], "bias": 0.0, "player_start": [0, 0], "player_feature": [], "shap_start": [0, 0],
        "shap": [], "base": 0.0,
    })  # fmt: skip


def test_a_forged_forest_asks_for_no_more_memory_than_its_arrays():
    forest = many_tables(4_000, 1_024)
    tracemalloc.start()
    found = tabled_answers(forest)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found is None
    assert peak < 16 << 20


def test_a_category_has_a_row_for_each_level():
    found = tabled_answers(many_tables(3, 50))
    assert (found.start.tolist(), found.category.tolist(), found.category_size.tolist()) == ([0, 50, 100, 150], [0, 1, 2], [50] * 3)
    assert len(found.table) == 0
    assert found.rows.shape == (150, 128)
