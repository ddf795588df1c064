"""The exported forest gives CatBoost's own margins and ShapValues, whatever the features, and says when it cannot."""

from __future__ import annotations

import catboost
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.forest import NotExportableError, code_columns, export_forest, forest_from_parts, forest_to_parts, make_forest, probing
from leadrank.forest.export import edge_rows
from leadrank.forest.plain import contributions, margins
from leadrank.forest.probing import just_above, probe_pool
from leadrank.forest.trained import read_trained

UNSEEN = 1


def rows_of(seed, rows, numbers, sizes, missing=0.1):
    """Numbers with blanks, the last whole and without; codes that leave out the unseen one; an outcome with interactions."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, numbers)).astype(np.float32)
    X[rng.random(X.shape) < missing] = np.nan
    X[:, -1:] = np.round(2 * np.nan_to_num(X[:, -1:]))
    codes = np.array([rng.integers(0, size, rows) for size in sizes], dtype=np.int32).reshape(len(sizes), rows).T.copy()
    codes[codes == UNSEEN] = 0
    signal = np.nan_to_num(X) @ rng.normal(size=numbers) + sum((rng.normal(size=s)[codes[:, j]] for j, s in enumerate(sizes)), np.zeros(rows))
    if len(sizes) > 1:
        signal += 2 * rng.normal(size=sizes[:2])[codes[:, 0], codes[:, 1]]
    if numbers and sizes:
        signal += np.nan_to_num(X[:, 0]) * rng.normal(size=sizes[-1])[codes[:, -1]]
    return X, codes, (signal + rng.logistic(size=rows) > np.median(signal)).astype(np.int64)


def fitted(X, codes, y, seed=0, **options):
    settings_ = {"loss_function": "Logloss", "iterations": 30, "learning_rate": 0.2, "thread_count": 1, "logging_level": "Silent", **options}
    return catboost.CatBoost({**settings_, "allow_writing_files": False, "random_seed": seed}).fit(probe_pool(X, codes, y))


def new_rows(seed, rows, X, sizes):
    """Rows that training never saw: every code, many blanks, huge numbers, and numbers exactly at values seen."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(rows, X.shape[1])).astype(np.float32) * 3
    if numbers.size:
        numbers[: rows // 2] = X[rng.integers(0, len(X), rows // 2)]
        numbers[rng.random(numbers.shape) < 0.2] = np.nan
        numbers[:3] = np.array([np.inf, -np.inf, 3e38], dtype=np.float32)[:, None]
    return numbers, np.array([rng.integers(0, size, rows) for size in sizes], dtype=np.int32).reshape(len(sizes), rows).T.copy()


def assert_equal_to_catboost(models, X, sizes):
    forest = export_forest(models, X.shape[1], sizes)
    numbers, codes = new_rows(5, 400, X, sizes)
    rows = probe_pool(numbers, codes)
    coded = code_columns(forest, numbers.astype(np.float64), codes)
    theirs = np.mean([m.predict(rows, prediction_type="RawFormulaVal", thread_count=1) for m in models], axis=0)
    reasons = np.mean([m.get_feature_importance(data=rows, type="ShapValues", thread_count=1) for m in models], axis=0)
    ours, values = margins(forest, coded), contributions(forest, coded)
    assert np.abs(ours - theirs).max() <= 1e-9
    assert np.abs(values - reasons[:, :-1]).max() <= 1e-9
    assert np.abs(forest.base - reasons[:, -1]).max() <= 1e-9
    assert np.abs(values.sum(axis=1) + forest.base - ours).max() <= 1e-9
    return forest


CASES = {
    "numbers": (3, [], {}),
    "numbers, blanks first": (3, [], {"nan_mode": "Min"}),
    "numbers, blanks last": (3, [], {"nan_mode": "Max"}),
    "one number": (1, [], {}),
    "categories": (0, [5, 12], {"max_ctr_complexity": 1}),
    "categories and their combinations": (0, [5, 12, 7], {"max_ctr_complexity": 2}),
    "one category": (0, [20], {"max_ctr_complexity": 1}),
    "two levels, asked one-hot": (2, [3, 3, 9], {"max_ctr_complexity": 1}),
    "several levels asked one-hot": (1, [5, 7, 9], {"one_hot_max_size": 10}),
    "300 levels": (2, [302, 6], {"max_ctr_complexity": 1, "nan_mode": "Max"}),
    "300 levels in combinations": (1, [302, 6], {"max_ctr_complexity": 2}),
    "combinations with numbers": (3, [5, 9], {"max_ctr_complexity": 2, "iterations": 60}),
    "combinations with numbers, blanks last": (3, [5, 9], {"max_ctr_complexity": 4, "nan_mode": "Max", "iterations": 60}),
    "combinations with one-hot": (3, [3, 9, 12], {"max_ctr_complexity": 4, "iterations": 60}),
    "default settings": (3, [6, 9, 12], {}),
    "other statistics": (2, [9, 12], {"simple_ctr": ["Buckets", "BinarizedTargetMeanValue", "Counter"], "max_ctr_complexity": 1}),
    "many borders": (2, [6], {"border_count": 1000, "iterations": 300}),
    "few borders": (2, [6], {"border_count": 2}),
    "random subspaces": (3, [5, 9], {"rsm": 0.5, "max_ctr_complexity": 1}),
    "balanced classes": (2, [6], {"auto_class_weights": "Balanced"}),
    "a random start": (2, [6], {"boost_from_average": True}),
    "subsamples": (2, [6, 5], {"boosting_type": "Plain", "bootstrap_type": "Bernoulli", "subsample": 0.3, "leaf_estimation_iterations": 3}),
    "one tree": (2, [6], {"iterations": 1}),
}


@pytest.mark.parametrize("case", CASES)
def test_margins_and_reasons_are_catboosts(case):
    numbers, sizes, options = CASES[case]
    X, codes, y = rows_of(len(case), 1200, numbers, sizes)
    assert_equal_to_catboost([fitted(X, codes, y, **{"depth": 5, **options})], X, sizes)


@pytest.mark.parametrize("depth", range(1, 9))
def test_every_depth_is_exact(depth):
    X, codes, y = rows_of(depth, 600, 3, [6, 9])
    forest = assert_equal_to_catboost([fitted(X, codes, y, depth=depth, iterations=12, max_ctr_complexity=1)], X, [6, 9])
    assert np.diff(forest.split_start).max() == depth


def test_the_kinds_of_combination_do_occur():
    X, codes, y = rows_of(1, 4000, 3, [4, 12, 20])
    model = fitted(X, codes, y, depth=6, iterations=100, max_ctr_complexity=4, one_hot_max_size=4)
    forest = assert_equal_to_catboost([model], X, [4, 12, 20])
    number = forest.term_feature < forest.numbers
    assert number.any()
    assert len(np.unique(forest.term_size[~number])) == 3
    assert np.diff(forest.term_start).max() >= 4


def test_a_combination_may_ask_one_number_twice():
    X, codes, y = rows_of(2, 3000, 1, [9, 12])
    models = [fitted(X, codes, y, seed, depth=6, iterations=100, max_ctr_complexity=4, nan_mode="Max") for seed in range(2)]
    forest = assert_equal_to_catboost(models, X, [9, 12])
    tables = np.split(forest.term_feature, forest.term_start[1:-1])
    assert any((terms == 0).sum() > 1 for terms in tables)


@pytest.mark.parametrize(("seeds", "options"), [(2, {"max_ctr_complexity": 2}), (4, {"rsm": 0.5, "max_ctr_complexity": 1})])
def test_several_models_average_to_one_forest(seeds, options):
    X, codes, y = rows_of(3, 1200, 3, [6, 14, 40])
    models = [fitted(X, codes, y, seed, depth=4, **options) for seed in range(seeds)]
    forest = assert_equal_to_catboost(models, X, [6, 14, 40])
    assert forest.trees == 30 * seeds


def test_models_trained_on_different_rows_average_too():
    parts = [rows_of(seed, 800, 3, [6, 14], missing=0.1 * seed) for seed in range(2)]
    models = [fitted(*part, depth=4, nan_mode=mode) for part, mode in zip(parts, ["Min", "Max"], strict=True)]
    assert_equal_to_catboost(models, parts[0][0], [6, 14])


def test_a_constant_column_is_never_asked():
    X, codes, y = rows_of(4, 600, 3, [6, 9])
    X[:, 1], codes[:, 0] = 7, 3
    forest = assert_equal_to_catboost([fitted(X, codes, y, depth=4)], X, [6, 9])
    assert not {1, 3} & set(forest.player_feature.tolist())


def test_a_column_that_is_all_missing_is_never_asked():
    X, codes, y = rows_of(4, 600, 3, [6])
    X[:, 0] = np.nan
    forest = assert_equal_to_catboost([fitted(X, codes, y, depth=4)], X, [6])
    assert 0 not in forest.player_feature


def test_a_model_without_trees_is_its_bias_alone_or_beside_another():
    X, codes, y = rows_of(4, 300, 2, [6])
    bare, grown = fitted(X, codes, y, depth=2), fitted(X, codes, y, depth=3)
    bare.shrink(0, 0)
    bare.set_scale_and_bias(1, 0.75)
    for models, rest in [([bare], 0), ([bare, grown], grown.predict(probe_pool(X, codes), prediction_type="RawFormulaVal"))]:
        forest = export_forest(models, 2, [6])
        ours = margins(forest, code_columns(forest, X.astype(np.float64), codes))
        assert np.abs(ours - (0.75 + rest) / len(models)).max() <= 1e-9


def test_a_scaled_model_keeps_its_scale():
    X, codes, y = rows_of(4, 300, 2, [6])
    model = fitted(X, codes, y, depth=3)
    model.set_scale_and_bias(0.5, 2.25)  # CatBoost explains no such model, so the sum is all there is to compare
    forest = export_forest([model], 2, [6])
    coded = code_columns(forest, X.astype(np.float64), codes)
    theirs = model.predict(probe_pool(X, codes), prediction_type="RawFormulaVal")
    assert np.abs(margins(forest, coded) - theirs).max() <= 1e-9
    assert np.abs(contributions(forest, coded).sum(axis=1) + forest.base - theirs).max() <= 1e-9


def test_weighted_rows_weigh_in_the_reasons():
    X, codes, y = rows_of(4, 600, 2, [6])
    rows = probe_pool(X, codes, y)
    rows.set_weight(np.random.default_rng(0).exponential(size=len(y)))
    model = catboost.CatBoost({"loss_function": "Logloss", "iterations": 20, "depth": 4, "logging_level": "Silent", "allow_writing_files": False})
    assert_equal_to_catboost([model.fit(rows)], X, [6])


def test_the_exported_forest_reads_back_bit_for_bit():
    X, codes, y = rows_of(4, 600, 2, [6, 12])
    parts = forest_to_parts(export_forest([fitted(X, codes, y, depth=4, max_ctr_complexity=2)], 2, [6, 12]))
    assert forest_to_parts(forest_from_parts(parts)) == parts


def test_the_export_is_the_same_each_time():
    X, codes, y = rows_of(4, 600, 2, [6, 12])
    models = [fitted(X, codes, y, depth=4, max_ctr_complexity=2)]
    assert forest_to_parts(export_forest(models, 2, [6, 12])) == forest_to_parts(export_forest(models, 2, [6, 12]))


def test_questions_whose_answers_agree_or_imply_each_other_share_a_column():
    X, codes, y = rows_of(6, 2000, 0, [30])
    model = fitted(X, codes, y, depth=2, max_ctr_complexity=1, simple_ctr="Borders:Prior=0.5")
    forest = export_forest([model], 0, [30])
    assert forest.columns == 1
    assert forest.table.max() > 4
    assert export_forest([model, model], 0, [30]).columns == 1


@given(
    seed=st.integers(0, 10_000), numbers=st.integers(0, 3), sizes=st.lists(st.integers(3, 9), max_size=3), depth=st.integers(1, 6),
    complexity=st.integers(1, 3), nan_mode=st.sampled_from(["Min", "Max"]), one_hot=st.integers(2, 6), seeds=st.integers(1, 2),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_any_small_model_is_exact(seed, numbers, sizes, depth, complexity, nan_mode, one_hot, seeds):
    numbers = numbers if sizes else max(numbers, 1)
    X, codes, y = rows_of(seed, 150, numbers, sizes)
    options = {"depth": depth, "max_ctr_complexity": complexity, "nan_mode": nan_mode, "one_hot_max_size": one_hot, "iterations": 8}
    models = [fitted(X, codes, y, k, **options) for k in range(seeds)]
    assert_equal_to_catboost(models, X, sizes)


def test_no_models_are_refused():
    with pytest.raises(NotExportableError, match="no model"):
        export_forest([], 1, [])


def test_too_large_tables_are_refused_before_they_are_made(monkeypatch):
    X, codes, y = rows_of(3, 1200, 0, [40, 50])
    model = fitted(X, codes, y, depth=4, max_ctr_complexity=2)
    with pytest.raises(NotExportableError, match=r"need [\d,]+ table entries; 1,000,000 may be kept"):
        export_forest([model], 0, [4000, 5000])
    monkeypatch.setattr(probing, "LARGEST_TABLES", 2100)
    with pytest.raises(NotExportableError, match="2,100 may be kept"):
        export_forest([model], 0, [40, 50])


def test_a_model_of_several_classes_is_refused():
    X, codes, y = rows_of(3, 300, 2, [6])
    model = fitted(X, codes, y + (X[:, 1] > 0), loss_function="MultiClass", depth=2)
    with pytest.raises(NotExportableError, match="3 outputs"):
        export_forest([model], 2, [6])


@pytest.mark.parametrize("policy", ["Depthwise", "Lossguide"])
def test_asymmetric_trees_are_refused(policy):
    X, _, y = rows_of(3, 300, 2, [])
    model = fitted(X, np.zeros((300, 0), np.int32), y, grow_policy=policy, depth=3)
    with pytest.raises(NotExportableError, match="not symmetric"):
        export_forest([model], 2, [])


def test_features_in_another_order_are_refused():
    X, codes, y = rows_of(3, 300, 1, [6])
    frame = [[str(c[0]), float(x[0])] for x, c in zip(np.nan_to_num(X), codes, strict=True)]
    model = catboost.CatBoost({"loss_function": "Logloss", "iterations": 3, "logging_level": "Silent", "allow_writing_files": False})
    model.fit(catboost.Pool(frame, y, cat_features=[0]))
    with pytest.raises(NotExportableError, match="numbers first"):
        export_forest([model], 1, [6])


def test_a_tree_too_deep_for_exact_reasons_is_refused():
    X, codes, y = rows_of(3, 6000, 12, [])
    model = fitted(X, codes, y, depth=14, iterations=1, random_strength=0)
    assert read_trained(model, 12, 0).trees[0].leaves.shape == (1 << 14,)
    with pytest.raises(NotExportableError, match="would take too long"):
        export_forest([model], 12, [])


def test_categories_named_otherwise_are_noticed_or_exact():
    """A model whose categories are other texts than codes still answers, as for unseen ones; the forest must answer alike."""
    X, codes, y = rows_of(3, 600, 1, [6])
    rows = catboost.Pool(catboost.FeaturesData(X, np.array([[f"level {c}".encode()] for c in codes[:, 0]], dtype=object)), y)
    model = catboost.CatBoost({"loss_function": "Logloss", "iterations": 10, "logging_level": "Silent", "allow_writing_files": False}).fit(rows)
    assert_equal_to_catboost([model], X, [6])


def test_parity_is_looked_for_at_every_border_and_every_code(values):
    rng = np.random.default_rng(3)
    forest = make_forest(values(rng, most_borders=255, sizes=(2, 9, 700)))
    numbers, codes = edge_rows(forest, [0, 0, 0, 2, 9, 700])
    for k, feature in enumerate(forest.number_feature):
        borders = forest.borders[forest.border_start[k] : forest.border_start[k + 1]]
        assert {*borders.tolist(), *just_above(borders).tolist()} <= set(numbers[:, feature].tolist())
    assert np.isnan(numbers[:, np.unique(forest.number_feature)]).any(axis=0).all()
    assert [len(np.unique(column)) for column in codes.T] == [2, 9, 700]
