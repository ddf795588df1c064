"""The contest and the fit: the simplest of the best, evidence from rows that were not seen, the same answer for one seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leadrank.models import fit_model, load_model, reach_of
from leadrank.models.candidates import CANDIDATES
from leadrank.models.contest import _blended, choose
from leadrank.models.fit import competing
from leadrank.models.held_out import Entry, Task
from leadrank.models.split import Fold
from leadrank.project import Modelling, Settings
from leadrank.types import Matrix

CHEAP = {"lightgbm": Settings(n_estimators=15, num_leaves=5, tune=False), "catboost": Settings(iterations=15, depth=3, tune=False)}


def fit(X, y, limits, *, order=None, candidates=("logistic",), **more):
    return fit_model(
        X, y, int(y.max()), groups=np.arange(len(y)), order=order, modelling=Modelling(candidates=candidates, trials=1, folds=3, **CHEAP, **more),
        limits=limits, progress=lambda *_: None,
    )


def entry(name, loss, noise=0.0, seed=0):
    drawn = np.random.default_rng(seed).normal(size=400)
    return Entry(CANDIDATES[name], {}, np.zeros((400, 1)), loss + noise * (drawn - drawn.mean()), 1.0)


def test_a_complex_model_must_win_by_more_than_noise():
    assert choose([entry("logistic", 0.5), entry("catboost", 0.499, noise=0.3)]).candidate.name == "logistic"
    assert choose([entry("logistic", 0.5), entry("catboost", 0.4, noise=0.1)]).candidate.name == "catboost"
    assert choose([entry("dummy", 0.5), entry("logistic", 0.5)]).candidate.name == "dummy"


def test_the_dummy_always_takes_part_and_few_outcomes_leave_only_shrunken_models():
    assert set(competing(Modelling(), few=True)) == {"dummy", "logistic"}
    assert set(competing(Modelling(candidates=("catboost",)), few=False)) == {"dummy", "catboost"}
    assert {"lightgbm", "xgboost", "catboost"} < set(competing(Modelling(), few=False))


@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("candidates", [("logistic",), ("lightgbm",), ("logistic", "lightgbm", "blend"), ("blend",)])
def test_every_row_has_a_held_out_probability_and_the_model_survives_its_parts(simulated, limits, classes, candidates):
    X, y = simulated(210, 1, classes=classes)
    fitted = fit(X, y, limits(), candidates=candidates)
    reach = reach_of(fitted)
    assert sorted(fitted.rows.tolist()) == list(range(210))
    assert reach.shape == (210, classes - 1)
    assert ((reach >= 0) & (reach <= 1)).all()
    assert (np.diff(reach, axis=1) <= 1e-12).all()
    assert np.array_equal(load_model(fitted.model.parts()).log_odds(X), fitted.model.log_odds(X))
    for rival in fitted.rivals.values():
        assert rival.shape == reach.shape
    assert "naive Bayes" in fitted.rivals


def test_held_out_rows_are_predicted_by_models_that_did_not_see_them(simulated, limits):
    X = simulated(240, 2)[0]
    noise = np.random.default_rng(0).integers(0, 2, 240)
    fitted = fit(X, noise, limits(), candidates=("lightgbm",))
    hit = noise[fitted.rows]
    odds = fitted.log_odds[:, 0]
    auc = np.mean(odds[hit == 1][:, None] > odds[hit == 0][None, :]) + 0.5 * np.mean(odds[hit == 1][:, None] == odds[hit == 0][None, :])
    assert auc < 0.65


def test_forward_evidence_of_early_blocks_does_not_depend_on_later_rows(simulated, limits):
    X, y = simulated(240, 3)
    order = np.arange(240.0)
    before = fit(X, y, limits(), order=order)
    numbers = X.numbers.copy()
    numbers[225:] = 7.0
    after = fit(replace(X, numbers=numbers), y, limits(), order=order)
    assert before.forward
    early = before.rows < 200
    assert before.rows.min() >= 100
    naive = "naive Bayes"
    assert np.array_equal(before.rivals[naive][early][:20], after.rivals[naive][early][:20])


def test_a_forward_blend_is_mixed_by_weights_from_the_past():
    rng = np.random.default_rng(0)
    y, empty = rng.integers(0, 2, 90), Matrix(np.empty((90, 0)), np.empty((90, 0), np.int32), (), ())
    folds = tuple(Fold(np.arange(30 * k), np.arange(30 * k, 30 * k + 30)) for k in range(3))
    members = [Entry(CANDIDATES[n], {}, rng.normal(size=(90, 1)), np.zeros(90), 1.0) for n in ("logistic", "catboost")]
    turned = np.where(np.arange(90) >= 60, 1 - y, y)
    before, after = (_blended(Task(empty, labels, 1, folds), members, forward=True)[0].margins for labels in (y, turned))
    assert np.array_equal(before, after)
    assert np.allclose(before[:30], sum(m.margins[:30] for m in members) / 2)
    mixed = [_blended(Task(empty, labels, 1, folds), members, forward=False)[0].margins for labels in (y, turned)]
    assert not np.array_equal(*mixed)


@pytest.mark.parametrize("classes", [2, 3])
def test_a_table_in_the_order_of_its_outcomes_is_judged_at_random(simulated, limits, classes):
    X, y = simulated(150, 8, classes=classes)
    rows = np.argsort(y, kind="stable")
    for order in (np.arange(150.0), -np.arange(150.0)):
        fitted = fit(X.take(rows), y[rows], limits(), order=order)
        assert fitted.forward is False
        assert len(fitted.rows) == 150


def test_without_an_order_nothing_is_said_about_drift_and_with_a_moving_rate_it_is(simulated, limits):
    X, y = simulated(900, 4)
    assert fit(X, y, limits()).drift is None
    moving = np.where(np.arange(900) % 300 > 150, 1, y)
    assert fit(X, moving, limits(), order=np.arange(900.0)).drift.variance > 0.05


def test_one_seed_gives_one_model_whatever_the_threads(simulated, limits):
    X, y = simulated(210, 5)
    parts = [fit(X, y, limits(threads=t), candidates=("logistic", "lightgbm", "catboost", "blend")).model.parts() for t in (1, 1, 3)]
    assert parts[0] == parts[1] == parts[2]


def test_fixed_settings_are_kept_exactly(simulated, limits):
    X, y = simulated(210, 6)
    fitted = fit(X, y, limits(trials=4), candidates=("random_forest",), random_forest=Settings(tune=False, n_estimators=7, max_depth=3))
    assert fitted.settings["random_forest"] == {"n_estimators": 7, "max_depth": 3}
    assert fitted.trials == 2


def test_a_class_of_two_rows_is_no_error(simulated, limits):
    X, y = simulated(120, 7)
    y = np.zeros_like(y)
    y[:2] = 1
    assert np.isfinite(fit(X, y, limits(), candidates=("logistic", "catboost")).log_odds).all()
