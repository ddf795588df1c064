"""What every learner promises: the same after loading, contributions that add up, no fear of strange rows, one answer for one seed."""

from __future__ import annotations

import numpy as np
import pytest

from leadrank.features.encode import LARGEST
from leadrank.models.blend import Blend
from leadrank.models.calibrate import IDENTITY
from leadrank.models.candidates import CANDIDATES
from leadrank.models.held_out import Task, fit_stacked, judge_entry
from leadrank.models.interval import Spread
from leadrank.models.model import Model, Shape, load_model
from leadrank.models.predictor import Predictor
from leadrank.models.resample import resampled
from leadrank.models.split import random_folds
from leadrank.types import Feature, Matrix

CHEAP: dict[str, dict[str, object]] = {
    "dummy": {}, "naive_bayes": {}, "logistic": {"C": 0.3, "knots": 4}, "catboost": {"iterations": 20, "depth": 3, "seeds": 2},
    "lightgbm": {"n_estimators": 20, "num_leaves": 5}, "xgboost": {"n_estimators": 20, "max_depth": 3},
    "random_forest": {"n_estimators": 12, "min_samples_leaf": 4},
}
CLOSE = {"xgboost": 1e-5}
"""XGBoost computes contributions in single precision."""


@pytest.fixture(scope="module", params=list(CHEAP))
def learned(request, simulated) -> tuple[str, Predictor]:
    name = request.param
    return name, CANDIDATES[name].fit(*simulated(), None, CHEAP[name], 0)


def test_a_loaded_learner_predicts_the_same_bits(learned, simulated, strange):
    name, fitted = learned
    loaded = CANDIDATES[name].load(fitted.parts())
    for X in (simulated(300, 5)[0], strange):
        assert np.array_equal(loaded.margin(X), fitted.margin(X))
        mine, theirs = fitted.contributions(X), loaded.contributions(X)
        assert np.array_equal(mine[0], theirs[0])
        assert mine[1] == theirs[1]


def test_contributions_and_base_sum_to_the_margin(learned, simulated, strange):
    name, fitted = learned
    for X in (simulated(300, 5)[0], strange):
        values, base = fitted.contributions(X)
        assert values.shape == (len(X), len(X.features))
        assert np.allclose(base + values.sum(axis=1), fitted.margin(X), rtol=0, atol=CLOSE.get(name, 1e-9))


def test_margins_are_finite_for_rows_like_none_before(learned, strange):
    assert np.isfinite(learned[1].margin(strange)).all()


def test_one_row_and_many_agree(learned, simulated):
    X = simulated(60, 6)[0]
    alone = np.concatenate([learned[1].margin(X.take(np.array([i]))) for i in range(len(X))])
    assert np.allclose(alone, learned[1].margin(X), rtol=0, atol=1e-12)


def test_no_rows_give_no_margins(learned, simulated):
    X = simulated()[0].take(np.array([], dtype=np.int64))
    model = Model(Shape(learned[0], (learned[0],), (1.0,), 1, (IDENTITY,), Spread()), learned[1])
    assert model.log_odds(X).shape == (0, 1)
    assert model.contributions(X, np.array([], dtype=np.int64))[0].shape == (0, 5)


def test_the_same_seed_fits_the_same_bytes(learned, simulated):
    name, fitted = learned
    again = CANDIDATES[name].fit(*simulated(), None, CHEAP[name], 0)
    assert again.parts() == fitted.parts()


def test_a_learner_that_can_learn_beats_the_constant(learned, simulated):
    name, fitted = learned
    X, y = simulated(400, 7)
    loss = float(np.logaddexp(0, np.where(y == 1, -1, 1) * fitted.margin(X)).mean())
    assert loss < (0.72 if name == "dummy" else 0.66)


@pytest.mark.parametrize("name", ["logistic", "catboost", "lightgbm", "xgboost", "random_forest"])
def test_held_out_predictions_do_not_depend_on_the_number_of_threads(name, simulated):
    X, y = simulated()
    task = Task(X, y, 1, random_folds(y, np.arange(len(y)), 4, 0))
    one, three = (judge_entry(task, CANDIDATES[name], CHEAP[name], seed=0, threads=t, clock=lambda: 0.0).margins for t in (1, 3))
    assert np.array_equal(one, three)


def test_seeds_fitted_side_by_side_are_those_fitted_one_after_another(simulated):
    forest = [CANDIDATES["catboost"].fit(*simulated(), None, {**CHEAP["catboost"], "parallel": p}, 0).parts() for p in (1, 2)]
    assert forest[0] == forest[1]


