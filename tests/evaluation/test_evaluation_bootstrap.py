"""Intervals cover, differences are paired, resampling is fast and seeded."""

import time

import numpy as np
import pytest

from leadrank.evaluation.bootstrap import figure, interval, resampled, resampled_means
from leadrank.evaluation.calibration import expected_calibration_error
from leadrank.evaluation.judge import judge
from leadrank.evaluation.metrics import accuracy, ranking_figures, roc_auc
from leadrank.resamples import resamples


def simulated(n, seed=0):
    rng = np.random.default_rng(seed)
    p = rng.beta(2, 3, n)
    return (rng.random(n) < p).astype(np.int64), p


def test_the_same_seed_gives_the_same_interval_and_row_order_does_not_matter_much():
    y, p = simulated(400)
    assert interval(roc_auc, y, p, seed=5) == interval(roc_auc, y, p, seed=5)
    assert interval(roc_auc, y, p, seed=5) != interval(roc_auc, y, p, seed=6)


def test_resamples_count_every_row_drawn():
    assert all(counts.sum() == 50 for counts in resamples(50, 20, seed=0))


def test_rows_that_are_leads_of_their_own_are_resampled_as_rows():
    groups = np.random.default_rng(0).permutation(50)
    for rows, leads in zip(resamples(50, 5, seed=3), resamples(50, 5, seed=3, groups=groups), strict=True):
        np.testing.assert_array_equal(rows, leads)


def test_the_rows_of_a_lead_come_together():
    groups = np.random.default_rng(0).integers(0, 9, 50)
    for counts in resamples(50, 20, seed=0, groups=groups):
        assert all(np.unique(counts[groups == lead]).size == 1 for lead in range(9))
        assert sum(counts[groups == lead][0] for lead in range(9)) == 9


def test_copies_of_a_lead_make_no_figure_surer():
    """Five rows of each lead, all the same: every interval is that of one row each, and far too narrow where rows count as leads."""
    y, p = simulated(300)
    whose = np.repeat(np.arange(300), 5)
    one, five, rows = judge(y, p, called=p > 0.5, value=9.0), *(
        judge(y[whose], p[whose], called=p[whose] > 0.5, value=9.0, groups=groups) for groups in (whose, None))
    for name, figure_ in one.table[0].figures.items():
        copied, loose = five.table[0].figures[name], rows.table[0].figures[name]
        times, near = 5 if name == "profit" else 1, 0.015 if name == "ece" else 1e-9  # copies lie across the edges of the bins
        assert copied.low == pytest.approx(times * figure_.low, abs=near)
        assert copied.high == pytest.approx(times * figure_.high, abs=near)
        assert loose.high - loose.low < 0.7 * (copied.high - copied.low)


def test_the_value_is_the_plain_metric_and_lies_in_its_interval():
    y, p = simulated(500)
    found = interval(roc_auc, y, p)
    assert found.value == roc_auc(y, p)
    assert found.low < found.value < found.high


def test_ninety_five_percent_intervals_cover_the_true_area():
    y, p = simulated(200_000, seed=99)
    truth, covered = roc_auc(y, p), 0
    for seed in range(60):
        found = interval(roc_auc, *simulated(300, seed), draws=100)
        covered += found.low <= truth <= found.high
    assert covered / 60 >= 0.85


def test_an_undefined_metric_has_no_figure():
    assert interval(roc_auc, np.zeros(5, np.int64), np.linspace(0, 1, 5)) is None


def test_resamples_with_one_class_are_left_out_of_the_interval():
    found = interval(roc_auc, np.array([1, 0, 0]), np.array([0.9, 0.1, 0.2]), draws=50)
    assert found.value == found.low == found.high == 1.0


def test_calls_can_be_resampled():
    y, p = simulated(300)
    assert interval(accuracy, y, p > 0.5).value == accuracy(y, p > 0.5)


def test_means_over_resamples_are_those_of_the_counts():
    each = np.arange(10.0)
    means = resampled_means({"it": each}, draws=3, seed=7)["it"]
    assert means == pytest.approx([each.mean(), *(counts @ each / 10 for counts in resamples(10, 3, seed=7))])


def test_calibration_error_lies_in_its_recentred_interval():
    y, p = simulated(500)
    found = interval(expected_calibration_error, y, p, recentre=True)
    assert 0 <= found.low <= found.value <= found.high


def test_a_figure_without_resamples_is_a_point():
    assert figure(np.array([1.0])).low == 1.0


def test_forty_thousand_rows_and_all_ranking_figures_take_seconds_at_most():
    y, p = simulated(40_000)
    start = time.perf_counter()
    resampled(ranking_figures, y, p, draws=50, seed=0)
    assert time.perf_counter() - start < 3
