"""Curves end where they must, stay small, and agree with the metrics."""

import numpy as np
import pytest
from sklearn.metrics import roc_curve

from leadrank.evaluation.curves import POINTS, draw_curves, profit_curve, reliability, wilson
from leadrank.evaluation.metrics import expected_profit, roc_auc


def simulated(n=3000, seed=0):
    rng = np.random.default_rng(seed)
    p = rng.beta(2, 3, n)
    return (rng.random(n) < p).astype(np.int64), p


def test_every_curve_is_thinned_and_keeps_its_ends():
    y, p = simulated()
    curves = draw_curves(y, p, 50.0, 3.0)
    for curve in (curves.roc, curves.precision_recall, curves.gains, curves.lift, curves.precision, curves.f1, curves.profit):
        assert len(curve.x) == len(curve.y) == len(curve.cut) <= POINTS
    assert (curves.roc.x[0], curves.roc.y[0], curves.roc.x[-1], curves.roc.y[-1]) == (0, 0, 1, 1)
    assert (curves.gains.x[-1], curves.gains.y[-1], curves.lift.y[-1]) == (1, 1, 1)
    assert curves.precision_recall.y[-1] == pytest.approx(y.mean())


def test_the_roc_curve_is_scikit_learns_and_holds_the_area():
    y, p = simulated(150)
    curve = draw_curves(y, p).roc
    false, true, _ = roc_curve(y, p, drop_intermediate=False)
    assert curve.x == pytest.approx(false)
    assert curve.y == pytest.approx(true)
    assert np.trapezoid(curve.y, curve.x) == pytest.approx(roc_auc(y, p))


def test_the_profit_curve_gives_the_profit_of_its_cut():
    y, p = simulated(100)
    curve = profit_curve(y, p, 49.99, 3.25)
    assert (curve.y[0], curve.cut[0]) == (0.0, None)
    for cut, profit in list(zip(curve.cut, curve.y, strict=True))[1::10]:
        assert profit == pytest.approx(expected_profit(y, p >= cut, 49.99, 3.25))


def test_without_a_value_there_is_no_profit_curve():
    assert draw_curves(*simulated(50)).profit is None


def test_reliability_bins_hold_all_rows_and_calibrated_rates():
    y, p = simulated(20_000)
    bins = reliability(y, p)
    assert sum(b.rows for b in bins) == 20_000
    assert len(bins) == 10
    assert sum(b.low <= b.promised <= b.high for b in bins) >= 8


def test_reliability_keeps_equal_probabilities_together():
    bins = reliability(np.array([0, 1] * 50), np.full(100, 0.5))
    assert [(b.rows, b.came) for b in bins] == [(100, 0.5)]


def test_wilson_stays_within_zero_and_one():
    assert wilson(0, 10)[0] == 0.0
    assert 1 - 1e-12 <= wilson(10, 10)[1] <= 1
    assert wilson(0, 0) == (0.0, 1.0)
