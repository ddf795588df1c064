"""Ordered classes through one binary learner, and blending weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.models.blend import fit_weights
from leadrank.models.candidates import CANDIDATES
from leadrank.models.held_out import class_losses, fit_stacked
from leadrank.models.ordered import THRESHOLD, at_threshold, class_probabilities, margins_of, non_increasing, stack, stack_outcomes


def test_rows_are_stacked_once_per_threshold_with_the_threshold_as_last_number(simulated):
    X, y = simulated(7, classes=4)
    stacked = stack(X, 3)
    assert len(stacked) == 21
    assert stacked.numeric[-1] == THRESHOLD
    assert stacked.numbers[:, -1].tolist() == [0.0] * 7 + [1.0] * 7 + [2.0] * 7
    for t in range(3):
        part = at_threshold(X, t, 3)
        assert np.array_equal(stacked.numbers[7 * t : 7 * t + 7], part.numbers, equal_nan=True)
        assert np.array_equal(stacked.codes[7 * t : 7 * t + 7], part.codes)
    assert np.array_equal(stack_outcomes(y, 3).reshape(3, -1).sum(axis=0), y)


def test_one_threshold_is_not_stacked(simulated):
    X, y = simulated(9)
    assert stack(X, 1) is X
    assert np.array_equal(stack_outcomes(y, 1), y)


@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_class_probabilities_are_shares_of_one(reach):
    shares = class_probabilities(non_increasing(np.array(reach)))
    assert (shares >= 0).all()
    assert np.allclose(shares.sum(axis=1), 1)


@pytest.mark.parametrize("name", ["logistic", "catboost", "lightgbm", "xgboost", "random_forest"])
def test_one_learner_tells_all_classes(name, simulated):
    X, y = simulated(600, classes=3)
    setting = {"catboost": {"iterations": 40, "depth": 3}, "random_forest": {"n_estimators": 50}}.get(name, {})
    fitted = fit_stacked(CANDIDATES[name], X, y, 2, setting, 0)
    unseen, truth = simulated(400, 4, classes=3)
    margins = margins_of(fitted, unseen, 2)
    assert margins.shape == (400, 2)
    assert (margins[:, 0] >= margins[:, 1] - 1e-9).mean() > 0.95
    assert class_losses(truth, margins).mean() < 0.96 * np.log(3)


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.floats(0.01, 20))
@settings(max_examples=40, deadline=None)
def test_blend_weights_lie_on_the_simplex(seed, members, scale):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, 80)
    weights = fit_weights([scale * rng.normal(size=80) for _ in range(members)], y)
    assert len(weights) == members
    assert min(weights) >= 0
    assert sum(weights) == pytest.approx(1)


def test_a_blend_is_no_worse_than_its_best_member():
    rng = np.random.default_rng(0)
    z = rng.normal(size=600)
    y = (rng.random(600) < 1 / (1 + np.exp(-2 * z))).astype(np.int64)
    members = [2 * z + rng.normal(size=600), 2 * z + rng.normal(size=600), rng.normal(size=600)]
    weights = fit_weights(members, y)

    def loss(odds):
        return float(np.logaddexp(0, np.where(y == 1, -odds, odds)).mean())

    assert loss(sum(w * m for w, m in zip(weights, members, strict=True))) <= min(map(loss, members)) + 1e-6
    assert weights[2] < 0.4


def test_members_that_agree_are_no_trouble():
    z = np.linspace(-2, 2, 50)
    assert sum(fit_weights([z, z, z], (z > 0).astype(np.int64))) == pytest.approx(1)
