"""The honest table: rivals beside ours, JSON and text."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.errors import DataError
from leadrank.evaluation import Report, judge
from leadrank.evaluation.metrics import expected_profit, log_loss, roc_auc
from leadrank.records import read_record, write_record


def simulated(n=1500, seed=0):
    rng = np.random.default_rng(seed)
    odds = rng.normal(-0.5, 1.5, n)
    y = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    return y, 1 / (1 + np.exp(-odds)), 1 / (1 + np.exp(-1.7 * (odds + rng.normal(0, 1.5, n))))


@pytest.fixture(scope="module")
def report():
    y, p, rival = simulated()
    return judge(
        y, p[:, None], rivals={"naive Bayes": rival, "boosted": p}, rankings={"newest first": np.arange(len(y)) + 0.0}, called=p > 0.065,
        value=49.99, cost=3.25, measured="5-fold cross-validated", name="boosted", draws=60,
    )


@pytest.fixture(scope="module")
def tiers_report():
    _, p, _ = simulated()
    reach = np.column_stack([p**0.4, p])
    y3 = (np.random.default_rng(1).random(len(p))[:, None] < reach).sum(axis=1)
    return judge(y3, reach, classes=("Low", "Medium", "High"), called=p > 0.5, draws=40)


def test_our_figures_are_the_plain_metrics(report):
    y, p, _ = simulated()
    assert report.ours["auc"].value == pytest.approx(roc_auc(y, p))
    assert report.ours["log_loss"].value == pytest.approx(log_loss(y, p))
    assert report.ours["profit"].value == pytest.approx(expected_profit(y, p > 0.065, 49.99, 3.25))
    assert {"brier", "ece", "calibration_slope", "lift_10", "gain_10", "gain_20", "gain_30", "precision", "f1"} <= set(report.ours)


def test_ours_comes_first_and_a_rival_of_the_same_name_is_left_out(report):
    assert [row.name for row in report.table] == ["boosted", "naive Bayes", "constant", "newest first"]


def test_a_mere_ranking_has_no_log_loss_and_calls_as_many(report):
    newest = report.table[3].figures
    assert "log_loss" not in newest
    assert "brier" not in newest
    assert newest["profit"].value < report.ours["profit"].value


def test_the_difference_to_each_rival_is_said_in_words(report):
    said = {one.rival: one for one in report.differences}
    assert said["naive Bayes"].words == "better by more than noise on log loss"
    assert said["newest first"].words == "better by more than noise on ROC AUC"
    assert said["constant"].figures["log_loss"].low > 0


def test_a_worse_model_is_told_so():
    y, p, rival = simulated()
    found = judge(y, rival, rivals={"better": p}, draws=40)
    assert found.differences[0].words == "worse by more than noise on log loss"


@pytest.mark.parametrize("which", ["report", "tiers_report"])
def test_a_report_survives_json(which, request):
    one = request.getfixturevalue(which)
    text = write_record(one)
    assert read_record(Report, text) == one
    assert b"NaN" not in text
    assert len(text) < 120_000


def test_every_figure_is_finite_and_ordered(report, tiers_report):
    for row in (*report.table, *tiers_report.table):
        for key, one in row.figures.items():
            assert all(math.isfinite(x) for x in (one.value, one.low, one.high)), key
            assert one.low <= one.high


def test_the_text_shows_ours_beside_the_dummy_and_the_verdict(report):
    text = str(report)
    assert "1,500 leads" in text
    assert "5-fold cross-validated" in text
    assert text.index("boosted") < text.index("naive Bayes") < text.index("constant") < text.index("Verdict: ready")
    assert max(len(line) for line in text.splitlines() if not line.startswith("  ")) <= 140


def test_tiers_have_figures_per_class(tiers_report):
    assert [one.name for one in tiers_report.per_class] == ["Low", "Medium", "High"]
    assert sum(one.rows for one in tiers_report.per_class) == tiers_report.rows
    assert {"log_loss", "accuracy", "macro_auc", "auc", "ece"} <= set(tiers_report.ours)
    assert "Medium" in str(tiers_report)
    assert "profit" not in tiers_report.ours


def test_no_signal_is_said_plainly():
    rng = np.random.default_rng(0)
    y, p = rng.integers(0, 2, 4000), rng.uniform(0.45, 0.55, 4000)
    assert "There is no signal here" in str(judge(y, p, draws=60))


def test_signal_is_judged_on_the_best_rival_where_ours_is_a_constant():
    y, p, rival = simulated()
    found = judge(y, np.full(len(y), y.mean()), rivals={"weak": rival, "strong": p}, name="Leadrank (dummy)", draws=60)
    assert found.verdict.word == "not enough evidence"
    assert "strong, has" in found.verdict.because[0]
    assert "no signal" not in str(found)


def test_rivals_are_said_to_be_uncalibrated_and_shared_blocks_to_flatter(report):
    assert str(report).count("uncalibrated") == 1
    assert "shared the forward blocks" not in str(report)
    y, p, _ = simulated()
    alone = str(judge(y, p, measured="out of time, 5 forward blocks", draws=20))
    assert "shared the forward blocks" in alone
    assert "uncalibrated" not in alone


def test_few_rows_and_ties_are_judged_without_a_warning():
    y = np.array([0, 1, 0, 1, 1, 0])
    found = judge(y, np.array([0.2, 0.8, 0.2, 0.8, 0.2, 0.8]), called=np.array([False] * 6), draws=30)
    assert found.verdict.word == "not enough evidence"
    assert "precision" not in found.ours


@pytest.mark.parametrize(
    ("y", "reach"), [([], []), ([0, 2], [0.5, 0.5]), ([1, 1], [0.5, 0.5]), ([0, 1], [0.5, math.nan]), ([0, 1], [0.5, 1.5]), ([0, 1], [0.5])]
)
def test_what_cannot_be_judged_is_a_data_error(y, reach):
    with pytest.raises(DataError):
        judge(np.array(y, dtype=np.int64), np.array(reach, dtype=np.float64))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.booleans(), st.floats(0, 100)), min_size=2, max_size=15))
@settings(max_examples=40, deadline=None)
def test_any_small_table_is_judged_and_written_without_a_warning(rows):
    y, p = np.array([int(a) for a, _, _, _ in rows]), np.array([b / 4 for _, b, _, _ in rows])
    called, value = np.array([c for _, _, c, _ in rows]), np.array([d for _, _, _, d in rows])
    if 0 < y.sum() < len(y):
        found = judge(y, p, rankings={"newest first": value}, rivals={"other": 1 - p}, called=called, value=value, cost=1.0, draws=10)
        assert found.verdict.word == "not enough evidence"
        assert b"NaN" not in write_record(found)
        assert "Verdict" in str(found)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=15))
@settings(max_examples=40, deadline=None)
def test_any_small_table_of_classes_is_judged_without_a_warning(rows):
    y = np.array([a for a, _, _ in rows])
    reach = np.array([sorted((b / 4, c / 4), reverse=True) for _, b, c in rows])
    if (y == 2).any() and (y < 2).any():
        found = judge(y, reach, called=reach[:, 1] > 0.5, draws=10)
        assert len(found.per_class) == 3
        assert b"NaN" not in write_record(found)


def test_the_verdict_knows_the_slope():
    rng = np.random.default_rng(0)
    odds = rng.normal(size=4000)
    y = (rng.random(4000) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    for slope, said in ((1.0, False), (1.5, True)):
        found = judge(y, 1 / (1 + np.exp(-slope * odds)), draws=50).verdict
        assert any("Calibration slope is" in reason for reason in found.because) == said