@pytest.mark.parametrize("name", list(CHEAP))
@pytest.mark.parametrize("case", ["one class", "constant features", "no features", "all blank"])
def test_where_nothing_can_be_learned_the_base_rate_is_given_and_survives_loading(name, case, simulated):
    X, y = simulated(40)
    if case == "one class":
        y = np.zeros_like(y)
    elif case == "constant features":
        X = Matrix(np.ones_like(X.numbers), np.full_like(X.codes, 2), X.numeric, X.categorical)
    elif case == "all blank":
        X = Matrix(np.full_like(X.numbers, np.nan), np.zeros_like(X.codes), X.numeric, X.categorical)
    else:
        X = Matrix(np.empty((40, 0)), np.empty((40, 0), np.int32), (), ())
    fitted = fit_stacked(CANDIDATES[name], X, y, 1, CHEAP[name], 0)
    rate = (y.sum() + 0.5) / (len(y) + 1)
    assert np.allclose(fitted.margin(X), np.log(rate / (1 - rate)), atol=0.3)
    shape = Shape(name, (name,), (1.0,), 1, (IDENTITY,), Spread())
    loaded = load_model(Model(shape, fitted).parts())
    assert np.array_equal(loaded.log_odds(X), Model(shape, fitted).log_odds(X))


@pytest.mark.parametrize("name", ["catboost", "random_forest", "lightgbm", "xgboost", "logistic", "naive_bayes"])
def test_a_number_that_hardly_varies_is_no_error(name):
    X = Matrix(np.array([[1.0]] * 39 + [[2.0]]), np.empty((40, 0), np.int32), (Feature("a", "a", "number"),), ())
    y = np.arange(40) % 2
    fold = np.arange(39)
    assert np.isfinite(fit_stacked(CANDIDATES[name], X.take(fold), y[fold], 1, CHEAP[name], 0).margin(X)).all()


@pytest.mark.parametrize("name", ["logistic", "naive_bayes", "catboost", "random_forest", "lightgbm", "xgboost"])
def test_the_largest_numbers_that_encoding_lets_through_are_no_error(name):
    values = np.array([LARGEST, -LARGEST, 1e-308, 0.0, 3.0] * 10)
    X = Matrix(values[:, None], np.empty((50, 0), np.int32), (Feature("a", "a", "number"),), ())
    fitted = fit_stacked(CANDIDATES[name], X, np.arange(50) % 2, 1, CHEAP[name], 0)
    assert np.isfinite(fitted.margin(X)).all()


def test_a_blend_is_the_weighted_mean_and_loads_to_the_same(simulated, strange):
    members = tuple(CANDIDATES[n].fit(*simulated(), None, CHEAP[n], 0) for n in ("logistic", "catboost", "random_forest"))
    blend = Blend(members, ("logistic", "catboost", "random_forest"), (0.5, 0.3, 0.2))
    assert np.allclose(blend.margin(strange), sum(w * m.margin(strange) for w, m in zip(blend.weights, members, strict=True)))
    values, base = blend.contributions(strange)
    assert np.allclose(base + values.sum(axis=1), blend.margin(strange))
    assert blend.scale == "probability"
    model = Model(Shape("blend", blend.names, blend.weights, 1, (IDENTITY,), Spread()), blend)
    assert np.array_equal(load_model(model.parts()).log_odds(strange), model.log_odds(strange))


@pytest.mark.parametrize("how", ["weights", "smote"])
@pytest.mark.parametrize("name", ["logistic", "naive_bayes", "lightgbm", "random_forest"])
def test_resampling_puts_the_prior_back(name, how, simulated):
    X, latent = simulated(1200, 3, classes=8)
    y = (latent == 7).astype(np.int64)
    wrapped = resampled(CANDIDATES[name], how)
    fitted = wrapped.fit(X, y, None, CHEAP[name], 0)
    plain = CANDIDATES[name].fit(X, y, None, CHEAP[name], 0)
    mean, usual = (float((1 / (1 + np.exp(-f.margin(X)))).mean()) for f in (fitted, plain))
    assert abs(mean - usual) < 0.05
    raw = resampled(CANDIDATES[name], how, correct=False).fit(X, y, None, CHEAP[name], 0)
    assert float((1 / (1 + np.exp(-raw.margin(X)))).mean()) > 0.25
    loaded = wrapped.load(fitted.parts())
    assert np.array_equal(loaded.margin(X), fitted.margin(X))


def test_smote_leaves_the_rows_that_were_there_as_they_were(simulated):
    from leadrank.models.resample import _smote

    X, latent = simulated(300, 3, classes=5)
    y = (latent == 4).astype(np.int64)
    more, labels = _smote(X, y, 0)
    assert np.array_equal(more.numbers[:300], X.numbers, equal_nan=True)
    assert np.array_equal(more.codes[:300], X.codes)
    assert labels.mean() == 0.5
    assert set(np.unique(more.codes[:, 0])) <= set(np.unique(X.codes[:, 0]))


def test_smote_on_categories_alone_makes_only_rows_with_levels_that_occur():
    from leadrank.models.resample import _smote

    codes = np.array([[2], [9]] * 30 + [[2]] * 60, dtype=np.int32)
    X = Matrix(np.empty((120, 0)), codes, (), (Feature("a", "a", "category", tuple("abcdefgh")),))
    y = np.array([1, 1] * 10 + [0] * 100)
    more, _ = _smote(X, y, 0)
    assert set(np.unique(more.codes)) <= {2, 9}
