"""Splits: twins together, no row judged by a model that saw it, the future never seen."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.models.split import forward_folds, random_folds

tables = st.integers(0, 2**32 - 1).flatmap(
    lambda seed: st.tuples(st.just(seed), st.integers(2, 120), st.integers(2, 8), st.integers(1, 40)))


def table(seed, rows, groups):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 2, rows), rng.integers(0, groups, rows), np.where(rng.random(rows) < 0.1, np.nan, rng.integers(0, 9, rows))


@given(tables)
@settings(max_examples=80, deadline=None)
def test_random_folds_judge_every_row_once_and_keep_groups_together(case):
    seed, rows, folds, groups = case
    y, group, _ = table(seed, rows, groups)
    dealt = random_folds(y, group, folds, seed)
    if dealt:
        assert sorted(np.concatenate([f.test for f in dealt]).tolist()) == list(range(rows))
    for fold in dealt:
        assert not set(group[fold.train]) & set(group[fold.test])
        assert len(fold.train) + len(fold.test) == rows


def test_random_folds_hold_equal_shares_of_each_class():
    y = (np.random.default_rng(0).random(1000) < 0.1).astype(np.int64)
    counts = [int(y[f.test].sum()) for f in random_folds(y, np.arange(1000), 5, 0)]
    assert max(counts) - min(counts) <= 1


def test_another_seed_deals_other_folds():
    y, rows = np.arange(40) % 2, np.arange(40)
    first, second = random_folds(y, rows, 4, 0), random_folds(y, rows, 4, 1)
    assert not np.array_equal(first[0].test, second[0].test)
    assert np.array_equal(first[0].test, random_folds(y, rows, 4, 0)[0].test)


@given(tables)
@settings(max_examples=80, deadline=None)
def test_forward_folds_learn_from_the_past_alone(case):
    seed, rows, folds, groups = case
    y, group, order = table(seed, rows, groups)
    known = np.where(np.isnan(order), -np.inf, order)
    seen: list[int] = []
    for fold in forward_folds(y, order, group, folds):
        assert known[fold.train].max() <= known[fold.test].min()
        assert not set(group[fold.train]) & set(group[fold.test])
        assert len(np.unique(y[fold.train])) == 2
        seen += fold.test.tolist()
    assert len(seen) == len(set(seen)) <= rows - rows // 2


def test_changing_later_rows_changes_no_earlier_fold():
    y, order = np.arange(60) % 2, np.arange(60.0)
    before = forward_folds(y, order, np.arange(60), 3)
    y[50:] = 0
    after = forward_folds(y, order, np.arange(60), 3)
    assert np.array_equal(before[0].train, after[0].train)
    assert np.array_equal(before[1].test, after[1].test)
