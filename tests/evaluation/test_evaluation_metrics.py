"""Every metric against its definition, scikit-learn as the oracle, and counts against repeated rows."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from leadrank.evaluation import metrics
from leadrank.evaluation.calibration import (
    calibration_line,
    calibration_noise,
    calibration_slope,
    expected_calibration_error,
    slope_influence,
)
from leadrank.evaluation.classes import (
    accuracy_classes,
    class_probabilities,
    likeliest,
    log_loss_classes,
    macro_auc,
    squared_distance,
)


def simulated(n=800, seed=0, decimals=2):
    rng = np.random.default_rng(seed)
    p = np.round(rng.beta(2, 3, n), decimals).clip(0.01, 0.99)
    return (rng.random(n) < p).astype(np.int64), p


def tiers(n=600, seed=0):
    rng = np.random.default_rng(seed)
    best = rng.uniform(0.02, 0.6, n)
    reach = np.column_stack([best + (1 - best) * rng.uniform(0.1, 0.9, n), best])
    return (rng.random(n)[:, None] < reach).sum(axis=1).astype(np.int64), reach


outcomes_and_scores = st.lists(st.tuples(st.booleans(), st.integers(1, 9), st.integers(0, 3)), min_size=2, max_size=60)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (metrics.roc_auc, oracle.roc_auc_score),
        (metrics.average_precision, oracle.average_precision_score),
        (metrics.log_loss, oracle.log_loss),
        (metrics.brier, oracle.brier_score_loss),
    ],
)
def test_probability_metrics_equal_scikit_learn_with_ties(ours, theirs):
    y, p = simulated()
    assert ours(y, p) == pytest.approx(theirs(y, p), abs=1e-12)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (metrics.accuracy, oracle.accuracy_score),
        (metrics.precision, oracle.precision_score),
        (metrics.recall, oracle.recall_score),
        (metrics.f1, oracle.f1_score),
    ],
)
def test_calling_metrics_equal_scikit_learn(ours, theirs):
    y, p = simulated()
    weight = np.random.default_rng(1).integers(0, 4, len(y)).astype(float)
    assert ours(y, p >= 0.4) == pytest.approx(theirs(y, p >= 0.4))
    assert ours(y, p >= 0.4, weight=weight) == pytest.approx(theirs(y, p >= 0.4, sample_weight=weight))


def test_class_metrics_equal_scikit_learn():
    y, reach = tiers()
    given_classes = class_probabilities(reach)
    assert log_loss_classes(y, reach) == pytest.approx(oracle.log_loss(y, given_classes))
    assert accuracy_classes(y, reach) == pytest.approx(oracle.accuracy_score(y, likeliest(reach)))
    assert macro_auc(y, reach) == pytest.approx(oracle.roc_auc_score(y, given_classes, multi_class="ovr", average="macro"))


def test_two_classes_are_the_binary_case():
    y, p = simulated()
    assert squared_distance(y, p[:, None]).mean() == pytest.approx(metrics.brier(y, p))
    assert log_loss_classes(y, p[:, None]) == pytest.approx(metrics.log_loss(y, p))
    assert macro_auc(y, p[:, None]) == pytest.approx(metrics.roc_auc(y, p))


@given(outcomes_and_scores)
@settings(max_examples=60, deadline=None)
def test_a_count_is_a_repeated_row(rows):
    y = np.array([a for a, _, _ in rows], np.int64)
    p = np.array([b / 10 for _, b, _ in rows])
    weight = np.array([float(c) for _, _, c in rows])
    repeated = weight.astype(int)
    if repeated.sum():
        for measure in (metrics.roc_auc, metrics.average_precision, metrics.log_loss, metrics.brier, metrics.ranking_figures):
            assert measure(y, p, weight=weight) == pytest.approx(measure(np.repeat(y, repeated), np.repeat(p, repeated)), nan_ok=True)


@given(outcomes_and_scores)
@settings(max_examples=60, deadline=None)
def test_ranking_figures_are_the_single_metrics_and_stay_in_range(rows):
    y = np.array([a for a, _, _ in rows], np.int64)
    p = np.array([b / 10 for _, b, _ in rows])
    figures = metrics.ranking_figures(y, p)
    assert figures["auc"] == pytest.approx(metrics.roc_auc(y, p), nan_ok=True)
    assert figures["average_precision"] == pytest.approx(metrics.average_precision(y, p), nan_ok=True)
    assert figures["lift_10"] == pytest.approx(figures["gain_10"] * len(y) / max(1, round(0.1 * len(y))), nan_ok=True)
    assert all(math.isnan(figures[k]) or -1e-9 <= figures[k] <= 1 + 1e-9 for k in ("auc", "average_precision", "gain_10", "gain_30"))


def test_a_constant_score_has_chance_figures_whatever_the_order_of_the_file():
    y = np.array([1] * 30 + [0] * 70)
    figures = metrics.ranking_figures(y, np.full(100, 0.3))
    assert figures["auc"] == 0.5
    assert figures["average_precision"] == pytest.approx(0.3)
    assert figures["lift_10"] == pytest.approx(1.0)
    assert figures["gain_20"] == pytest.approx(0.2)


def test_one_class_or_nobody_called_is_undefined_and_no_warning():
    nothing, p = np.zeros(5, np.int64), np.linspace(0.1, 0.5, 5)
    assert math.isnan(metrics.roc_auc(nothing, p))
    assert math.isnan(metrics.average_precision(nothing, p))
    assert math.isnan(metrics.ranking_figures(nothing, p)["lift_10"])
    assert math.isnan(metrics.precision(nothing, p > 1))
    assert math.isnan(metrics.recall(nothing, p > 0))
    assert math.isnan(calibration_slope(nothing, p))


def test_log_loss_of_a_certain_mistake_is_finite():
    assert metrics.log_loss(np.array([1]), np.array([0.0])) == pytest.approx(-math.log(1e-6))


def test_profit_counts_a_missed_sale_once():
    y, called = np.array([1, 1, 0, 0]), np.array([True, False, True, False])
    assert metrics.expected_profit(y, called, 49.99, 3.25) == pytest.approx(49.99 - 2 * 3.25)
    assert metrics.expected_profit(y, called, np.array([10.0, 99, 99, 99]), np.array([1.0, 1, 2, 2])) == pytest.approx(10 - 3)


def exam_error(y, p, bins=10):
    shuffled = np.random.default_rng(0).permutation(len(p))
    order = shuffled[np.argsort(p[shuffled], kind="stable")]
    parts = [b for b in np.array_split(order, bins) if len(b)]
    return sum(len(b) * abs(y[b].mean() - p[b].mean()) for b in parts) / len(p)


@pytest.mark.parametrize("n", [3, 10, 97, 1000])
@pytest.mark.parametrize("decimals", [1, 12])
def test_calibration_error_is_that_of_ten_equal_count_bins(n, decimals):
    y, p = simulated(n, decimals=decimals)
    assert expected_calibration_error(y, p) == pytest.approx(exam_error(y, p))


def test_calibration_error_does_not_read_the_order_of_the_file():
    y, p = np.array([0] * 500 + [1] * 500), np.full(1000, 0.5)
    assert expected_calibration_error(y, p) < 0.08


def test_calibration_error_with_counts_of_one_is_the_plain_one():
    y, p = simulated(1000, decimals=12)
    assert expected_calibration_error(y, p, weight=np.ones(1000)) == pytest.approx(expected_calibration_error(y, p))


def test_calibrated_outcomes_exceed_the_noise_once_in_twenty_times():
    rng, p = np.random.default_rng(3), np.random.default_rng(2).beta(2, 5, 1000)
    noise = calibration_noise(p)
    exceeded = np.mean([expected_calibration_error((rng.random(1000) < p).astype(int), p) > noise for _ in range(300)])
    assert 0.01 <= exceeded <= 0.11


def test_calibration_line_finds_a_planted_slope():
    rng = np.random.default_rng(0)
    odds = rng.normal(-1, 1.5, 40_000)
    y = (rng.random(40_000) < 1 / (1 + np.exp(-odds))).astype(int)
    level, slope = calibration_line(y, 1 / (1 + np.exp(-2 * odds - 1)))
    assert slope == pytest.approx(0.5, abs=0.02)
    assert level == pytest.approx(-0.5, abs=0.05)


def test_calibration_line_is_undefined_where_outcomes_are_told_apart_perfectly():
    assert math.isnan(calibration_slope(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.9])))
    assert math.isnan(calibration_slope(np.array([0, 1, 0, 1]), np.full(4, 0.5)))


def test_the_influence_of_rows_predicts_the_slope_on_a_resample():
    y, p = simulated(2000, decimals=12)
    counts = np.bincount(np.random.default_rng(4).integers(2000, size=2000), minlength=2000).astype(float)
    predicted = np.dot(slope_influence(y, p), counts) / 2000
    assert predicted == pytest.approx(calibration_slope(y, p, weight=counts), abs=0.01)
