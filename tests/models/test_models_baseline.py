"""The yardsticks, checked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from leadrank.models.baseline import fit_constant, fit_naive_bayes
from leadrank.models.ordered import stack, stack_outcomes
from leadrank.types import Feature, Matrix

TEN = Matrix(
    np.empty((10, 0)), np.array([[2, 2], [2, 2], [2, 3], [2, 3], [3, 2], [3, 2], [3, 3], [3, 3], [0, 2], [0, 3]], dtype=np.int32), (),
    (Feature("source", "source", "category", ("web", "fair")), Feature("city", "city", "category", ("a", "b"))),
)
WON = np.array([1, 1, 1, 0, 1, 0, 0, 0, 0, 0])


def test_naive_bayes_by_hand_on_ten_rows():
    fitted = fit_naive_bayes(TEN, WON, None, {}, 0)
    # source: web 3 won 1 lost, fair 1 won 3 lost, blank 0 won 2 lost; four codes of smoothing 0.1.
    web = math.log((3.1 / 4.4) / (1.1 / 6.4))
    blank = math.log((0.1 / 4.4) / (2.1 / 6.4))
    # city: a 3 won 2 lost, b 1 won 4 lost.
    a = math.log((3.1 / 4.4) / (2.1 / 6.4))
    prior = math.log(4.5 / 6.5)
    margin = fitted.margin(TEN)
    assert margin[0] == pytest.approx(prior + web + a)
    assert margin[8] == pytest.approx(prior + blank + a)
    values, base = fitted.contributions(TEN.take(np.array([0])))
    assert values[0].tolist() == pytest.approx([web, a])
    assert base == pytest.approx(prior)


def test_a_level_that_was_never_seen_says_nothing_to_naive_bayes():
    fitted = fit_naive_bayes(TEN, WON, None, {}, 0)
    unseen = Matrix(np.empty((1, 0)), np.array([[1, 1]], dtype=np.int32), (), TEN.categorical)
    assert fitted.margin(unseen)[0] == pytest.approx(math.log(4.5 / 6.5))


def test_row_weights_count_like_repeated_rows():
    weight = np.array([2.0] * 5 + [1.0] * 5)
    twice = np.concatenate([np.arange(10), np.arange(5)])
    weighted, repeated = fit_naive_bayes(TEN, WON, weight, {}, 0), fit_naive_bayes(TEN.take(twice), WON[twice], None, {}, 0)
    assert np.allclose(weighted.margin(TEN), repeated.margin(TEN))


def test_the_dummy_is_the_smoothed_base_rate():
    fitted = fit_constant(TEN, WON, None, {}, 0)
    assert fitted.margin(TEN).tolist() == [math.log(4.5 / 6.5)] * 10
    assert not fitted.contributions(TEN)[0].any()


def test_the_dummy_has_a_base_rate_for_each_threshold():
    y = np.array([0] * 5 + [1] * 3 + [2] * 2)
    X = stack(TEN, 2)
    fitted = fit_constant(X, stack_outcomes(y, 2), None, {}, 0)
    margin = fitted.margin(X)
    assert margin[0] == pytest.approx(math.log(5.5 / 5.5))
    assert margin[10] == pytest.approx(math.log(2.5 / 8.5))
    values, base = fitted.contributions(X)
    assert np.allclose(base + values.sum(axis=1), margin)
