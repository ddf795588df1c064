"""One forest in a slow model's place: taught without outcomes, judged on rows that nobody saw, served only where it costs next to nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leadrank.models import LeadModel, Limits, distil, fit_model, load_model, reach_of
from leadrank.models.blend import Blend
from leadrank.models.candidates import CANDIDATES
from leadrank.models.contest import BLEND, Outcome, _blended
from leadrank.models.deployed import Formless
from leadrank.models.distilled import Distilled
from leadrank.models.held_out import Entry, Task, class_losses, judge_entry
from leadrank.models.ordered import margins_of
from leadrank.models.resample import Shifted
from leadrank.models.split import forward_folds, random_folds
from leadrank.models.symmetric_forest import Symmetric
from leadrank.project import Modelling, Settings
from leadrank.types import Feature, Matrix

GROWN = {"n_estimators": 60, "num_leaves": 6, "learning_rate": 0.2}


@pytest.fixture(autouse=True)
def few_trees(monkeypatch):
    monkeypatch.setattr(distil, "LEARNING", {**distil.LEARNING, "iterations": 60})


@pytest.fixture
def cheap(monkeypatch):
    monkeypatch.setattr(distil, "CLOSE", 1.0)


def fit(X, y, limits, *, order=None, **more):
    modelling = Modelling(**{"candidates": ("lightgbm",), "trials": 1, "folds": 3, "lightgbm": Settings(tune=False, **GROWN), **more})
    return fit_model(
        X, y, int(y.max()), groups=np.arange(len(y)), order=order, modelling=modelling, limits=limits, progress=lambda *_: None,
    )


def single(X, y, limits, name="lightgbm", setting=GROWN):
    task = Task(X, y, int(y.max()), random_folds(y, np.arange(len(y)), 3, 0))
    entry = judge_entry(task, CANDIDATES[name], setting, seed=0, threads=1, clock=limits.clock)
    return task, Outcome((entry,), entry, (entry,), (1.0,))


def taught(task, outcome, limits, *, wanted=True):
    return distil.distil(task, outcome, wanted=wanted, limits=limits, progress=lambda *_: None)


@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("resampling", ["none", "weights"])
def test_a_forest_that_costs_little_is_served_and_survives_its_parts(simulated, limits, classes, resampling):
    X, y = simulated(600, 1, classes=classes)
    fitted = fit(X, y, limits(), resampling=resampling)
    back = load_model(fitted.model.parts())
    assert fitted.distilled.fate == "served"
    assert fitted.distilled.trees == 60
    assert fitted.chosen == "forest distilled from lightgbm"
    assert isinstance(back.predictor, Symmetric)
    assert np.array_equal(back.log_odds(X), fitted.model.log_odds(X))
    assert set(fitted.settings) == {"lightgbm", fitted.chosen}
    assert "lightgbm" in fitted.rivals
    assert sorted(fitted.rows.tolist()) == list(range(600))
    assert reach_of(fitted).shape == (600, classes - 1)
    assert {len(rows) for _, rows in fitted.probes} == {200}


@pytest.mark.usefixtures("cheap")
def test_a_served_forest_answers_one_lead_by_the_kernel(simulated, limits):
    X, y = simulated(300, 2)
    model = fit(X, y, limits()).model
    lead = LeadModel(model, X.features)
    values, base, margin = model.contributions(X, np.zeros(300, dtype=np.int64))
    assert np.allclose(values.sum(axis=1) + base, margin, rtol=0, atol=1e-9)
    for k in range(20):
        odds, *_, explained = lead.answer(X.numbers[k].tolist(), X.codes[k].tolist(), asked=True)
        assert odds[0] == pytest.approx(model.log_odds(X)[k, 0], rel=0, abs=1e-12)
        assert explained is not None  # where arrays answer nobody tells
        assert explained(0)[0] == pytest.approx(values[k].tolist(), rel=0, abs=1e-9)


@pytest.mark.usefixtures("cheap")
def test_what_is_said_of_a_fold_does_not_depend_on_its_outcomes(simulated, limits):
    X, y = simulated(240, 3)
    folds = random_folds(y, np.arange(240), 3, 0)
    turned = y.copy()
    turned[folds[0].test] = 1 - turned[folds[0].test]
    margins = []
    for labels in (y, turned):
        task = Task(X, labels, 1, folds)
        entry = judge_entry(task, CANDIDATES["lightgbm"], GROWN, seed=0, threads=1, clock=lambda: 0.0)
        margins.append(taught(task, Outcome((entry,), entry, (entry,), (1.0,)), limits())[0].chosen.margins)
    inside = np.arange(240) < len(folds[0].test)
    assert np.array_equal(margins[0][inside], margins[1][inside])
    assert not np.array_equal(margins[0][~inside], margins[1][~inside])


@pytest.mark.usefixtures("cheap")
def test_noise_stays_noise(simulated, limits):
    X, noise = simulated(400, 4)[0], np.random.default_rng(0).integers(0, 2, 400)
    task, outcome = single(X, noise, limits())
    chosen = taught(task, outcome, limits())[0].chosen
    assert chosen.loss > np.log(2)
    assert chosen.loss == pytest.approx(class_losses(noise[task.judged], chosen.margins).mean())


@pytest.mark.usefixtures("cheap")
def test_under_an_order_no_forest_is_taught_and_that_is_said(simulated, limits):
    X, y = simulated(400, 5)
    fitted = fit(X, y, limits(), order=np.arange(400.0))
    assert fitted.forward
    assert (fitted.chosen, fitted.distilled.fate) == ("lightgbm", "unsure")
    assert "nobody can tell what one forest in its place would cost on the rows to come" in str(fitted.distilled)


@pytest.mark.usefixtures("cheap")
def test_one_seed_gives_one_forest_whatever_the_threads(simulated, limits):
    X, y = simulated(240, 6)
    parts = [fit(X, y, limits(threads=t)).model.parts() for t in (1, 1, 3)]
    assert parts[0] == parts[1] == parts[2]


def steep(rows=1_500):
    """A line through twelve numbers that separates almost without error: a hundred steps cannot follow it."""
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(rows, 12))
    y = (6.0 * numbers.sum(axis=1) + rng.logistic(size=rows) > 0).astype(np.int64)
    return Matrix(numbers, np.zeros((rows, 0), np.int32), tuple(Feature(f"n{j}", f"n{j}", "number") for j in range(12)), ()), y


def test_a_forest_that_cannot_follow_is_not_served_and_its_cost_is_said(limits):
    X, y = steep()
    task, outcome = single(X, y, limits(), "logistic", {"C": 10.0, "basis": "raw"})
    named = replace(outcome.chosen, candidate=BLEND)
    outcome = replace(outcome, chosen=named, members=(outcome.chosen, outcome.chosen), weights=(0.5, 0.5))
    kept, said = taught(task, outcome, limits())
    assert kept is outcome
    assert said.fate == "dear"
    assert said.cost > 0.05
    assert f"would have cost {said.cost:.4f} log loss: the blend is served, several times slower" in str(said)


def clocked(seconds, left):
    """Limits whose clock each look moves by so many seconds, with so many left."""
    now = [0.0]

    def clock():
        now[0] += seconds
        return now[0]

    return Limits(clock=clock, deadline=left, trials=None, threads=1, seed=0, budget=100.0)


@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize(("seconds", "left", "fate"), [(0.0, -1.0, "late"), (8.0, 20.0, "late"), (0.1, 80.0, "served")])
def test_without_time_the_slow_model_stays(simulated, limits, seconds, left, fate):
    task, outcome = single(*simulated(240, 7), limits())
    kept, said = taught(task, outcome, clocked(seconds, left))
    assert said.fate == fate
    assert kept.distilled is (fate == "served")
    if fate == "late":
        assert kept is outcome
        assert "no time to teach" in str(said)
    else:
        assert said.faster == pytest.approx(1.0)
        assert "instead: about 1.0 times as fast." in str(said)


def test_nobody_is_taught_where_it_is_not_wanted_or_the_model_is_fast(simulated, limits):
    X, y = simulated(240, 8)
    task, outcome = single(X, y, limits())
    kept, said = taught(task, outcome, limits(), wanted=False)
    assert kept is outcome
    assert "model.distil = false" in str(said)
    assert taught(*single(X, y, limits(), "logistic", {"C": 0.1}), limits())[1] is None
    assert fit(X, y, limits(), distil=False).chosen == "lightgbm"


def test_made_up_rows_fill_the_room_and_mix_two_rows(simulated):
    X = simulated(50, 9)[0]
    assert len(distil.among(X, 30, 0)) == 30
    rows = distil.among(X, 120, 0)
    assert len(rows) == 120
    assert np.array_equal(rows.numbers[:50], X.numbers, equal_nan=True)
    assert len(distil.among(X, 1_000, 0)) == 200
    for column in range(2):
        assert set(rows.codes[:, column]) <= set(X.codes[:, column])


def test_a_model_that_says_the_same_of_everybody_is_taught_as_a_constant(simulated, limits):
    X, y = simulated(60, 10)
    constant = CANDIDATES["dummy"].fit(X, y, None, {}, 0)
    assert np.allclose(distil.teach(constant, X, 1, 0).margin(X), constant.margin(X))
    entry = Entry(replace(CANDIDATES["dummy"], name="lightgbm"), {}, np.zeros((60, 1)), np.zeros(60), 0.0, (constant,) * 3)
    task = Task(X, y, 1, random_folds(y, np.arange(60), 3, 0))
    assert taught(task, Outcome((entry,), entry, (entry,), (1.0,)), limits())[1].fate == "shapeless"


@pytest.mark.parametrize(("distilled", "said"), [
    (Distilled(("random_forest",), (1.0,), "served", -0.0012, None, 60), "random forest; one forest of 60 trees says the same with 0.0012 less"),
    (Distilled(("a", "b", "c"), (0.5, 0.3, 0.2), "late"), "a blend of a (50 %), b (30 %) and c (20 %); there was no time"),
    (Distilled(("xgboost",), (1.0,), "dear", 0.002, 7.25, 600), "cost 0.0020 log loss: it is served, about 7.2 times slower than one forest"),
    (Distilled(("xgboost",), (1.0,), "shapeless"), "could not be built: it is served, several times slower"),
    (Distilled(("catboost",), (1.0,), "formless", because="Too large."), "CatBoost itself scores what is served, several times slower than one"),
    (Distilled(("catboost",), (1.0,), "late", because="Too large."), "(CatBoost's trees have no form that serves without it: Too large)."),
])

def test_what_was_done_is_said_in_a_sentence(distilled, said):
    assert said in str(distilled)


ASYMMETRIC = {"candidates": ("catboost",), "catboost": Settings(tune=False, iterations=20, depth=3, grow_policy="Depthwise")}


@pytest.mark.usefixtures("cheap")
def test_trees_that_have_no_form_of_ours_teach_one_forest_that_has(simulated, limits):
    fitted = fit(*simulated(300, 12), limits(), **ASYMMETRIC)
    assert fitted.chosen == "forest distilled from catboost"
    assert isinstance(fitted.model.predictor, Symmetric)
    assert "is served instead (CatBoost's trees have no form that serves without it: The trees of this model are not symmetric)." in str(
        fitted.distilled
    )


def test_trees_that_stay_with_catboost_are_told(simulated, limits):
    fitted = fit(*simulated(300, 12), limits(), distil=False, **ASYMMETRIC)
    assert isinstance(fitted.model.predictor, Formless)
    assert fitted.chosen == "catboost"
    assert "was not wanted (model.distil = false): it is served, several times slower" in str(fitted.distilled)
    assert "not symmetric" in str(fitted.distilled)


@pytest.mark.parametrize(("distilled", "name", "told", "fate"), [
    (False, "catboost", None, "formless"), (True, "catboost", "served", "formless"), (False, "blend", "dear", "dear"),
])
def test_what_loses_its_form_when_fitted_on_all_rows_is_told(simulated, limits, distilled, name, told, fate):
    entry = replace(single(*simulated(60, 13), limits())[1].chosen, candidate=replace(CANDIDATES["lightgbm"], name=name))
    outcome = Outcome((entry,), entry, (entry,), (1.0,), distilled)
    given = None if told is None else Distilled((name,), (1.0,), told)
    said = distil.as_served(given, outcome, Blend((Shifted(Formless((), "log-odds", "Too large."), 0.5),), (name,), (1.0,)))
    assert (said.fate, said.because) == (fate, "Too large.")


def test_what_has_its_form_when_fitted_on_all_rows_is_not_told_to_be_slow(simulated, limits):
    outcome = single(*simulated(60, 13), limits())[1]
    served, late = outcome.chosen.fitted[0], Distilled(("catboost",), (1.0,), "late", because="Too large.")
    assert distil.as_served(late, outcome, served) is late
    named = replace(outcome.chosen, candidate=replace(CANDIDATES["lightgbm"], name="catboost"))
    assert distil.as_served(late, replace(outcome, chosen=named), served) is None


@pytest.mark.parametrize("forward", [False, True])
def test_the_teacher_of_a_fold_is_the_blend_as_it_was_judged_there(simulated, forward):
    X, y = simulated(240, 11)
    folds = forward_folds(y, np.arange(240.0), np.arange(240), 3) if forward else random_folds(y, np.arange(240), 3, 0)
    task = Task(X, y, 1, folds)
    settings = {"dummy": {}, "logistic": {"C": 0.1}, "lightgbm": GROWN}
    members = [judge_entry(task, CANDIDATES[n], s, seed=0, threads=1, clock=lambda: 0.0) for n, s in settings.items()]
    blend = _blended(task, members, forward=forward)[0]
    for k, fold in enumerate(folds):
        assert np.allclose(margins_of(blend.fitted[k], X.take(fold.test), 1), blend.margins[task.block == k], rtol=0, atol=1e-12)
