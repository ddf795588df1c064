from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from leadrank.data.leaks.levels import as_numbers, auc_error, deal_folds, out_of_fold_rates, rank_auc, to_levels


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=60).filter(lambda rows: len({row[0] for row in rows}) == 2))
@settings(max_examples=50, deadline=None)
def test_auc_agrees_with_scikit_learn_also_with_ties(rows: list[tuple[bool, int]]) -> None:
    y, scores = np.array([row[0] for row in rows]), np.array([float(row[1]) for row in rows])
    assert rank_auc(y, scores) == pytest.approx(roc_auc_score(y, scores))


def test_auc_of_one_class_is_a_half() -> None:
    assert rank_auc(np.ones(3, dtype=bool), np.arange(3.0)) == 0.5


def test_auc_error_shrinks_with_rows_and_vanishes_at_one() -> None:
    assert auc_error(0.8, 100, 100) < auc_error(0.8, 10, 10)
    assert auc_error(1.0, 10, 10) == 0.0


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6), st.just(0.0)), min_size=1, max_size=200))
@settings(max_examples=50, deadline=None)
def test_a_number_has_a_level_for_every_row_and_blank_is_zero(values: list[float | None]) -> None:
    levels = to_levels(pl.Series(values, dtype=pl.Float64))
    assert levels.codes.min() >= 0
    assert levels.codes.max() < len(levels.labels)
    assert levels.blank.tolist() == [value is None for value in values]


def test_a_frequent_value_of_a_number_is_a_level_of_its_own() -> None:
    levels = to_levels(pl.Series([0.0] * 50 + [k + 0.5 for k in range(450)]))
    assert len(set(levels.codes[:50].tolist())) == 1
    assert not np.isin(levels.codes[50:], levels.codes[:1]).any()


def test_dates_count_in_days() -> None:
    assert as_numbers(pl.Series([datetime.fromisoformat("1970-01-02T12:00"), None])).tolist()[0] == 1.5


def test_groups_share_a_fold() -> None:
    groups = np.repeat(np.arange(30), 3)
    fold = deal_folds(np.tile([0, 1, 0], 30), groups, 3, seed=1)
    assert all(len(set(fold[groups == g].tolist())) == 1 for g in range(30))


def test_unique_values_tell_nothing_out_of_fold() -> None:
    y = np.random.default_rng(0).random(300) < 0.4
    levels = to_levels(pl.Series([f"id {k}" for k in range(300)]))
    fold = deal_folds(y.astype(np.int64), np.arange(300), 3, 0)
    assert abs(rank_auc(y, out_of_fold_rates(levels, y, fold)) - 0.5) < 0.05
