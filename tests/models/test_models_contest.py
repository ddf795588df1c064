"""Which setting is tried next, when a clock decides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leadrank.models.baseline import fit_constant, load_constant
from leadrank.models.contest import Limits, _next, explore, finals, hurried
from leadrank.models.held_out import Entry, Task
from leadrank.models.predictor import Candidate
from leadrank.models.split import random_folds
from leadrank.models.tune import Search
from leadrank.project import Settings
from leadrank.types import Feature, Matrix

PLAIN = Candidate("first", fit_constant, load_constant, ({"k": 1}, {"k": 2}, {"k": 3}), {}, 1)


def order_of_trials(seconds: float) -> list[tuple[str, int]]:
    """Explore with a clock that each fit of a candidate moves by so many seconds; the budget is 100."""
    now, tried = [0.0], []

    def learner(name):
        def fit(X, y, weight, setting, seed):
            now[0] += seconds / 2
            tried.append((name, setting["k"]))
            return fit_constant(X, y, weight, setting, seed)
        return replace(PLAIN, name=name, fit=fit)

    rng = np.random.default_rng(0)
    X = Matrix(rng.normal(size=(60, 1)), np.zeros((60, 0), dtype=np.int32), (Feature("n", "n", "number"),), ())
    y = np.arange(60) % 2
    task = Task(X, y, 1, random_folds(y, np.arange(60), 2, 0))
    limits = Limits(clock=lambda: now[0], deadline=100.0, trials=None, threads=1, seed=0, budget=100.0)
    names = ("first", "second")
    explore(task, {n: learner(n) for n in names}, {n: Settings() for n in names}, limits, lambda _words, _done: None)
    return tried[::2]


@pytest.mark.parametrize(("seconds", "expected"), [
    (4.0, [("first", 1), ("first", 2), ("second", 1), ("second", 2)]),
    (6.0, [("first", 1), ("second", 1)]),
])
def test_a_cheap_learner_shows_two_settings_before_the_next_begins(seconds, expected):
    assert order_of_trials(seconds)[: len(expected)] == expected


def test_a_dear_learner_begins_late_only_where_a_cheap_one_says_that_there_is_time():
    def begins(light: float, left: float) -> str | None:
        limits = Limits(clock=lambda: 100.0 - left, deadline=100.0, trials=None, threads=1, seed=0, budget=200.0)
        searches = {name: Search(replace(PLAIN, name=name, first=({"k": 1},)), Settings(), 0) for name in ("dummy", "lightgbm", "catboost")}
        entry = Entry(PLAIN, {"k": 1}, np.zeros((4, 1)), np.ones(4), light)
        for name in ("dummy", "lightgbm"):
            searches[name].ask()
        return _next(searches, {"dummy": entry, "lightgbm": entry}, {"dummy": 0.0, "lightgbm": light}, limits)

    assert begins(1.0, 20.0) == "catboost"
    assert begins(5.0, 20.0) is None


def test_without_time_to_judge_again_the_finalists_stand_as_they_are():
    entry = Entry(replace(PLAIN, name="catboost"), {"k": 1}, np.zeros((4, 1)), np.arange(4.0), 10.0)
    for left, expected in [(200.0, False), (5.0, True)]:
        limits = Limits(clock=lambda left=left: 100.0 - left, deadline=100.0, trials=None, threads=1, seed=0, budget=200.0)
        assert hurried({"catboost": entry}, limits) is expected
        assert not hurried({"catboost": entry}, replace(limits, trials=2))


@pytest.mark.parametrize(("distils", "seeds"), [(False, 3), (True, 2)])
def test_averaging_seeds_leaves_time_for_teaching_one_forest(distils, seeds):
    asked = []

    def fit(X, y, weight, setting, seed):
        asked.append(setting["seeds"])
        return fit_constant(X, y, weight, {}, seed)

    rng = np.random.default_rng(0)
    X = Matrix(rng.normal(size=(60, 1)), np.zeros((60, 0), dtype=np.int32), (Feature("n", "n", "number"),), ())
    y = np.arange(60) % 2
    task = Task(X, y, 1, random_folds(y, np.arange(60), 2, 0))
    entry = Entry(replace(PLAIN, name="catboost", fit=fit), {"k": 1}, np.zeros((60, 1)), np.arange(60.0), 10.0)
    limits = Limits(clock=lambda: 0.0, deadline=50.0, trials=None, threads=1, seed=0, budget=62.5, distils=distils)
    finals(task, {"catboost": entry}, blend=False, limits=limits)
    assert set(asked) == {seeds}
